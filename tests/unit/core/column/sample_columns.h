#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/column/batch.h"
#include "core/row/value_json.h"

namespace millrace {

/// A flat column of fixed-size values; nullopt is NULL.
template <class T>
ColumnPtr ColumnOf(DataType type, const std::vector<std::optional<T>>& values) {
  ColumnBuilder builder(std::move(type));
  for (const std::optional<T>& value : values) {
    if (value) {
      builder.Append<T>(*value);
    } else {
      builder.AppendNull();
    }
  }
  return builder.Finish();
}

inline ColumnPtr StringColumnOf(const std::vector<std::optional<std::string>>& values,
                                DataType type = DataType::String()) {
  ColumnBuilder builder(std::move(type));
  for (const auto& value : values) {
    if (value) {
      builder.AppendString(*value);
    } else {
      builder.AppendNull();
    }
  }
  return builder.Finish();
}

/// Row i is the array of 0..i-1; NULL where i is a multiple of 4 and not 0.
inline ColumnPtr BigintArrays(uint32_t num_rows) {
  ColumnBuilder builder(DataType::Array(DataType::Bigint()));
  for (uint32_t row = 0; row < num_rows; ++row) {
    if (row % 4 == 0 && row > 0) {
      builder.AppendNull();
      continue;
    }
    for (int64_t i = 0; i < row; ++i) builder.child(0).Append<int64_t>(i);
    builder.AppendNested();
  }
  return builder.Finish();
}

/// Row i is (i, "row-i"), its text long when i is odd; NULL where i is a multiple of 3 and not 0.
inline ColumnPtr RowsOfTwo(uint32_t num_rows) {
  ColumnBuilder builder(DataType::Row({{"id", DataType::Integer()}, {"text", DataType::String()}}));
  for (uint32_t row = 0; row < num_rows; ++row) {
    if (row % 3 == 0 && row > 0) {
      builder.AppendNull();
      continue;
    }
    builder.child(0).Append(static_cast<int32_t>(row));
    builder.child(1).AppendString("row-" + std::to_string(row) + (row % 2 == 1 ? " of a longer text" : ""));
    builder.AppendNested();
  }
  return builder.Finish();
}

/// Row i maps "k1".."ki" (appended backwards) to 1..i.
inline ColumnPtr StringMaps(uint32_t num_rows) {
  ColumnBuilder builder(DataType::Map(DataType::String().NotNull(), DataType::Integer()));
  for (uint32_t row = 0; row < num_rows; ++row) {
    for (int32_t i = static_cast<int32_t>(row); i > 0; --i) {
      builder.child(0).AppendString("k" + std::to_string(i));
      builder.child(1).Append(i);
    }
    builder.AppendNested();
  }
  return builder.Finish();
}

/// A column of 10 rows of every kind of physical type, NULLs included.
inline std::vector<ColumnPtr> OneColumnOfEachType() {
  const auto big = [](int64_t high, uint64_t low) { return (static_cast<Int128>(high) << 64) + low; };
  std::vector<ColumnPtr> columns;
  columns.push_back(
      ColumnOf<uint8_t>(DataType::Boolean(), {1, 0, std::nullopt, 1, 1, 0, 0, 1, std::nullopt, 0}));
  columns.push_back(ColumnOf<int8_t>(DataType::Tinyint(), {-128, 127, 0, 1, std::nullopt, 5, 6, 7, 8, 9}));
  columns.push_back(
      ColumnOf<int16_t>(DataType::Smallint(), {-32768, 32767, 0, 1, 2, std::nullopt, 6, 7, 8, 9}));
  columns.push_back(
      ColumnOf<int32_t>(DataType::Integer(), {INT32_MIN, INT32_MAX, 0, 1, 2, 3, std::nullopt, 7, 8, 9}));
  columns.push_back(
      ColumnOf<int64_t>(DataType::Bigint(), {INT64_MIN, INT64_MAX, 0, 1, 2, 3, 4, std::nullopt, 8, 9}));
  columns.push_back(ColumnOf<Int128>(DataType::Decimal(38, 4),
                                     {big(-5, 1), big(5, 1), Int128{0}, Int128{1}, Int128{-1}, Int128{9},
                                      Int128{10000}, std::nullopt, Int128{8}, Int128{7}}));
  columns.push_back(ColumnOf<float>(DataType::Float(), {1.5f, -2.25f, 0.1f, std::nullopt, 4, 5, 6, 7, 8, 9}));
  columns.push_back(
      ColumnOf<double>(DataType::Double(), {1.5, -2.25, 0.1, std::nullopt, 1e300, 5, 6, 7, 8, 9}));
  columns.push_back(ColumnOf<WideTimestamp>(
      DataType::Timestamp(9),
      {WideTimestamp{0, 0, 0}, WideTimestamp{-1, 999999, 0}, WideTimestamp{1, 1, 0}, std::nullopt,
       WideTimestamp{4, 0, 0}, WideTimestamp{5, 5, 0}, WideTimestamp{6, 6, 0}, WideTimestamp{7, 7, 0},
       WideTimestamp{8, 8, 0}, WideTimestamp{9, 9, 0}}));
  columns.push_back(StringColumnOf({"", "twelve bytes", "thirteen byte", std::nullopt,
                                    "a much longer text than fits inline", "x",
                                    "another text that lies in the heap", "y", "\xc3\xa4\xc3\xb6", "z"}));
  columns.push_back(RowsOfTwo(10));
  columns.push_back(BigintArrays(10));
  columns.push_back(StringMaps(10));
  columns.push_back(Column::NullConstant(DataType::Null(), 10));
  return columns;
}

inline std::string JsonOf(const Column& column, uint32_t row) {
  std::string text;
  AppendValueJson(column, row, &text);
  return text;
}

/// The values of the column as JSON, one entry a row.
inline std::vector<std::string> JsonOf(const Column& column) {
  std::vector<std::string> texts;
  for (uint32_t row = 0; row < column.size(); ++row) texts.push_back(JsonOf(column, row));
  return texts;
}

/// The rows that belong to the batch, values joined by blanks, with their weights.
inline std::vector<std::string> RowsOf(const Batch& batch, bool with_weights = false) {
  std::vector<std::string> rows;
  batch.ForEachRow([&](uint32_t row) {
    std::string text;
    for (const ColumnPtr& column : batch.columns) {
      if (!text.empty()) text += ' ';
      AppendValueJson(*column, row, &text);
    }
    if (with_weights) text += batch.Weight(row) > 0 ? " +" : " -";
    rows.push_back(text);
  });
  return rows;
}

/// A batch over columns of one length, with names c0, c1, ...
inline Batch BatchOf(std::vector<ColumnPtr> columns) {
  auto schema = std::make_shared<Schema>();
  for (const ColumnPtr& column : columns) {
    schema->fields.push_back({"c" + std::to_string(schema->fields.size()), column->type()});
  }
  Batch batch;
  batch.num_rows = columns.empty() ? 0 : columns.front()->size();
  batch.schema = std::move(schema);
  batch.columns = std::move(columns);
  return batch;
}

inline SelectionPtr Rows(Selection rows) {
  return std::make_shared<const Selection>(std::move(rows));
}

}  // namespace millrace
