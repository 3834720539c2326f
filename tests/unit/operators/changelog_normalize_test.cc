#include "operators/changelog/changelog_normalize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "operators/api/error_codes.h"
#include "tests/unit/operators/harness.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

HarnessOptions Options(const std::string& more = "") {
  HarnessOptions options;
  options.config = "changelog_normalize { keys: 0 " + more + " }";
  options.inputs = {"k STRING, v STRING"};
  options.output = "k STRING, v STRING";
  options.keys = {{0}};
  return options;
}

class ChangelogNormalizeTest : public testing::Test {
 protected:
  const OperatorFactory factory_ = ChangelogNormalizeFactory();
};

TEST_F(ChangelogNormalizeTest, SendsTheOldRowBack) {
  Harness harness(factory_, Options());
  ASSERT_OK(harness.Push({"a, x", "b, y"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",\"x\"]", "+[\"b\",\"y\"]"));
  ASSERT_OK(harness.Push({"a, z", "c, w", "- b, NULL"}));
  EXPECT_THAT(harness.TakeRows(),
              ElementsAre("-[\"a\",\"x\"]", "+[\"a\",\"z\"]", "+[\"c\",\"w\"]", "-[\"b\",\"y\"]"));
  ASSERT_OK(harness.Push({"- b, NULL", "a, z"}));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
  ASSERT_OK(harness.Push({"a, 1", "a, 2", "- c, NULL", "c, w"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",\"z\"]", "+[\"a\",\"2\"]"));
}

TEST_F(ChangelogNormalizeTest, ForgetsRowsAfterTheirTimeToLive) {
  Harness harness(factory_, Options("state_ttl_ms: 1000"));
  ASSERT_OK(harness.Push({"a, x", "b, x"}));
  ASSERT_OK(harness.SetTime(1'500'000));
  ASSERT_OK(harness.Push({"b, y"}));
  harness.TakeRows();
  ASSERT_OK(harness.SetTime(2'100'000));
  ASSERT_OK(harness.Push({"a, y", "b, z"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",\"y\"]", "-[\"b\",\"y\"]", "+[\"b\",\"z\"]"));
}

TEST_F(ChangelogNormalizeTest, RefusesToWorkWithoutKey) {
  HarnessOptions options = Options();
  options.config = "changelog_normalize { }";
  EXPECT_EQ(Harness(factory_, options).Open().code(), kBadOperatorConfig);
}

TEST_F(ChangelogNormalizeTest, RandomUpsertsFoldToTheLastRows) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    std::mt19937 random(seed);
    HarnessOptions options = Options();
    options.parallelism = 1 + seed % 2;
    if (seed % 2 == 1) options.memory_bytes = 4096;  // rows leave memory after each checkpoint
    Harness harness(factory_, options);
    std::map<std::string, std::string> last;
    std::vector<std::string> all;
    for (int step = 0; step < 60; ++step) {
      std::vector<std::string> rows;
      for (uint32_t i = 0, size = 1 + random() % 6; i < size; ++i) {
        const std::string key = "k" + std::to_string(random() % 6);
        if (random() % 4 == 0) {
          rows.push_back("- " + key + ", NULL");
          last.erase(key);
        } else {
          last[key] = "value number " + std::to_string(random() % 5);
          rows.push_back(key + ", " + last[key]);
        }
      }
      ASSERT_OK(harness.Push(rows));
      const std::vector<std::string> out = harness.TakeRows();
      all.insert(all.end(), out.begin(), out.end());
      if (step % 23 == 22) {
        Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(static_cast<uint64_t>(step));
        ASSERT_OK(checkpoint.status());
        ASSERT_OK(harness.Restore(*checkpoint, 1 + random() % 3));
      }
    }
    std::map<std::string, int> expected;
    for (const auto& [key, value] : last) expected["[\"" + key + "\",\"" + value + "\"]"] = 1;
    EXPECT_EQ(Fold(all), expected);
  }
}

}  // namespace
}  // namespace millrace
