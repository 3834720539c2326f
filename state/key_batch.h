#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/column/batch.h"
#include "core/row/row_codec.h"

namespace millrace {

/// The keys of the selected rows of a batch: hashes and row-codec bytes. Reused from batch to batch by its
/// owner. Key i belongs to the i-th selected row. Single-owner.
class KeyBatch {
 public:
  KeyBatch(std::vector<DataType> key_types, uint32_t max_parallelism);

  /// Replaces the content. `key_columns` are parallel to the key types (same physical types).
  void Build(const Batch& batch, std::span<const uint32_t> key_columns);

  uint32_t size() const { return static_cast<uint32_t>(hashes_.size()); }
  uint64_t hash(uint32_t i) const { return hashes_[i]; }
  std::string_view key(uint32_t i) const {
    return {bytes_.data() + offsets_[i], offsets_[i + 1] - offsets_[i]};
  }
  KeyGroup key_group(uint32_t i) const;
  /// Row of the batch that key i belongs to.
  uint32_t row(uint32_t i) const { return rows_[i]; }
  bool has_null(uint32_t i) const { return has_null_[i] != 0; }  // some key column is NULL
  const RowCodec& codec() const { return codec_; }
  uint32_t max_parallelism() const { return max_parallelism_; }

 private:
  /// Encodes keys of NOT NULL integers column by column; false (and nothing done) when some column is
  /// another.
  bool EncodePlain(std::span<const ColumnReader> columns);
  void EncodeAny(std::span<const ColumnReader> columns);

  RowCodec codec_;
  uint32_t max_parallelism_;
  std::vector<uint64_t> hashes_;
  std::vector<uint64_t> row_hashes_;  // of every row of the batch: scratch
  std::vector<uint32_t> rows_;
  std::vector<uint8_t> has_null_;
  std::string bytes_;
  std::vector<uint32_t> offsets_;
  size_t stride_ = 0;  // between the keys of offsets_; 0 = they differ in length
};

}  // namespace millrace
