#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/column/column.h"

namespace millrace {

/// Appends values of one type row by row and finishes into a flat Column. Single-owner, not thread-safe.
/// After Finish() the builder is empty and can be used again.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(DataType type);
  ~ColumnBuilder();
  ColumnBuilder(ColumnBuilder&&) noexcept;
  ColumnBuilder& operator=(ColumnBuilder&&) noexcept;

  const DataType& type() const { return type_; }
  uint32_t size() const { return size_; }
  /// Makes room for `num_rows` rows in total.
  void Reserve(uint32_t num_rows);

  void AppendNull() {
    // A NULL behind another one, not the first of its byte of bits: those bits are 0 already.
    const bool has_bit = validity_rows_ == size_ && (size_ & 7) != 0;
    if (has_bit && width_ == 8) {
      std::memset(GrowValues(8), 0, 8);
    } else if (has_bit && physical_ == PhysicalType::kRow) {
      children_lag_ = true;
    } else if (has_bit && width_ == 16) {
      std::memset(GrowValues(16), 0, 16);
    } else {
      return AppendNulls(1);
    }
    validity_rows_ = ++size_;
  }
  void AppendNulls(uint32_t num_nulls);
  /// T must be the C++ type of the physical type (uint8_t for kBool); not for strings and nested types.
  template <class T>
  void Append(T value) {
    std::memcpy(GrowValues(sizeof(T)), &value, sizeof(T));
    ++size_;
  }
  /// Copies the bytes into the builder's heap.
  void AppendString(std::string_view text);
  /// Room in the builder's heap for a string of at most `size_max` bytes that the caller writes, and then
  /// adds by AppendWrittenString before any other call.
  char* WriteString(size_t size_max) { return AllocateHeap(size_max); }
  /// The string's `size` bytes at `text`, what WriteString(size_max) gave.
  void AppendWrittenString(const char* text, size_t size, size_t size_max) {
    heap_block_used_ -= size_max - size;
    Append(StringRef(std::string_view(text, size)));
  }
  /// Does not copy: `text` must lie in a buffer given to KeepAlive (or be at most 12 bytes long).
  void AppendStringRef(StringRef text) { Append(text); }
  void KeepAlive(BufferPtr buffer);

  /// ROW: append to every child, then call this. ARRAY, MAP: append the elements to the children, then call
  /// this; the row holds what was appended since the last row.
  void AppendNested();
  /// To be asked for in every row: below a ROW that is NULL children are NULL, too, and get that only here
  /// or by BeginNested.
  ColumnBuilder& child(size_t index) {
    BeginNested();
    return *children_[index];
  }
  /// ROW: before a row's values for whoever keeps the children.
  void BeginNested() {
    if (children_lag_) CatchUpChildren();
  }

  /// Appends row `row` of `column` (same physical type), NULL included; strings are copied.
  void AppendFrom(const Column& column, uint32_t row) { AppendFrom(ColumnReader(column), row); }
  void AppendFrom(const ColumnReader& reader, uint32_t row);

  /// Drops rows (and half-appended nested children) from `num_rows` on.
  void TruncateTo(uint32_t num_rows);

  ColumnPtr Finish();

 private:
  uint8_t* GrowValues(size_t size_bytes) {
    if (values_bytes_ + size_bytes > values_capacity_) EnlargeValues(values_bytes_ + size_bytes);
    uint8_t* at = values_data_ + values_bytes_;
    values_bytes_ += size_bytes;
    return at;
  }
  void EnlargeValues(size_t bytes_needed);
  void CatchUpChildren();
  /// Writes the validity of the rows behind validity_rows_: none of them is NULL.
  void CatchUpValidity();
  char* AllocateHeap(size_t size_bytes);

  DataType type_;
  PhysicalType physical_;
  uint32_t width_;  // bytes of a value; 0 for nested types
  uint32_t size_ = 0;
  std::vector<uint8_t> validity_;  // (validity_rows_ + 7) / 8 bytes, bits past the end are 0
  uint32_t validity_rows_ = 0;     // up to the last NULL: rows behind are valid; 0 = there is no NULL
  std::shared_ptr<Buffer> values_;
  uint8_t* values_data_ = nullptr;
  size_t values_bytes_ = 0;
  size_t values_capacity_ = 0;
  // What the last column took: the next one begins with as much room.
  size_t last_values_bytes_ = 0;
  size_t last_heap_bytes_ = 0;
  std::vector<uint32_t> offsets_;
  std::vector<std::unique_ptr<ColumnBuilder>> children_;
  bool children_lag_ = false;  // of a ROW: NULLs were appended that they do not have yet
  std::vector<BufferPtr> heap_;
  std::shared_ptr<Buffer> heap_block_;
  size_t heap_block_used_ = 0;
  size_t heap_bytes_ = 0;  // of the blocks before it
};

}  // namespace millrace
