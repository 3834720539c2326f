#include "operators/join/join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>

#include "operators/api/error_codes.h"
#include "tests/unit/operators/harness.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// left.v <= right.w
constexpr char kCondition[] =
    "condition { type { kind: BOOLEAN } call { function: '<=' "
    "arguments { type { kind: INTEGER } column: 1 } arguments { type { kind: INTEGER } column: 3 } } }";

HarnessOptions Options(const std::string& type, const std::string& more = "") {
  HarnessOptions options;
  options.config = "join { type: " + type + " left_keys: 0 right_keys: 0 " + more + " }";
  options.inputs = {"k STRING, v INT", "k STRING, w INT"};
  options.output = "k STRING, v INT, k2 STRING, w INT";
  options.keys = {{0}, {0}};
  return options;
}

class JoinTest : public testing::Test {
 protected:
  const OperatorFactory factory_ = JoinFactory();
};

TEST_F(JoinTest, InnerMatchesBothWays) {
  Harness harness(factory_, Options("INNER"));
  ASSERT_OK(harness.Push({"a, 1", "b, 2", "NULL, 3"}, 0));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
  ASSERT_OK(harness.Push({"a, 10", "a, 11", "NULL, 12"}, 1));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",1,\"a\",10]", "+[\"a\",1,\"a\",11]"));
  ASSERT_OK(harness.Push({"- a, 1", "+ a, 5"}, 0));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",1,\"a\",10]", "-[\"a\",1,\"a\",11]",
                                              "+[\"a\",5,\"a\",10]", "+[\"a\",5,\"a\",11]"));
}

TEST_F(JoinTest, EqualRowsCount) {
  Harness harness(factory_, Options("INNER"));
  ASSERT_OK(harness.Push({"a, 1", "a, 1"}, 0));
  ASSERT_OK(harness.Push({"a, 10"}, 1));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",1,\"a\",10]", "+[\"a\",1,\"a\",10]"));
  ASSERT_OK(harness.Push({"- a, 1"}, 0));
  ASSERT_OK(harness.Push({"a, 11"}, 1));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",1,\"a\",10]", "+[\"a\",1,\"a\",11]"));
}

TEST_F(JoinTest, LeftPadsAndTakesBack) {
  Harness harness(factory_, Options("LEFT"));
  ASSERT_OK(harness.Push({"a, 1", "NULL, 2"}, 0));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",1,null,null]", "+[null,2,null,null]"));
  ASSERT_OK(harness.Push({"a, 10"}, 1));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",1,null,null]", "+[\"a\",1,\"a\",10]"));
  ASSERT_OK(harness.Push({"- a, 10", "+ a, 11"}, 1));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",1,\"a\",10]", "+[\"a\",1,\"a\",11]"));
  ASSERT_OK(harness.Push({"- a, 11"}, 1));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",1,\"a\",11]", "+[\"a\",1,null,null]"));
  // The old row goes before the new one comes, padded or not.
  ASSERT_OK(harness.Push({"b, 20"}, 1));
  ASSERT_OK(harness.Push({"- a, 1", "+ b, 1"}, 0));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",1,null,null]", "+[\"b\",1,\"b\",20]"));
}

TEST_F(JoinTest, ConditionDecidesWhatMatches) {
  Harness harness(factory_, Options("FULL", kCondition));
  ASSERT_OK(harness.Push({"a, 5"}, 0));
  ASSERT_OK(harness.Push({"a, 4", "a, 6"}, 1));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",5,null,null]", "-[\"a\",5,null,null]",
                                              "+[null,null,\"a\",4]", "+[\"a\",5,\"a\",6]"));
  ASSERT_OK(harness.Push({"- a, 5"}, 0));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",5,\"a\",6]", "+[null,null,\"a\",6]"));
}

TEST_F(JoinTest, ForgetsRowsAfterTheirTimeToLive) {
  Harness harness(factory_, Options("INNER", "left_state_ttl_ms: 1000"));
  ASSERT_OK(harness.Push({"a, 1"}, 0));
  ASSERT_OK(harness.SetTime(1'900'000));
  ASSERT_OK(harness.Push({"a, 2"}, 0));
  ASSERT_OK(harness.SetTime(2'100'000));
  ASSERT_OK(harness.Push({"a, 10"}, 1));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",2,\"a\",10]"));
  ASSERT_OK(harness.SetTime(5'000'000));
  ASSERT_OK(harness.Push({"a, 11"}, 1));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
}

