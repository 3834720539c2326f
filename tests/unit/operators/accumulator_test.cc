#include "operators/aggregate/accumulator.h"

#include <gtest/gtest.h>

#include "core/aggregate/aggregate_function.h"
#include "operators/aggregate/exact_sum.h"
#include "operators/api/error_codes.h"

namespace millrace {
namespace {

std::vector<DataType> NumericTypes() {
  return {DataType::Tinyint(), DataType::Smallint(), DataType::Integer(),     DataType::Bigint(),
          DataType::Float(),   DataType::Double(),   DataType::Decimal(9, 2), DataType::Decimal(30, 4)};
}

/// The planner declares the columns between two phases from the descriptors: accumulators must agree.
TEST(Accumulators, HaveTheColumnsThatTheirDescriptorsSay) {
  for (const std::string& name : AggregateRegistry::BuiltIn().Names()) {
    const AggregateFunction& function = *AggregateRegistry::BuiltIn().Find(name);
    for (const DataType& type : NumericTypes()) {
      const std::vector<DataType> arguments{type};
      const Result<DataType> result = function.result_type(arguments, true);
      if (!result.ok()) continue;
      const Result<std::unique_ptr<Accumulator>> accumulator =
          MakeAccumulator({.function = name, .arguments = arguments, .columns = {}, .result = *result});
      if (!accumulator.ok()) continue;
      const std::vector<DataType> expected = function.accumulator_types(arguments);
      const std::vector<DataType> columns = (*accumulator)->column_types();
      ASSERT_EQ(columns.size(), expected.size()) << name << " of " << type.ToString();
      for (size_t i = 0; i < columns.size(); ++i) {
        EXPECT_TRUE(columns[i].EqualsIgnoringNullability(expected[i])) << name << " of " << type.ToString();
      }
    }
  }
}

TEST(Accumulators, EveryDescribedBasicFunctionIsThere) {
  for (const char* name :
       {"COUNT", "SUM", "AVG", "MIN", "MAX", "STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP"}) {
    for (const DataType& type : NumericTypes()) {
      EXPECT_TRUE(
          MakeAccumulator({.function = name, .arguments = {type}, .columns = {}, .result = type}).ok())
          << name;
    }
  }
  const Status status =
      MakeAccumulator({.function = "SUM", .arguments = {DataType::String()}, .columns = {}, .result = {}})
          .status();
  EXPECT_EQ(status.code(), kUnsupportedAggregate);
  EXPECT_NE(status.message().find("SUM(STRING)"), std::string::npos);
}

TEST(ExactSum, OverflowsAndComesBack) {
  const Int128 largest = PowerOfTen(38) - 1;
  ExactSum sum;
  for (int i = 0; i < 1000; ++i) sum.Add(largest);
  EXPECT_FALSE(sum.Value(38).has_value());
  for (int i = 0; i < 999; ++i) sum.Subtract(largest);
  ASSERT_TRUE(sum.Value(38).has_value());
  EXPECT_TRUE(*sum.Value(38) == largest);
  for (int i = 0; i < 3; ++i) sum.Subtract(largest);
  EXPECT_FALSE(sum.Value(38).has_value());
  sum.Add(largest);
  EXPECT_TRUE(*sum.Value(38) == -largest);
}

}  // namespace
}  // namespace millrace
