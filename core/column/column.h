#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/column/string_ref.h"
#include "core/column/wide_types.h"
#include "core/types/data_type.h"

namespace millrace {

/// Immutable bytes with shared ownership, 64-byte aligned when allocated by `Allocate`.
class Buffer {
 public:
  virtual ~Buffer() = default;
  const uint8_t* data() const { return data_; }
  uint8_t* mutable_data() { return data_; }  // only while its creator is the sole owner
  size_t size() const { return size_; }

  static std::shared_ptr<Buffer> Allocate(size_t size_bytes);
  static std::shared_ptr<Buffer> CopyOf(std::string_view bytes);

 protected:
  Buffer(uint8_t* data, size_t size) : data_(data), size_(size) {}
  uint8_t* data_;
  size_t size_;
};
using BufferPtr = std::shared_ptr<const Buffer>;

/// One bit a row, least significant first; 1 = valid (not NULL). Bits past the end are unspecified.
inline bool BitIsSet(const uint8_t* bits, uint32_t index) {
  return (bits[index >> 3] >> (index & 7)) & 1;
}
inline void SetBit(uint8_t* bits, uint32_t index) {
  bits[index >> 3] |= uint8_t(1u << (index & 7));
}
inline void ClearBit(uint8_t* bits, uint32_t index) {
  bits[index >> 3] &= uint8_t(~(1u << (index & 7)));
}

/// Bytes of one value in the `values` buffer; 0 for nested types.
constexpr size_t PhysicalSize(PhysicalType type) {
  switch (type) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8:
      return 1;
    case PhysicalType::kInt16:
      return 2;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat:
      return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble:
      return 8;
    case PhysicalType::kInt128:
    case PhysicalType::kString:
    case PhysicalType::kTimestamp:
      return 16;
    case PhysicalType::kRow:
    case PhysicalType::kArray:
    case PhysicalType::kMap:
      return 0;
  }
  return 0;
}

enum class Encoding : uint8_t {
  kFlat,        // one value a row
  kConstant,    // one value (row 0 of the payload) for all rows
  kDictionary,  // uint32 index a row into another column
};

class Column;
using ColumnPtr = std::shared_ptr<const Column>;

/// An immutable vector of values of one type. Safe to read from any thread. Built by ColumnBuilder or by the
/// factories here.
class Column {
 public:
  /// The parts of a flat (or, with size 1, constant) column. `values` holds elements of the physical type;
  /// unused for ROW, whose fields are NULL in every row in which it is. ARRAY, MAP: `offsets` has size + 1
  /// entries into the children. `heap` keeps alive what StringRefs point into. `validity` null = no NULLs.
  struct Parts {
    BufferPtr values;
    BufferPtr validity;
    BufferPtr offsets;  // uint32_t
    std::vector<ColumnPtr> children;
    std::vector<BufferPtr> heap;
  };

  static ColumnPtr Flat(DataType type, uint32_t size, Parts parts);
  /// `parts` describe one row.
  static ColumnPtr Constant(DataType type, uint32_t size, Parts parts);
  static ColumnPtr ConstantOf(ColumnPtr one_row, uint32_t row, uint32_t size);
  static ColumnPtr NullConstant(DataType type, uint32_t size);
  /// Row i is row (*indices)[i] of `dictionary`. Dictionaries of dictionaries are collapsed, those of
  /// constants become constants.
  static ColumnPtr Dictionary(ColumnPtr dictionary, std::shared_ptr<const std::vector<uint32_t>> indices);

  /// Rows [first, first + count) of `column`, sharing its bytes.
  static ColumnPtr Slice(const ColumnPtr& column, uint32_t first, uint32_t count);

  const DataType& type() const { return type_; }
  PhysicalType physical() const { return physical_; }
  Encoding encoding() const { return encoding_; }
  uint32_t size() const { return size_; }
  const Parts& parts() const { return parts_; }                // flat and constant
  const ColumnPtr& dictionary() const { return dictionary_; }  // dictionary only; flat or constant itself
  const std::vector<uint32_t>& indices() const { return *indices_; }  // dictionary only
  const std::shared_ptr<const std::vector<uint32_t>>& shared_indices() const {
    return indices_;
  }  // dictionary only

  /// The row of the payload that row `row` has: itself (flat), 0 (constant), its index (dictionary).
  uint32_t PayloadRow(uint32_t row) const {
    return encoding_ == Encoding::kFlat ? row : encoding_ == Encoding::kConstant ? 0 : (*indices_)[row];
  }
  bool IsNull(uint32_t row) const;
  bool MayHaveNulls() const;
  /// Bytes held, shared ones included but each buffer once: for memory accounting.
  size_t RetainedBytes() const;
  /// Adds every memory block held as {address, bytes}; blocks may repeat.
  void AddRetainedBlocks(std::vector<std::pair<const void*, size_t>>* blocks) const;

  /// Same values, another type with the same physical type (nullability, CHAR to VARCHAR, ...).
  ColumnPtr WithType(DataType type) const;

 private:
  Column() = default;
  DataType type_;
  PhysicalType physical_ = PhysicalType::kBool;
  Encoding encoding_ = Encoding::kFlat;
  uint32_t size_ = 0;
  Parts parts_;
  ColumnPtr dictionary_;
  std::shared_ptr<const std::vector<uint32_t>> indices_;
};

/// Reads a column of any encoding with one indirection: what kernels and operators iterate over. Borrows the
/// column, which must outlive it.
/// (Values of NULL rows, and of rows that a kernel was not asked for, are unspecified: do not follow their
/// StringRefs.)
class ColumnReader {
 public:
  explicit ColumnReader(const Column& column);

  bool IsNull(uint32_t row) const { return validity_ != nullptr && !BitIsSet(validity_, PayloadRow(row)); }
  bool has_nulls() const { return validity_ != nullptr; }
  bool is_constant() const { return payload_->encoding() == Encoding::kConstant; }
  /// True when row and payload row are the same, so that Values<T>() can be indexed by row.
  bool is_flat() const { return indices_ == nullptr && !is_constant(); }
  uint32_t PayloadRow(uint32_t row) const {
    return indices_ != nullptr ? (indices_[row] & mask_) : (row & mask_);
  }

  /// The payload's values; T must be the C++ type of the physical type.
  template <class T>
  const T* Values() const {
    return reinterpret_cast<const T*>(values_);
  }
  template <class T>
  const T& Value(uint32_t row) const {
    return Values<T>()[PayloadRow(row)];
  }
  std::string_view String(uint32_t row) const { return Values<StringRef>()[PayloadRow(row)].view(); }
  /// Nested types: the payload column (flat or constant), to be indexed by PayloadRow(row).
  const Column& payload() const { return *payload_; }
  /// ARRAY, MAP: the half-open range of child rows.
  std::pair<uint32_t, uint32_t> ChildRange(uint32_t row) const {
    const uint32_t at = PayloadRow(row);
    return {offsets_[at], offsets_[at + 1]};
  }

 private:
  const Column* payload_;
  const uint32_t* indices_ = nullptr;
  const uint8_t* values_ = nullptr;
  const uint8_t* validity_ = nullptr;
  const uint32_t* offsets_ = nullptr;
  uint32_t mask_ = 0xffffffffu;  // 0 for constants: every row maps to payload row 0
};

/// Sum of the distinct blocks.
size_t SumRetainedBlocks(std::vector<std::pair<const void*, size_t>>* blocks);

}  // namespace millrace
