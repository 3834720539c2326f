#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/column/column.h"
#include "core/expr/expr.h"

namespace millrace {

/// The result column of a kernel, written by row number in any order: fixed-width types and strings (nested
/// types go through ColumnBuilder). Rows that are never written hold zeros. Single-owner; Finish() ends it.
class OutputColumn {
 public:
  /// kUnset leaves the values of a fixed-width type as they come: for kernels that write every row.
  enum class Start { kZeros, kUnset };
  OutputColumn(DataType type, uint32_t num_rows, Start start = Start::kZeros);

  /// num_rows elements of the physical type.
  template <class T>
  T* Values() {
    return reinterpret_cast<T*>(values_);
  }
  template <class T>
  void Set(uint32_t row, T value) {
    Values<T>()[row] = value;
  }
  void SetNull(uint32_t row) {
    if (validity_ == nullptr) MakeValidity();
    ClearBit(validity_, row);
  }
  bool has_validity() const { return validity_ != nullptr; }
  /// num_rows bits, all valid so far; for kernels that write whole words.
  uint8_t* Validity() {
    if (validity_ == nullptr) MakeValidity();
    return validity_;
  }
  /// Copies the bytes.
  void SetText(uint32_t row, std::string_view text);
  /// Where the text of one row may be built: `size_max` bytes, and kRoomSlackBytes behind them that may be
  /// overwritten. SetRoom or the next Room or SetText ends it.
  char* Room(size_t size_max) {
    if (size_max + kRoomSlackBytes > heap_left_) AllocateBlock(size_max + kRoomSlackBytes);
    return heap_at_;
  }
  static constexpr size_t kRoomSlackBytes = 16;
  /// Makes the first `size` bytes of the room the text of a row.
  void SetRoom(uint32_t row, size_t size) {
    SetView(row, {heap_at_, size});
    if (size > StringRef::kInlineBytesMax) TakeFromHeap(size);
  }
  /// Shares the bytes, which are short or lie in a heap given to KeepAlive.
  void SetView(uint32_t row, std::string_view text) { Values<StringRef>()[row] = StringRef(text); }
  /// Keeps alive what the strings of `column` (of any encoding) refer to.
  void KeepAlive(const Column& column);

  ColumnPtr Finish();

 private:
  void MakeValidity();
  void AllocateBlock(size_t size_min);
  void TakeFromHeap(size_t size) {
    heap_at_ += size;
    heap_left_ -= size;
  }

  DataType type_;
  uint32_t num_rows_;
  std::shared_ptr<Buffer> values_buffer_;
  std::shared_ptr<Buffer> validity_buffer_;
  uint8_t* values_;
  uint8_t* validity_ = nullptr;
  std::vector<BufferPtr> heap_;
  char* heap_at_ = nullptr;
  size_t heap_left_ = 0;
};

/// True when the rows are 0 .. num_rows - 1: kernels then run dense loops.
inline bool IsAllRows(const EvalContext& context) {
  return context.rows.size() == context.batch.num_rows;
}

/// Calls `body(row)` for every row of the context, as a dense loop where possible.
template <class Body>
inline void ForEachRow(const EvalContext& context, Body&& body) {
  if (IsAllRows(context)) {
    const uint32_t num_rows = context.batch.num_rows;
    for (uint32_t row = 0; row < num_rows; ++row) body(row);
  } else {
    for (uint32_t row : context.rows) body(row);
  }
}

/// A column and the rows for which its values are taken.
struct Branch {
  ColumnPtr column;
  Selection rows;
};
/// The column of num_rows rows that has at each row the value of the branch that holds the row: CASE,
/// COALESCE, IF. Of `num_wanted` rows those in no branch are NULL; rows that are not wanted have any value.
ColumnPtr MergeBranches(const DataType& type, uint32_t num_rows, size_t num_wanted,
                        const std::vector<Branch>& branches);

}  // namespace millrace
