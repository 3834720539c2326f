#include "operators/table/upsert_rows.h"

#include <algorithm>
#include <utility>

namespace millrace {
namespace {

std::vector<DataType> TypesOf(const Schema& schema) {
  std::vector<DataType> types;
  for (const Field& field : schema.fields) types.push_back(field.type);
  return types;
}

std::vector<DataType> TypesOf(const Schema& schema, const std::vector<uint32_t>& columns) {
  std::vector<DataType> types;
  for (uint32_t column : columns) types.push_back(schema.type(column));
  return types;
}

}  // namespace

UpsertRows::UpsertRows(std::vector<uint32_t> key_columns, const Schema& schema)
    : key_columns_(std::move(key_columns)),
      keys_(TypesOf(schema, key_columns_), 1),
      codec_(TypesOf(schema)),
      groups_(0, 0) {
}

Batch UpsertRows::Reduce(const Batch& batch) {
  keys_.Build(batch, key_columns_);
  groups_.Clear();
  changes_.clear();
  std::vector<ColumnReader> readers;
  for (const ColumnPtr& column : batch.columns) readers.emplace_back(*column);
  for (uint32_t i = 0; i < keys_.size(); ++i) {
    const uint32_t group = groups_.Add(keys_.hash(i), keys_.key(i));
    if (group == changes_.size()) changes_.emplace_back();
    Changes& changes = changes_[group];
    if (batch.Weight(keys_.row(i)) > 0) {
      changes.rows.push_back(keys_.row(i));
    } else {
      TakeBack(changes, readers, keys_.row(i));
    }
  }
  Selection kept;
  for (const Changes& changes : changes_) {
    if (!changes.rows.empty()) {
      kept.push_back(changes.rows.back());
    } else if (changes.deletes) {
      kept.push_back(changes.deleted_row);
    }
  }
  std::sort(kept.begin(), kept.end());
  Batch reduced = batch;
  reduced.selection = std::make_shared<const Selection>(std::move(kept));
  return reduced;
}

void UpsertRows::TakeBack(Changes& changes, std::span<const ColumnReader> readers, uint32_t row) {
  if (!changes.rows.empty()) {
    bytes_.clear();
    codec_.Encode(readers, row, &bytes_);
    for (auto it = changes.rows.rbegin(); it != changes.rows.rend(); ++it) {
      other_bytes_.clear();
      codec_.Encode(readers, *it, &other_bytes_);
      if (bytes_ != other_bytes_) continue;
      changes.rows.erase(std::next(it).base());
      // What was there before the batch may have been replaced by the row: only a deletion is sure to be
      // right.
      if (changes.rows.empty() && !changes.deletes) {
        changes.deletes = true;
        changes.deleted_row = row;
      }
      return;
    }
  }
  changes.deletes = true;
  changes.deleted_row = row;
}

}  // namespace millrace
