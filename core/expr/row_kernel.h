#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/column/column_builder.h"
#include "core/error_codes.h"
#include "core/expr/function_registry.h"
#include "core/expr/output_column.h"

namespace millrace {

/// One row of a call, as the lambda of a function sees it: its arguments, and exactly one of the Return
/// functions or Fail to be called. Lives for one batch; texts stay valid while the kernel runs.
class Row {
 public:
  explicit Row(const KernelCall& call);  // borrows the call
  explicit Row(KernelCall&&) = delete;

  size_t num_arguments() const { return readers_.size(); }
  bool IsNull(size_t argument) const { return readers_[argument].IsNull(index_); }
  /// T is the C++ type of the argument's physical type.
  template <class T>
  const T& Get(size_t argument) const {
    return readers_[argument].Value<T>(index_);
  }
  int32_t Int(size_t argument) const { return Get<int32_t>(argument); }
  int64_t Long(size_t argument) const { return Get<int64_t>(argument); }
  double Double(size_t argument) const { return Get<double>(argument); }
  bool Bool(size_t argument) const { return Get<uint8_t>(argument) != 0; }
  std::string_view Text(size_t argument) const { return readers_[argument].String(index_); }
  /// Arrays and maps: the child rows of the value.
  std::pair<uint32_t, uint32_t> ChildRange(size_t argument) const {
    return readers_[argument].ChildRange(index_);
  }
  const Column& Child(size_t argument, size_t child) const {
    return *readers_[argument].payload().parts().children[child];
  }
  const Column& Argument(size_t argument) const { return *call_.arguments[argument]; }
  const ColumnReader& Reader(size_t argument) const { return readers_[argument]; }
  /// The row's number, by which Argument columns are read.
  uint32_t index() const { return index_; }
  const EvalContext& context() const { return call_.context; }
  const DataType& result_type() const { return call_.result_type; }

  template <class T>
  void Return(T value) {
    output_->Set<T>(index_, value);
  }
  void ReturnInt(int32_t value) { Return<int32_t>(value); }
  void ReturnLong(int64_t value) { Return<int64_t>(value); }
  void ReturnDouble(double value) { Return<double>(value); }
  void ReturnBool(bool value) { Return<uint8_t>(value ? 1 : 0); }
  void ReturnNull();
  /// Copies the bytes.
  void ReturnText(std::string_view text) { output_->SetText(index_, text); }
  /// A part of Text(argument), without a copy.
  void ReturnPart(size_t argument, std::string_view part) {
    kept_arguments_ |= uint64_t{1} << argument;
    output_->SetView(index_, part);
  }
  /// The text returned for an earlier row of this batch.
  void ReturnTextOf(uint32_t row) { output_->Set(index_, output_->Values<StringRef>()[row]); }
  /// Nested results: fill builder().child(i), then builder().AppendNested(); or AppendFrom.
  ColumnBuilder& builder() { return *builder_; }
  /// The row is in error; the message is fixed text, then values.
  void Fail(ErrorCode code, std::string message);

  /// Text to build a result in, empty at first use in a row; its memory is reused.
  std::string& Scratch() {
    scratch_.clear();
    return scratch_;
  }

  // For RowKernel only.
  bool Begin(uint32_t row, bool propagate_nulls);
  ColumnPtr Finish();

 private:
  void FillGap(uint32_t row);

  const KernelCall& call_;
  std::vector<ColumnReader> readers_;
  bool any_nulls_ = false;
  uint32_t index_ = 0;
  std::optional<OutputColumn> output_;
  std::optional<ColumnBuilder> builder_;
  uint64_t kept_arguments_ = 0;
  std::string scratch_;
};

inline bool Row::Begin(uint32_t row, bool propagate_nulls) {
  index_ = row;
  if (builder_) FillGap(row);
  if (!any_nulls_ || !propagate_nulls) return true;
  for (const ColumnReader& reader : readers_) {
    if (reader.IsNull(row)) {
      ReturnNull();
      return false;
    }
  }
  return true;
}

enum class OnNull { kReturnNull, kCall };

/// A kernel that calls `fn(Row&)` for each row; with kReturnNull a NULL argument gives NULL without a call.
template <class Fn>
Kernel RowKernel(Fn fn, OnNull on_null = OnNull::kReturnNull) {
  return [fn = std::move(fn), propagate = on_null == OnNull::kReturnNull](const KernelCall& call) {
    Row row(call);
    for (uint32_t index : call.context.rows) {
      if (row.Begin(index, propagate)) fn(row);
    }
    return row.Finish();
  };
}

}  // namespace millrace
