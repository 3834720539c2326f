#include "core/expr/output_column.h"

#include <gtest/gtest.h>

#include "tests/unit/core/column/sample_columns.h"

namespace millrace {
namespace {

std::vector<std::optional<int64_t>> ValuesOf(const ColumnPtr& column) {
  const ColumnReader reader(*column);
  std::vector<std::optional<int64_t>> values;
  for (uint32_t row = 0; row < column->size(); ++row) {
    values.push_back(reader.IsNull(row) ? std::nullopt : std::optional(reader.Value<int64_t>(row)));
  }
  return values;
}

TEST(OutputColumnTest, MayHaveNullsOnlyWhenItHasSome) {
  for (const uint32_t num_rows : {1u, 7u, 8u, 9u, 64u, 100u}) {
    for (uint32_t null_row = 0; null_row <= num_rows; ++null_row) {
      OutputColumn out(DataType::Bigint(), num_rows);
      out.Validity();
      if (null_row < num_rows) out.SetNull(null_row);
      const ColumnPtr column = out.Finish();
      const ColumnReader reader(*column);
      EXPECT_EQ(reader.has_nulls(), null_row < num_rows) << num_rows << " " << null_row;
      for (uint32_t row = 0; row < num_rows; ++row) EXPECT_EQ(reader.IsNull(row), row == null_row);
    }
  }
}

TEST(OutputColumnTest, MergedBranchesHaveTheNullsOfTheirRows) {
  const auto column_of = [](const std::vector<std::optional<int64_t>>& values) {
    return ColumnOf<int64_t>(DataType::Bigint(), values);
  };
  const ColumnPtr most = column_of({0, {}, 2, 3, {}, 5, 6, 7, {}});
  const ColumnPtr others = column_of({{}, 11, {}, {}, 14, {}, {}, {}, {}});
  const ColumnPtr whole =
      MergeBranches(DataType::Bigint(), 9, 9, {{most, {0, 2, 3, 5, 6, 7, 8}}, {others, {1, 4}}});
  EXPECT_EQ(ValuesOf(whole), (std::vector<std::optional<int64_t>>{0, 11, 2, 3, 14, 5, 6, 7, {}}));

  const ColumnPtr nine = column_of({0, 1, 2, 3, 4, 5, 6, 7, 8});
  const ColumnPtr without_nulls =
      MergeBranches(DataType::Bigint(), 9, 9, {{most, {0, 2, 3, 5, 6, 7}}, {nine, {1, 4, 8}}});
  EXPECT_EQ(ValuesOf(without_nulls), (std::vector<std::optional<int64_t>>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_FALSE(ColumnReader(*without_nulls).has_nulls());

  // Row 4 is wanted and in no branch.
  const ColumnPtr partly = MergeBranches(DataType::Bigint(), 9, 4, {{most, {0, 2}}, {nine, {1}}});
  EXPECT_EQ(ValuesOf(partly)[4], std::nullopt);
  EXPECT_EQ(ValuesOf(partly)[1], 1);
}

}  // namespace
}  // namespace millrace