TEST_F(JoinTest, RefusesWhatDoesNotFit) {
  HarnessOptions options = Options("INNER");
  options.inputs[1] = "k INT, w INT";
  EXPECT_EQ(Harness(factory_, options).Open().code(), kBadOperatorConfig);
  options = Options("INNER", "right_keys: 1");
  EXPECT_EQ(Harness(factory_, options).Open().code(), kBadOperatorConfig);
}

struct Row {
  std::optional<std::string> key;
  int value;
  friend auto operator<=>(const Row&, const Row&) = default;
};

std::string Json(const Row& row) {
  return (row.key ? "\"" + *row.key + "\"" : "null") + "," + std::to_string(row.value);
}

/// The join by definition.
std::map<std::string, int> Recompute(const std::vector<Row>& left, const std::vector<Row>& right,
                                     bool condition, bool pads_left, bool pads_right) {
  std::map<std::string, int> rows;
  std::vector<bool> right_matched(right.size());
  for (const Row& l : left) {
    bool matched = false;
    for (size_t r = 0; r < right.size(); ++r) {
      if (!l.key || l.key != right[r].key || (condition && l.value > right[r].value)) continue;
      matched = true;
      right_matched[r] = true;
      ++rows["[" + Json(l) + "," + Json(right[r]) + "]"];
    }
    if (!matched && pads_left) ++rows["[" + Json(l) + ",null,null]"];
  }
  for (size_t r = 0; r < right.size(); ++r) {
    if (!right_matched[r] && pads_right) ++rows["[null,null," + Json(right[r]) + "]"];
  }
  return rows;
}

class RandomJoinTest : public testing::TestWithParam<std::tuple<std::string, bool>> {};

TEST_P(RandomJoinTest, GivesWhatTheDefinitionGives) {
  const auto& [type, condition] = GetParam();
  const OperatorFactory factory = JoinFactory();
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    std::mt19937 random(seed);
    HarnessOptions options = Options(type, condition ? kCondition : "");
    options.parallelism = 1 + seed % 3;
    if (seed % 2 == 1) options.memory_bytes = 4096;  // rows leave memory after each checkpoint
    Harness harness(factory, options);
    std::vector<Row> live[2];
    std::map<std::string, int> folded;
    for (int step = 0; step < 50; ++step) {
      const uint32_t side = random() % 2;
      std::vector<std::string> rows;
      for (uint32_t i = 0, size = 1 + random() % 8; i < size; ++i) {
        std::vector<Row>& mine = live[side];
        const bool take_back = !mine.empty() && random() % 9 < 4;
        const size_t index = take_back ? random() % mine.size() : mine.size();
        if (!take_back) {
          mine.push_back(
              {random() % 10 == 0 ? std::nullopt : std::optional("k" + std::to_string(random() % 4)),
               static_cast<int>(random() % 4)});
        }
        rows.push_back((take_back ? "- " : "+ ") + mine[index].key.value_or("NULL") + ", " +
                       std::to_string(mine[index].value));
        if (take_back) mine.erase(mine.begin() + static_cast<ptrdiff_t>(index));
      }
      ASSERT_OK(harness.Push(rows, side));
      for (const std::string& row : harness.TakeRows()) {
        int& count = folded[row.substr(1)];
        count += row[0] == '-' ? -1 : 1;
        ASSERT_GE(count, 0) << row;
        if (count == 0) folded.erase(row.substr(1));
      }
      ASSERT_EQ(folded, Recompute(live[0], live[1], condition, type == "LEFT" || type == "FULL",
                                  type == "RIGHT" || type == "FULL"))
          << "seed " << seed << " step " << step;
      if (step % 19 == 18) {
        Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(static_cast<uint64_t>(step));
        ASSERT_OK(checkpoint.status());
        ASSERT_OK(harness.Restore(*checkpoint, 1 + random() % 4));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, RandomJoinTest,
                         testing::Combine(testing::Values("INNER", "LEFT", "RIGHT", "FULL"),
                                          testing::Bool()));

}  // namespace
}  // namespace millrace
