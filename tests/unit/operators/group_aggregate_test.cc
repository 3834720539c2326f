#include "operators/aggregate/group_aggregate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "core/types/proto_conversion.h"
#include "operators/api/error_codes.h"
#include "tests/unit/operators/harness.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class GroupAggregateTest : public testing::Test {
 protected:
  Harness Make(const std::string& calls, const std::string& input, const std::string& output,
               bool updating = false, const std::string& more = "", const std::string& keys = "keys: 0 ") {
    HarnessOptions options;
    options.config =
        "group_aggregate { " + keys + calls + (updating ? " input_updating: true " : " ") + more + " }";
    options.inputs = {input};
    options.output = output;
    if (!keys.empty()) options.keys = {{0}};
    return Harness(factory_, options);
  }

  const OperatorFactory factory_ = GroupAggregateFactory();
};

TEST_F(GroupAggregateTest, SendsOneChangeAKeyAndBatch) {
  Harness harness = Make(
      "aggregates { function: 'COUNT' type { kind: BIGINT } } "
      "aggregates { function: 'SUM' arguments: 1 type { kind: INTEGER } }",
      "k STRING, v INT", "k STRING, n BIGINT, s INT");
  ASSERT_OK(harness.Push({"a, 1", "b, 2", "a, 3"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",2,4]", "+[\"b\",1,2]"));
  ASSERT_OK(harness.Push({"a, 5", "c, NULL"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",2,4]", "+[\"a\",3,9]", "+[\"c\",1,null]"));
}

TEST_F(GroupAggregateTest, KeepsQuietWhenTheResultStays) {
  Harness harness = Make("aggregates { function: 'MAX' arguments: 1 type { kind: INTEGER } }",
                         "k STRING, v INT", "k STRING, m INT");
  ASSERT_OK(harness.Push({"a, 7"}));
  harness.TakeRows();
  ASSERT_OK(harness.Push({"a, 3", "a, NULL"}));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
}

TEST_F(GroupAggregateTest, GroupVanishesWithItsLastRow) {
  Harness harness = Make("aggregates { function: 'COUNT' arguments: 1 type { kind: BIGINT } }",
                         "k STRING, v INT", "k STRING, n BIGINT", true);
  ASSERT_OK(harness.Push({"a, 1", "a, NULL"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",1]"));
  ASSERT_OK(harness.Push({"- a, 1"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",1]", "+[\"a\",0]"));
  ASSERT_OK(harness.Push({"- a, NULL"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",0]"));
  ASSERT_OK(harness.Push({"a, 9", "- a, 9"}));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
}

TEST_F(GroupAggregateTest, AggregatesWithoutKeys) {
  Harness harness =
      Make("aggregates { function: 'COUNT' type { kind: BIGINT } }", "v INT", "n BIGINT", false, "", "");
  ASSERT_OK(harness.Push({"1", "2"}));
  ASSERT_OK(harness.Push({"3"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[2]", "-[2]", "+[3]"));
}

TEST_F(GroupAggregateTest, NullIsAGroup) {
  Harness harness =
      Make("aggregates { function: 'COUNT' type { kind: BIGINT } }", "k STRING, v INT", "k STRING, n BIGINT");
  ASSERT_OK(harness.Push({"NULL, 1", "a, 1", "NULL, 2"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[null,2]", "+[\"a\",1]"));
}

struct NumberCase {
  const char* name;
  const char* call;
  const char* argument;
  const char* result;
  std::vector<std::string> values;
  const char* expected;
};

class NumberTest : public testing::TestWithParam<NumberCase> {};

TEST_P(NumberTest, Result) {
  const NumberCase& c = GetParam();
  const OperatorFactory factory = GroupAggregateFactory();
  HarnessOptions options;
  options.inputs = {std::string("v ") + c.argument};
  options.output = std::string("r ") + c.result;
  proto::Operator config;
  proto::AggregateCall* call = config.mutable_group_aggregate()->add_aggregates();
  call->set_function(c.call);
  call->add_arguments(0);
  ToProto(ParseSchema(options.output)->type(0), call->mutable_type());
  options.config = config.ShortDebugString();
  Harness harness(factory, options);
  ASSERT_OK(harness.Push(c.values));
  EXPECT_THAT(harness.TakeRows(), ElementsAre(std::string("+[") + c.expected + "]"));
}

INSTANTIATE_TEST_SUITE_P(
    GroupAggregate, NumberTest,
    testing::Values(
        NumberCase{"SumWrapsAsInt", "SUM", "INT", "INT", {"2147483647", "1"}, "-2147483648"},
        NumberCase{"SumWrapsAsTinyint", "SUM", "TINYINT", "TINYINT", {"100", "100"}, "-56"},
        NumberCase{"SumOfBigint", "SUM", "BIGINT", "BIGINT", {"1", "NULL", "41"}, "42"},
        NumberCase{"SumOfNothing", "SUM", "BIGINT", "BIGINT", {"NULL"}, "null"},
        NumberCase{"SumOfDouble", "SUM", "DOUBLE", "DOUBLE", {"0.5", "0.25"}, "0.75"},
        NumberCase{"SumOfFloat", "SUM", "FLOAT", "FLOAT", {"0.5", "0.25"}, "0.75"},
        NumberCase{"SumOfDecimal", "SUM", "DECIMAL(6, 2)", "DECIMAL(38, 2)", {"3.25", "1.75"}, "\"5.00\""},
        NumberCase{"SumOfWideDecimal",
                   "SUM",
                   "DECIMAL(38, 0)",
                   "DECIMAL(38, 0)",
                   {"99999999999999999999999999999999999998", "1"},
                   "\"99999999999999999999999999999999999999\""},
        NumberCase{"SumOverflows",
                   "SUM",
                   "DECIMAL(38, 0)",
                   "DECIMAL(38, 0)",
                   {"99999999999999999999999999999999999999", "1"},
                   "null"},
        NumberCase{"AverageOfInt", "AVG", "INT", "INT", {"1", "2", "4"}, "2"},
        NumberCase{"AverageRoundsToZero", "AVG", "INT", "INT", {"-1", "-2"}, "-1"},
        NumberCase{"AverageOfDecimal",
                   "AVG",
                   "DECIMAL(5, 2)",
                   "DECIMAL(38, 6)",
                   {"1.10", "1.15", "2.00"},
                   "\"1.416667\""},
        NumberCase{"AverageOfDouble", "AVG", "DOUBLE", "DOUBLE", {"1", "2", "2"}, "1.6666666666666667"},
        NumberCase{"AverageOfNothing", "AVG", "DOUBLE", "DOUBLE", {"NULL"}, "null"},
        NumberCase{"MinOfDate", "MIN", "DATE", "DATE", {"2020-02-01", "2019-03-01"}, "\"2019-03-01\""},
        NumberCase{"MaxOfBoolean", "MAX", "BOOLEAN", "BOOLEAN", {"false", "true"}, "true"},
        NumberCase{"MaxOfString",
                   "MAX",
                   "STRING",
                   "STRING",
                   {"a", "b is not inline here", "B"},
                   "\"b is not inline here\""},
        NumberCase{"MinOfTimestamp",
                   "MIN",
                   "TIMESTAMP(3)",
                   "TIMESTAMP(3)",
                   {"2020-01-02 00:00:00", "2020-01-01 10:00:00"},
                   "\"2020-01-01 10:00:00.000\""},
        NumberCase{"MaxOfDecimal", "MAX", "DECIMAL(30, 1)", "DECIMAL(30, 1)", {"-1.5", "-2.5"}, "\"-1.5\""},
        NumberCase{
            "Deviation", "STDDEV_POP", "DOUBLE", "DOUBLE", {"2", "4", "4", "4", "5", "5", "7", "9"}, "2.0"},
        NumberCase{"SampleVariance", "VAR_SAMP", "DOUBLE", "DOUBLE", {"1", "3"}, "2.0"},
        NumberCase{"SampleOfOne", "VAR_SAMP", "DOUBLE", "DOUBLE", {"1"}, "null"}),
    [](const testing::TestParamInfo<NumberCase>& info) { return std::string(info.param.name); });

TEST_F(GroupAggregateTest, DistinctCountsWithFilters) {
  Harness harness = Make(
      "aggregates { function: 'COUNT' arguments: 1 distinct: true type { kind: BIGINT } } "
      "aggregates { function: 'COUNT' arguments: 1 distinct: true filter: 2 type { kind: BIGINT } } "
      "aggregates { function: 'SUM' arguments: 1 distinct: true type { kind: INTEGER } }",
      "k STRING, v INT, f BOOLEAN", "k STRING, n BIGINT, m BIGINT, s INT", true);
  ASSERT_OK(harness.Push({"a, 1, false", "a, 1, true", "a, 2, NULL", "a, NULL, true"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",2,1,3]"));
  ASSERT_OK(harness.Push({"- a, 1, true"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",2,1,3]", "+[\"a\",2,0,3]"));
  ASSERT_OK(harness.Push({"- a, 1, false"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",2,0,3]", "+[\"a\",1,0,2]"));
}

// A bit a call is kept then, of more calls than a word has bits.
TEST_F(GroupAggregateTest, DistinctCountsOfInsertsOnly) {
  std::string calls;
  std::string output = "k STRING";
  for (int call = 0; call < 66; ++call) {
    calls += std::string("aggregates { function: 'COUNT' arguments: 1 distinct: true ") +
             (call % 2 == 1 ? "filter: 2 " : "") + "type { kind: BIGINT } } ";
    output += ", n" + std::to_string(call) + " BIGINT";
  }
  const auto counts = [](int all, int filtered) {
    std::string text = "[\"a\"";
    for (int call = 0; call < 66; ++call) text += "," + std::to_string(call % 2 == 1 ? filtered : all);
    return text + "]";
  };
  Harness harness = Make(calls, "k STRING, v STRING, f BOOLEAN", output);
  ASSERT_OK(harness.Push({"a, 1, false", "a, 1, NULL", "a, 2, true", "a, NULL, true", "a, 1, false"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+" + counts(2, 1)));
  ASSERT_OK(harness.Push({"a, 1, false", "a, 2, false"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre());
  const Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(1);
  ASSERT_OK(checkpoint.status());
  ASSERT_OK(harness.Restore(*checkpoint, 2));
  ASSERT_OK(harness.Push({"a, 1, true", "a, 2, true", "a, a value of many bytes, true"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-" + counts(2, 1), "+" + counts(3, 3)));
}

TEST_F(GroupAggregateTest, FilterLimitsACall) {
  Harness harness = Make("aggregates { function: 'SUM' arguments: 1 filter: 2 type { kind: INTEGER } }",
                         "k STRING, v INT, f BOOLEAN", "k STRING, s INT");
  ASSERT_OK(harness.Push({"a, 1, false", "a, 2, true", "a, 4, NULL", "b, 8, false"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",2]", "+[\"b\",null]"));
}

TEST_F(GroupAggregateTest, ExtremesComeBack) {
  Harness harness = Make(
      "aggregates { function: 'MAX' arguments: 1 type { kind: VARCHAR precision: 2147483647 } } "
      "aggregates { function: 'MIN' arguments: 1 type { kind: VARCHAR precision: 2147483647 } }",
      "k STRING, v STRING", "k STRING, x STRING, n STRING", true);
  ASSERT_OK(harness.Push({"a, m", "a, z and much longer than inline", "a, b", "a, b"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",\"z and much longer than inline\",\"b\"]"));
  ASSERT_OK(harness.Push({"- a, z and much longer than inline", "- a, b"}));
  EXPECT_THAT(harness.TakeRows(),
              ElementsAre("-[\"a\",\"z and much longer than inline\",\"b\"]", "+[\"a\",\"m\",\"b\"]"));
  ASSERT_OK(harness.Push({"- a, m", "- a, b"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",\"m\",\"b\"]"));
}

TEST_F(GroupAggregateTest, DecimalComesBackFromOverflow) {
  Harness harness = Make("aggregates { function: 'SUM' arguments: 1 type { kind: DECIMAL precision: 38 } }",
                         "k STRING, v DECIMAL(38, 0)", "k STRING, s DECIMAL(38, 0)", true);
  ASSERT_OK(harness.Push({"a, 99999999999999999999999999999999999999", "a, 5"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",null]"));
  ASSERT_OK(harness.Push({"- a, 99999999999999999999999999999999999999"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[\"a\",null]", "+[\"a\",\"5\"]"));
}

TEST_F(GroupAggregateTest, RefusesRetractionsThatItCannotTake) {
  Harness harness = Make("aggregates { function: 'MAX' arguments: 1 type { kind: INTEGER } }",
                         "k STRING, v INT", "k STRING, m INT");
  const Status status = harness.Push({"a, 1", "- a, 1"});
  EXPECT_EQ(status.code(), kUnsupportedAggregate);
  Harness distinct =
      Make("aggregates { function: 'COUNT' arguments: 1 distinct: true type { kind: BIGINT } }",
           "k STRING, v INT", "k STRING, n BIGINT");
  EXPECT_EQ(distinct.Push({"a, 1", "- a, 1"}).code(), kUnsupportedAggregate);
}

TEST_F(GroupAggregateTest, RefusesUnknownFunctionsAndColumns) {
  Harness unknown = Make("aggregates { function: 'MEDIAN' arguments: 1 type { kind: INTEGER } }",
                         "k STRING, v INT", "k STRING, m INT");
  EXPECT_EQ(unknown.Open().code(), kUnsupportedAggregate);
  Harness column = Make("aggregates { function: 'MAX' arguments: 9 type { kind: INTEGER } }",
                        "k STRING, v INT", "k STRING, m INT");
  EXPECT_EQ(column.Open().code(), kBadOperatorConfig);
}

TEST_F(GroupAggregateTest, ForgetsGroupsAfterTheirTimeToLive) {
  Harness harness = Make("aggregates { function: 'COUNT' arguments: 1 distinct: true type { kind: BIGINT } }",
                         "k STRING, v INT", "k STRING, n BIGINT", false, "state_ttl_ms: 1000");
  ASSERT_OK(harness.Push({"a, 1", "b, 1"}));
  ASSERT_OK(harness.SetTime(1'500'000));
  ASSERT_OK(harness.Push({"b, 2"}));
  ASSERT_OK(harness.SetTime(2'100'000));
  harness.TakeRows();
  ASSERT_OK(harness.Push({"a, 1", "b, 3"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"a\",1]", "-[\"b\",2]", "+[\"b\",3]"));
}

TEST_F(GroupAggregateTest, TwoPhasesGiveTheSame) {
  const std::string calls =
      "aggregates { function: 'COUNT' type { kind: BIGINT } } "
      "aggregates { function: 'SUM' arguments: 1 type { kind: INTEGER } } "
      "aggregates { function: 'AVG' arguments: 2 type { kind: DECIMAL precision: 38 scale: 6 } } "
      "aggregates { function: 'MIN' arguments: 3 filter: 4 type { kind: VARCHAR precision: 2147483647 } } ";
  const std::string middle =
      "k STRING, c BIGINT NOT NULL, s INT, sn BIGINT NOT NULL, a DECIMAL(38, 2), an BIGINT NOT NULL, m "
      "STRING, rows BIGINT";
  const std::string input = "k STRING, i INT, d DECIMAL(5, 2), t STRING, f BOOLEAN";
  Harness local = Make(calls, input, middle, false, "phase: LOCAL");
  Harness global =
      Make(calls, middle, "k STRING, c BIGINT, s INT, a DECIMAL(38, 6), m STRING", false, "phase: GLOBAL");
  for (const std::vector<std::string>& rows :
       {std::vector<std::string>{"a, 1, 1.10, x, true", "b, NULL, NULL, NULL, NULL", "a, 2, 1.15, a, false"},
        std::vector<std::string>{"a, NULL, 2.00, y, true", "b, 7, 1.00, NULL, true"}}) {
    ASSERT_OK(local.Push(rows));
    for (const Batch& batch : std::vector<Batch>(local.batches())) ASSERT_OK(global.PushBatch(batch));
    local.TakeRows();
  }
  EXPECT_THAT(Fold(global.TakeRows()),
              UnorderedElementsAre(testing::Pair("[\"a\",3,3,\"1.416667\",\"x\"]", 1),
                                   testing::Pair("[\"b\",2,7,\"1.000000\",null]", 1)));
}

constexpr char kListCalls[] =
    "aggregates { function: 'FIRST_VALUE' arguments: 1 type { kind: VARCHAR precision: 2147483647 } } "
    "aggregates { function: 'LAST_VALUE' arguments: 1 type { kind: VARCHAR precision: 2147483647 } } "
    "aggregates { function: 'LISTAGG' arguments: 1 arguments: 2 type { kind: VARCHAR precision: 2147483647 } "
    "} "
    "aggregates { function: 'LISTAGG' arguments: 1 distinct: true type { kind: VARCHAR precision: 2147483647 "
    "} } "
    "aggregates { function: 'COLLECT' arguments: 1 type { kind: MULTISET fields { name: 'element' type { "
    "kind: "
    "VARCHAR precision: 2147483647 } } } } "
    "aggregates { function: 'ARRAY_AGG' arguments: 1 type { kind: ARRAY fields { name: 'element' type { "
    "kind: "
    "VARCHAR precision: 2147483647 } } } } ";
constexpr char kListOutput[] =
    "k STRING, f STRING, l STRING, j STRING, d STRING, m MULTISET<STRING>, a ARRAY<STRING>";

TEST_F(GroupAggregateTest, ListsKeepTheOrderOfTheirRows) {
  Harness harness = Make(kListCalls, "k STRING, v STRING, s STRING", kListOutput);
  ASSERT_OK(harness.Push({"a, NULL, ;", "a, x, ;", "a, y, ;"}));
  EXPECT_THAT(harness.TakeRows(),
              ElementsAre("+[\"a\",\"x\",\"y\",\"x;y\",\"x,y\",[[\"x\",1],[\"y\",1]],[null,\"x\",\"y\"]]"));
  ASSERT_OK(harness.Push({"a, x, ;"}));
  EXPECT_EQ(harness.TakeRows().back(),
            "+[\"a\",\"x\",\"x\",\"x;y;x\",\"x,y\",[[\"x\",2],[\"y\",1]],[null,\"x\",\"y\",\"x\"]]");
  ASSERT_OK(harness.Push({"b, NULL, ;"}));
  EXPECT_EQ(harness.TakeRows().back(), "+[\"b\",null,null,null,null,[],[null]]");
}

TEST_F(GroupAggregateTest, ListsGiveRowsBack) {
  Harness harness = Make(kListCalls, "k STRING, v STRING, s STRING", kListOutput, true);
  ASSERT_OK(harness.Push({"a, x, ;", "a, y, ;", "a, x, ;"}));
  harness.TakeRows();
  ASSERT_OK(harness.Push({"- a, x, ;"}));
  EXPECT_EQ(harness.TakeRows().back(),
            "+[\"a\",\"y\",\"x\",\"y;x\",\"x,y\",[[\"x\",1],[\"y\",1]],[\"y\",\"x\"]]");
  Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(1);
  ASSERT_OK(checkpoint.status());
  ASSERT_OK(harness.Restore(*checkpoint, 2));
  ASSERT_OK(harness.Push({"- a, x, ;"}));
  EXPECT_EQ(harness.TakeRows().back(), "+[\"a\",\"y\",\"y\",\"y\",\"y\",[[\"y\",1]],[\"y\"]]");
}

/// Rows of an updating stream against a recomputation of all groups, with checkpoints and other parallelisms
/// between.
TEST_F(GroupAggregateTest, RandomChangesGiveWhatARecomputationGives) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    HarnessOptions options;
    options.config =
        "group_aggregate { keys: 0 input_updating: true "
        "aggregates { function: 'COUNT' type { kind: BIGINT } } "
        "aggregates { function: 'SUM' arguments: 1 type { kind: BIGINT } } "
        "aggregates { function: 'MIN' arguments: 1 type { kind: BIGINT } } "
        "aggregates { function: 'MAX' arguments: 1 type { kind: BIGINT } } "
        "aggregates { function: 'COUNT' arguments: 1 distinct: true type { kind: BIGINT } } }";
    options.inputs = {"k STRING, v BIGINT"};
    options.output = "k STRING, c BIGINT, s BIGINT, mn BIGINT, mx BIGINT, d BIGINT";
    options.keys = {{0}};
    options.parallelism = 1 + seed % 3;
    if (seed % 2 == 1) options.memory_bytes = 4096;  // rows leave memory after each checkpoint
    Harness harness(factory_, options);
    std::vector<std::pair<std::string, std::optional<int64_t>>> live;
    std::map<std::string, int> folded;
    const auto fold = [&] {
      for (const std::string& row : harness.TakeRows()) {
        int& count = folded[row.substr(1)];
        count += row[0] == '-' ? -1 : 1;
        ASSERT_GE(count, 0) << row;
        if (count == 0) folded.erase(row.substr(1));
      }
    };
    for (int step = 0; step < 60; ++step) {
      std::vector<std::string> rows;
      for (uint32_t i = 0, size = 1 + random() % 20; i < size; ++i) {
        const bool take_back = !live.empty() && random() % 5 < 2;
        const size_t index = take_back ? random() % live.size() : live.size();
        if (!take_back) {
          live.emplace_back("k" + std::to_string(random() % 7),
                            random() % 6 == 0 ? std::nullopt : std::optional<int64_t>(random() % 15));
        }
        const auto [key, value] = live[index];
        rows.push_back((take_back ? "- " : "+ ") + key + ", " + (value ? std::to_string(*value) : "NULL"));
        if (take_back) live.erase(live.begin() + static_cast<ptrdiff_t>(index));
      }
      ASSERT_OK(harness.Push(rows));
      fold();
      if (step % 17 == 16) {
        Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(static_cast<uint64_t>(step));
        ASSERT_OK(checkpoint.status());
        ASSERT_OK(harness.Restore(*checkpoint, 1 + random() % 4));
      }
    }
    std::map<std::string, std::vector<std::optional<int64_t>>> groups;
    for (const auto& [key, value] : live) groups[key].push_back(value);
    std::map<std::string, int> expected;
    for (const auto& [key, values] : groups) {
      std::set<int64_t> set;
      int64_t sum = 0;
      for (const auto& value : values) {
        if (value) set.insert(*value);
        sum += value.value_or(0);
      }
      const auto text = [&](int64_t number) {
        return set.empty() ? std::string("null") : std::to_string(number);
      };
      expected["[\"" + key + "\"," + std::to_string(values.size()) + "," + text(sum) + "," +
               text(set.empty() ? 0 : *set.begin()) + "," + text(set.empty() ? 0 : *set.rbegin()) + "," +
               std::to_string(set.size()) + "]"] = 1;
    }
    EXPECT_EQ(folded, expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace millrace
