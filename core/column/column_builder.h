#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/column/column.h"

namespace millrace {

/// Appends values of one type row by row and finishes into a flat Column. Single-owner, not thread-safe. After
/// Finish() the builder is empty and can be used again.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(DataType type);
  ~ColumnBuilder();
  ColumnBuilder(ColumnBuilder&&) noexcept;
  ColumnBuilder& operator=(ColumnBuilder&&) noexcept;

  const DataType& type() const { return type_; }
  uint32_t size() const { return size_; }
  void Reserve(uint32_t num_rows);

  void AppendNull();
  /// T must be the C++ type of the physical type (uint8_t for kBool); not for strings and nested types.
  template <class T>
  void Append(T value) {
    std::memcpy(GrowValues(sizeof(T)), &value, sizeof(T));
    ++size_;
    if (has_nulls_) AppendValidBit();
  }
  /// Copies the bytes into the builder's heap.
  void AppendString(std::string_view text);
  /// Does not copy: `text` must lie in a buffer given to KeepAlive (or be at most 12 bytes long).
  void AppendStringRef(StringRef text);
  void KeepAlive(BufferPtr buffer);

  /// ROW: append to every child, then call this. ARRAY, MAP: append the elements to the children, then call this;
  /// the row holds what was appended since the last row.
  void AppendNested();
  ColumnBuilder& child(size_t index) { return *children_[index]; }

  /// Appends row `row` of `column` (same physical type), NULL included; strings are copied.
  void AppendFrom(const Column& column, uint32_t row);

  /// Drops rows (and half-appended nested children) from `num_rows` on.
  void TruncateTo(uint32_t num_rows);

  ColumnPtr Finish();

 private:
  uint8_t* GrowValues(size_t size_bytes);
  void AppendValidBit();
  void MaterializeValidity();

  DataType type_;
  PhysicalType physical_;
  uint32_t size_ = 0;
  bool has_nulls_ = false;
  std::vector<uint8_t> validity_;
  std::shared_ptr<Buffer> values_;
  size_t values_bytes_ = 0;
  std::vector<uint32_t> offsets_;
  std::vector<std::unique_ptr<ColumnBuilder>> children_;
  std::vector<BufferPtr> heap_;
  std::shared_ptr<Buffer> heap_block_;
  size_t heap_block_used_ = 0;
};

/// One ColumnBuilder a field; rows are finished into a Batch (see batch.h).
class BatchBuilder;

}  // namespace millrace
