#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error_codes.h"
#include "operators/stateless/calc.h"
#include "operators/stateless/collect.h"
#include "operators/stateless/union.h"
#include "tests/unit/operators/harness.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kA[] = "{ type { kind: INTEGER } column: 0 }";
constexpr char kB[] = "{ type { kind: INTEGER } column: 1 }";

std::string CallOf(const std::string& type, const std::string& function) {
  return "{ type { kind: " + type + " } call { function: '" + function + "' arguments " + kA + " arguments " +
         kB + " } }";
}

HarnessOptions Options(const std::string& config, const std::string& output) {
  HarnessOptions options;
  options.config = config;
  options.inputs = {"a INT, b INT"};
  options.output = output;
  options.keyed = false;
  return options;
}

TEST(Calc, FiltersAndProjects) {
  const OperatorFactory factory = CalcFactory();
  Harness harness(factory, Options("calc { filter " + CallOf("BOOLEAN", "<") + " projections " + kB +
                                       " projections " + CallOf("INTEGER", "+") + " }",
                                   "b INT, s INT"));
  ASSERT_OK(harness.Push({"1, 2", "5, 2", "NULL, 1", "- 2, 9"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[2,3]", "-[9,11]"));
  ASSERT_OK(harness.Push({"9, 2"}));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
}

TEST(Calc, FewRowsOfManyAreCompacted) {
  const OperatorFactory factory = CalcFactory();
  Harness harness(factory, Options("calc { filter " + CallOf("BOOLEAN", "<") + " projections " +
                                       CallOf("INTEGER", "+") + " }",
                                   "s INT"));
  std::vector<std::string> rows(50, "2, 1");
  rows[33] = "1, 2";
  ASSERT_OK(harness.Push(rows));
  ASSERT_EQ(harness.batches().size(), 1u);
  EXPECT_EQ(harness.batches()[0].num_rows, 1u);
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[3]"));
}

TEST(Calc, WhatFilterAndProjectionsHaveInCommonKeepsItsRows) {
  const OperatorFactory factory = CalcFactory();
  const std::string sum = CallOf("INTEGER", "+");
  const std::string of_sum = "arguments " + sum + " arguments " + kB + " } }";
  const std::string config = "calc { filter { type { kind: BOOLEAN } call { function: '<' " + of_sum +
                             " projections " + sum +
                             " projections { type { kind: INTEGER } call { function: '*' " + of_sum + " }";
  Harness harness(factory, Options(config, "s INT, p INT"));
  ASSERT_OK(harness.Push({"-1, 2", "3, 4", "-5, 6", "-7, 8"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[1,2]", "+[1,6]", "+[1,8]"));
  std::vector<std::string> rows(50, "2, 1");
  rows[33] = "-1, 7";
  ASSERT_OK(harness.Push(rows));
  EXPECT_EQ(harness.batches().back().num_rows, 1u);
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[6,42]"));
}

TEST(Calc, ColumnsAreShared) {
  const OperatorFactory factory = CalcFactory();
  Harness harness(factory, Options(std::string("calc { projections ") + kB + " }", "b INT"));
  const Batch batch = ParseRows(ParseSchema("a INT, b INT"), {"1, 2"});
  ASSERT_OK(harness.PushBatch(batch));
  EXPECT_EQ(harness.batches()[0].columns[0], batch.columns[1]);
}

TEST(Calc, ARowsErrorEndsTheJob) {
  const OperatorFactory factory = CalcFactory();
  Harness harness(factory, Options("calc { projections " + CallOf("INTEGER", "/") + " }", "q INT"));
  EXPECT_EQ(harness.Push({"1, 1", "1, 0"}).code(), kDivisionByZero);
  // Rows that the filter drops cannot fail.
  Harness guarded(factory, Options("calc { filter " + CallOf("BOOLEAN", "<") + " projections " +
                                       CallOf("INTEGER", "/") + " }",
                                   "q INT"));
  ASSERT_OK(guarded.Push({"1, 0", "1, 2"}));
  EXPECT_THAT(guarded.TakeRows(), ElementsAre("+[0]"));
}

TEST(Calc, CurrentWatermarkIsTheOneThatCameLast) {
  const OperatorFactory factory = CalcFactory();
  const std::string time = "{ kind: TIMESTAMP precision: 3 }";
  HarnessOptions options =
      Options("calc { projections { type " + time +
                  " call { function: 'CURRENT_WATERMARK' arguments { type " + time + " column: 0 } } } }",
              "w TIMESTAMP(3)");
  options.inputs = {"ts TIMESTAMP(3)"};
  Harness harness(factory, options);
  ASSERT_OK(harness.Push({"2024-01-01 00:00:05"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[null]"));
  ASSERT_OK(harness.AdvanceWatermark("2024-01-01 00:00:03"));
  ASSERT_OK(harness.Push({"2024-01-01 00:00:06"}));
  EXPECT_THAT(harness.TakeRows(), ElementsAre("+[\"2024-01-01 00:00:03.000\"]"));
}

TEST(Union, ForwardsUnderItsOwnSchema) {
  const OperatorFactory factory = UnionFactory();
  Harness harness(factory, Options("union { }", "x INT, y INT"));
  ASSERT_OK(harness.Push({"- 1, 2"}));
  EXPECT_EQ(harness.batches()[0].schema->fields[0].name, "x");
  EXPECT_THAT(harness.TakeRows(), ElementsAre("-[1,2]"));
}

TEST(Collect, WorksWithoutAnybodyWhoTails) {
  const OperatorFactory factory = CollectFactory();
  Harness harness(factory, Options("collect { query: 1 }", ""));
  ASSERT_OK(harness.Push({"1, 2"}));
  EXPECT_THAT(harness.TakeRows(), IsEmpty());
}

}  // namespace
}  // namespace millrace
