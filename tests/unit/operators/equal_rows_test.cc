#include "operators/aggregate/equal_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "core/column/column_builder.h"

namespace millrace {
namespace {

/// Random groups and columns: few values, so that rows are equal often; the texts share bytes or have their
/// own.
struct RandomRows {
  explicit RandomRows(uint32_t num_rows) : random(num_rows) {
    ColumnBuilder numbers(DataType::Bigint());
    ColumnBuilder texts(DataType::String());
    for (uint32_t row = 0; row < num_rows; ++row) {
      numbers.Append<int64_t>(static_cast<int64_t>(random() % 3));
      texts.AppendString(random() % 2 == 0 ? "a" : "a text of more than twelve bytes");
      groups.push_back({&group_rows[random() % 3]});
      rows.push_back(row);
    }
    std::shuffle(rows.begin(), rows.end(), random);
    columns = {numbers.Finish(), texts.Finish()};
    const auto indices = std::make_shared<std::vector<uint32_t>>(num_rows);
    for (uint32_t& index : *indices) index = static_cast<uint32_t>(random() % num_rows);
    columns.push_back(Column::Dictionary(columns[1], indices));
    columns.push_back(Column::ConstantOf(columns[1], 0, num_rows));
  }
  GroupedRows In() const { return {{rows.size(), nullptr, groups.data(), nullptr}, rows.data(), nullptr}; }

  std::mt19937_64 random;
  int group_rows[3] = {};
  std::vector<RowRef> groups;
  std::vector<uint32_t> rows;
  std::vector<ColumnPtr> columns;
};

std::string TextOf(const RandomRows& input, uint32_t position) {
  std::string text = std::to_string(static_cast<int*>(input.groups[position].row) - input.group_rows);
  for (const ColumnPtr& column : input.columns) {
    const ColumnReader reader(*column);
    const uint32_t row = input.rows[position];
    text += column->physical() == PhysicalType::kString ? "|" + std::string(reader.String(row))
                                                        : "|" + std::to_string(reader.Value<int64_t>(row));
  }
  return text;
}

TEST(EqualRows, PutsOnlyEqualRowsTogether) {
  for (uint32_t num_rows : {1u, 7u, 3000u}) {
    const RandomRows input(num_rows);
    std::vector<uint32_t> positions;
    for (uint32_t i = 0; i < num_rows; i += 1 + i % 2) positions.push_back(i);
    std::vector<ColumnReader> columns;
    for (const ColumnPtr& column : input.columns) columns.emplace_back(*column);
    EqualRows equal;
    for (int round = 0; round < 2; ++round) {
      equal.Find(columns, input.In(), positions);
      for (size_t j = 0; j < positions.size(); ++j) {
        const uint32_t first = equal.firsts()[equal.first_of(j)];
        ASSERT_LE(first, positions[j]);
        ASSERT_EQ(TextOf(input, first), TextOf(input, positions[j]));
      }
    }
    if (num_rows == 3000) {
      EXPECT_LT(equal.firsts().size(), positions.size());
    }
  }
}

TEST(EqualRows, FindsMostRowsOfFewValues) {
  const RandomRows input(500);
  const std::vector<ColumnReader> columns{ColumnReader(*input.columns[0])};
  std::vector<uint32_t> positions;
  for (uint32_t i = 0; i < 500; ++i) positions.push_back(i);
  EqualRows equal;
  equal.Find(columns, input.In(), positions);
  // Nine kinds of rows, of which two may be in each other's way.
  EXPECT_LT(equal.firsts().size(), positions.size() / 2);
}

TEST(EqualRows, LeavesNestedValuesApart) {
  ColumnBuilder builder(DataType::Array(DataType::Bigint()));
  for (int i = 0; i < 2; ++i) builder.AppendNested();
  const ColumnPtr column = builder.Finish();
  const std::vector<ColumnReader> columns{ColumnReader(*column)};
  const std::vector<RowRef> groups(2);
  const std::vector<uint32_t> rows{0, 1};
  EqualRows equal;
  equal.Find(columns, {{2, nullptr, groups.data(), nullptr}, rows.data(), nullptr}, rows);
  EXPECT_EQ(equal.firsts(), rows);
  EXPECT_EQ(equal.first_of(1), 1u);
}

}  // namespace
}  // namespace millrace
