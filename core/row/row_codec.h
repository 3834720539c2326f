#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/column/batch.h"
#include "core/status.h"

namespace millrace {

/// Turns rows of fixed column types into bytes and back: keys and rows in state, staged records. Equal rows
/// (SQL's IS NOT DISTINCT FROM; -0.0 equals 0.0, all NaN are equal) give equal bytes, and only they do. The
/// bytes are stable across versions of the engine: they are durable. Format: a bitmap of NULLs ((n + 7) / 8
/// bytes, bit = NULL), then for each non-NULL field its value: fixed types little-endian (WideTimestamp 8 + 4
/// bytes), strings and nested values with a uint32 length before them. A ROW is the bytes of its fields as a
/// row; an ARRAY a uint32 count, a bitmap of NULLs and the elements; MAP and MULTISET a uint32 count and
/// their entries as rows of (key, value), sorted as bytes. Immutable; thread-safe.
class RowCodec {
 public:
  explicit RowCodec(std::vector<DataType> types);
  const std::vector<DataType>& types() const { return types_; }

  /// Appends the bytes of one row to `out`; `columns` are parallel to types().
  void Encode(std::span<const ColumnReader> columns, uint32_t row, std::string* out) const;
  /// Replaces `bytes` and `offsets` by the encoded `rows`, column by column: row i lies in [offsets[i],
  /// offsets[i + 1]). The total must stay below 4 GiB.
  void EncodeRows(std::span<const ColumnReader> columns, std::span<const uint32_t> rows, std::string* bytes,
                  std::vector<uint32_t>* offsets) const;
  /// Appends one row to `builders`, parallel to types(). Corruption is kCorruptBytes and leaves the builders
  /// as they were.
  Status Decode(std::string_view bytes, std::span<ColumnBuilder* const> builders) const;
  /// The same for many rows, column by column.
  Status DecodeRows(std::span<const std::string_view> rows, std::span<ColumnBuilder* const> builders) const;
  /// Appends to the columns from `first_column` on; the caller finishes the row.
  Status Decode(std::string_view bytes, BatchBuilder& builder, size_t first_column) const;

 private:
  std::vector<DataType> types_;
  size_t bitmap_bytes_;
};

/// Readers of the given columns of a batch.
std::vector<ColumnReader> ReadColumns(const Batch& batch, std::span<const uint32_t> columns);

}  // namespace millrace
