#include "server/api/rest_api.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace millrace {
namespace {

class RestApiTest : public testing::Test {
 protected:
  RestApiTest() : directory_(testing::TempDir() + "rest_api_test_" + std::to_string(getpid())) {}
  ~RestApiTest() override {
    api_.reset();
    engine_.reset();
    std::filesystem::remove_all(directory_);
  }
  void SetUp() override {
    EngineOptions options;
    options.data_directory = directory_;
    options.num_compute_threads = 1;
    options.num_io_threads = 1;
    auto engine = Engine::Open(options);
    ASSERT_TRUE(engine.ok()) << engine.status().ToString();
    engine_ = *std::move(engine);
    api_ = std::make_unique<RestApi>(*engine_);
  }
  HttpResponse Get(const std::string& path) { return api_->Handle({"GET", path, "", ""}); }

  const std::string directory_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<RestApi> api_;
};

TEST_F(RestApiTest, AnswersWithAndWithoutThePrefix) {
  EXPECT_EQ(Get("/jobs").body, R"({"jobs":[]})");
  EXPECT_EQ(Get("/v1/jobs").body, R"({"jobs":[]})");
  EXPECT_EQ(Get("/jobs/overview").body, R"({"jobs":[]})");
  EXPECT_EQ(Get("/overview").body, Get("/").body);
  EXPECT_NE(Get("/overview").body.find(R"("jobs-running":0,"jobs-finished":0)"), std::string::npos);
  EXPECT_EQ(Get("/config").status, 200);
}

TEST_F(RestApiTest, UnknownPathsAreNotFound) {
  for (const char* path : {"/nothing", "/v1/nothing", "/jobs/0123456789", "/jobs/0123456789/plan"}) {
    const HttpResponse response = Get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body.rfind(R"({"errors":[")", 0), 0u) << response.body;
  }
}

TEST_F(RestApiTest, OnlyReadingMethodsAreServed) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    EXPECT_EQ(api_->Handle({method, "/jobs", "", ""}).status, 405) << method;
  }
  EXPECT_EQ(api_->Handle({"HEAD", "/jobs", "", ""}).status, 200);
}

TEST_F(RestApiTest, IsReadyUntilShutdownBegins) {
  EXPECT_EQ(Get("/readyz").status, 200);
  api_->BeginShutdown();
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/healthz").status, 200);
}

}  // namespace
}  // namespace millrace
