#include "operators/aggregate/key_rows.h"

#include <numeric>
#include <utility>

#include "operators/api/error_codes.h"

namespace millrace {
namespace {

SchemaPtr SchemaOf(const std::vector<DataType>& types) {
  auto schema = std::make_shared<Schema>();
  for (const DataType& type : types) schema->fields.push_back({"", type});
  return schema;
}

}  // namespace

Result<std::vector<DataType>> ColumnTypes(const Schema& schema, std::span<const uint32_t> columns) {
  std::vector<DataType> types;
  for (uint32_t column : columns) {
    if (column >= schema.size()) {
      return Status(kBadOperatorConfig,
                    "a key is a column that the input has not: " + std::to_string(column));
    }
    types.push_back(schema.type(column));
  }
  return types;
}

std::vector<uint32_t> FirstColumns(size_t count) {
  std::vector<uint32_t> columns(count);
  std::iota(columns.begin(), columns.end(), 0u);
  return columns;
}

KeyRows::KeyRows(std::vector<DataType> types, uint32_t max_parallelism)
    : builder_(SchemaOf(types)), columns_(FirstColumns(types.size())), keys_(types, max_parallelism) {
  for (const DataType& type : types) column_builders_.emplace_back(type);
  for (ColumnBuilder& builder : column_builders_) column_builder_pointers_.push_back(&builder);
}

Status KeyRows::Add(std::string_view key) {
  RETURN_IF_ERROR(keys_.codec().Decode(key, builder_, 0));
  builder_.FinishRow();
  return Status::Ok();
}

Batch KeyRows::Finish() {
  Batch batch = builder_.Finish();
  keys_.Build(batch, columns_);
  return batch;
}

Result<std::vector<ColumnPtr>> KeyRows::DecodeColumns(std::span<const std::string_view> keys) {
  RETURN_IF_ERROR(keys_.codec().DecodeRows(keys, column_builder_pointers_));
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : column_builders_) columns.push_back(builder.Finish());
  return columns;
}

}  // namespace millrace
