#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/column/batch.h"
#include "core/status.h"
#include "state/key_batch.h"

namespace millrace {

/// The types of some columns of a schema; error kBadOperatorConfig when one is not there.
Result<std::vector<DataType>> ColumnTypes(const Schema& schema, std::span<const uint32_t> columns);
/// 0, 1, .. count - 1.
std::vector<uint32_t> FirstColumns(size_t count);

/// Keys from state (row-codec bytes) as a batch of key columns, and as the KeyBatch that reaches their state
/// again. Reused by its owner.
class KeyRows {
 public:
  KeyRows(std::vector<DataType> types, uint32_t max_parallelism);
  /// The next key.
  Status Add(std::string_view key);
  uint32_t size() const { return builder_.num_rows(); }
  /// The keys added since the last Finish. The batch stays valid; keys() until the next Finish.
  Batch Finish();
  const KeyBatch& keys() const { return keys_; }

  /// The columns of some keys, apart from those added.
  Result<std::vector<ColumnPtr>> DecodeColumns(std::span<const std::string_view> keys);

 private:
  BatchBuilder builder_;
  std::vector<uint32_t> columns_;
  KeyBatch keys_;
  std::vector<ColumnBuilder> column_builders_;
  std::vector<ColumnBuilder*> column_builder_pointers_;
};

}  // namespace millrace
