#include "server/config/config.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>

#include "server/error_codes.h"

namespace millrace {
namespace {

constexpr char kDefaultYaml[] = MILLRACE_SOURCE_DIR "/config/default.yaml";

void Flatten(const YAML::Node& node, const std::string& prefix, std::map<std::string, std::string>* out) {
  for (const auto& entry : node) {
    const std::string key = (prefix.empty() ? "" : prefix + ".") + entry.first.as<std::string>();
    if (entry.second.IsMap()) {
      Flatten(entry.second, key, out);
    } else {
      (*out)[key] = entry.second.as<std::string>();
    }
  }
}

class ConfigTest : public testing::Test {
 protected:
  ~ConfigTest() override {
    if (!file_.empty()) std::remove(file_.c_str());
  }
  std::string File(const std::string& text) {
    file_ = testing::TempDir() + "config_test_" + std::to_string(getpid()) + ".yaml";
    std::ofstream(file_) << text;
    return file_;
  }

 private:
  std::string file_;
};

TEST_F(ConfigTest, DefaultFileHoldsEveryKeyWithItsDefault) {
  std::map<std::string, std::string> in_file;
  Flatten(YAML::LoadFile(kDefaultYaml), "", &in_file);
  std::map<std::string, std::string> in_code;
  for (const OptionDescriptor& descriptor : ConfigDescriptors()) {
    EXPECT_TRUE(in_code.emplace(descriptor.key, descriptor.default_value).second) << descriptor.key;
    EXPECT_FALSE(descriptor.description.empty()) << descriptor.key;
  }
  EXPECT_EQ(in_file, in_code);
}

TEST_F(ConfigTest, DefaultFileChangesNothing) {
  const auto without = Config::Load("", {}, {});
  const auto with = Config::Load(kDefaultYaml, {}, {});
  ASSERT_TRUE(without.ok());
  ASSERT_TRUE(with.ok()) << with.status().ToString();
  for (const auto& [key, entry] : without->entries()) EXPECT_EQ(with->Text(key), entry.value) << key;
}

TEST_F(ConfigTest, EveryKeyIsSetByItsVariable) {
  const std::map<OptionType, std::string> values = {{OptionType::kString, "x"},
                                                    {OptionType::kInteger, "7"},
                                                    {OptionType::kMemorySize, "7 mb"},
                                                    {OptionType::kDuration, "7 s"},
                                                    {OptionType::kEnum, "warn"}};
  for (const OptionDescriptor& descriptor : ConfigDescriptors()) {
    std::string variable = "MILLRACE_" + descriptor.key;
    std::replace(variable.begin(), variable.end(), '.', '_');
    std::replace(variable.begin(), variable.end(), '-', '_');
    for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const std::string& value = values.at(descriptor.type);
    const auto config = Config::Load("", {{variable, value}}, {});
    ASSERT_TRUE(config.ok()) << config.status().ToString();
    EXPECT_EQ(config->Text(descriptor.key), value);
    EXPECT_EQ(config->entries().at(descriptor.key).source, "environment " + variable);
  }
}

TEST_F(ConfigTest, ValuesAreConverted) {
  const auto config = Config::Load("", {}, {});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->Integer("grpc.port"), 6123);
  EXPECT_EQ(config->Millis("sessions.idle-timeout"), 30 * 60 * 1000);
  EXPECT_EQ(config->Bytes("worker.state-memory"), int64_t{1} << 30);
}

TEST_F(ConfigTest, LaterSourcesWin) {
  const std::string file = File("grpc:\n  port: 1\nhttp:\n  port: 1\nmetrics:\n  port: 1\n");
  const auto config =
      Config::Load(file, {{"MILLRACE_HTTP_PORT", "2"}, {"MILLRACE_METRICS_PORT", "2"}}, {"metrics.port=3"});
  ASSERT_TRUE(config.ok()) << config.status().ToString();
  EXPECT_EQ(config->Integer("grpc.port"), 1);
  EXPECT_EQ(config->Integer("http.port"), 2);
  EXPECT_EQ(config->Integer("metrics.port"), 3);
  EXPECT_EQ(config->Integer("jobs.parallelism"), 1);
  EXPECT_EQ(config->entries().at("grpc.port").source, "file " + file);
  EXPECT_EQ(config->entries().at("http.port").source, "environment MILLRACE_HTTP_PORT");
  EXPECT_EQ(config->entries().at("metrics.port").source, "flag");
  EXPECT_EQ(config->entries().at("jobs.parallelism").source, "default");
}

TEST_F(ConfigTest, ValueMayHoldAnEqualsSign) {
  const auto config = Config::Load("", {}, {"data-dir=a=b"});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->Text("data-dir"), "a=b");
}

TEST_F(ConfigTest, UnknownKeysAreRefusedWithASuggestion) {
  const std::string file = File("grpc:\n  prt: 1\n");
  const Status statuses[] = {Config::Load(file, {}, {}).status(),
                             Config::Load("", {{"MILLRACE_GRPC_PRT", "1"}}, {}).status(),
                             Config::Load("", {}, {"grpc.prt=1"}).status()};
  const std::string suggestions[] = {"did you mean 'grpc.port'?", "did you mean MILLRACE_GRPC_PORT?",
                                     "did you mean 'grpc.port'?"};
  const std::string sources[] = {file, "MILLRACE_GRPC_PRT", "flag"};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(statuses[i].code(), kUnknownConfigKey) << i;
    EXPECT_EQ(statuses[i].suggestion(), suggestions[i]);
    EXPECT_NE(statuses[i].message().find(sources[i]), std::string::npos) << statuses[i].message();
  }
  EXPECT_EQ(Config::Load("", {}, {"nothing-like-it=1"}).status().suggestion(),
            "`millrace config show` lists the keys");
}

TEST_F(ConfigTest, BadValuesAreRefused) {
  for (const char* flag : {"grpc.port=many", "worker.state-memory=much", "shutdown.timeout=long",
                           "log.level=loud", "log.level"}) {
    EXPECT_EQ(Config::Load("", {}, {flag}).status().code(), kBadConfigValue) << flag;
  }
}

TEST_F(ConfigTest, UnreadableFilesAreRefused) {
  EXPECT_EQ(Config::Load("/nowhere/millrace.yaml", {}, {}).status().code(), kConfigUnreadable);
  for (const char* text : {"grpc: [1, 2]\n", "grpc: {port: 1\n", "- a\n"}) {
    EXPECT_EQ(Config::Load(File(text), {}, {}).status().code(), kConfigUnreadable) << text;
  }
}

}  // namespace
}  // namespace millrace
