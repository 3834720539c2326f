#include "core/expr/output_column.h"

#include <algorithm>
#include <cstring>

#include "core/column/column_builder.h"

namespace millrace {

OutputColumn::OutputColumn(DataType type, uint32_t num_rows, Start start)
    : type_(std::move(type)), num_rows_(num_rows) {
  const size_t size_bytes = PhysicalSize(type_.physical()) * std::max<size_t>(num_rows, 1);
  values_buffer_ = Buffer::Allocate(size_bytes);
  values_ = values_buffer_->mutable_data();
  if (start == Start::kZeros) std::memset(values_, 0, size_bytes);
}

void OutputColumn::MakeValidity() {
  const size_t size_bytes = (size_t{num_rows_} + 63) / 64 * 8 + 8;
  validity_buffer_ = Buffer::Allocate(size_bytes);
  validity_ = validity_buffer_->mutable_data();
  std::memset(validity_, 0xff, size_bytes);
}

void OutputColumn::AllocateBlock(size_t size_min) {
  constexpr size_t kBlockBytes = 16 * 1024;
  const size_t block_bytes = std::max(size_min, kBlockBytes);
  auto block = Buffer::Allocate(block_bytes);
  heap_at_ = reinterpret_cast<char*>(block->mutable_data());
  heap_left_ = block_bytes;
  heap_.push_back(std::move(block));
}

void OutputColumn::SetText(uint32_t row, std::string_view text) {
  if (text.size() <= StringRef::kInlineBytesMax) return SetView(row, text);
  if (text.size() > heap_left_) AllocateBlock(text.size());
  std::memcpy(heap_at_, text.data(), text.size());
  SetView(row, {heap_at_, text.size()});
  TakeFromHeap(text.size());
}

void OutputColumn::KeepAlive(const Column& column) {
  const Column& payload = column.encoding() == Encoding::kDictionary ? *column.dictionary() : column;
  for (const BufferPtr& buffer : payload.parts().heap) {
    // Kernels often name one column for each of its strings in turn; a look at the last few is enough.
    const size_t first = heap_.size() > 8 ? heap_.size() - 8 : 0;
    if (std::find(heap_.begin() + static_cast<ptrdiff_t>(first), heap_.end(), buffer) == heap_.end()) {
      heap_.push_back(buffer);
    }
  }
}

namespace {

bool AllBitsAreSet(const uint8_t* bits, uint32_t num_bits) {
  const uint32_t num_bytes = num_bits / 8;
  uint8_t all = 0xff;
  for (uint32_t i = 0; i < num_bytes; ++i) all &= bits[i];
  const auto rest = static_cast<uint8_t>((1u << (num_bits % 8)) - 1);
  return all == 0xff && (rest == 0 || (bits[num_bytes] & rest) == rest);
}

}  // namespace

ColumnPtr OutputColumn::Finish() {
  Column::Parts parts;
  parts.values = std::move(values_buffer_);
  // A column that may have NULLs costs whoever reads it a look at every row.
  if (validity_ != nullptr && !AllBitsAreSet(validity_, num_rows_))
    parts.validity = std::move(validity_buffer_);
  parts.heap = std::move(heap_);
  return Column::Flat(std::move(type_), num_rows_, std::move(parts));
}

namespace {

template <class T>
void CopyRows(const ColumnReader& from, const Selection& rows, OutputColumn* out) {
  T* values = out->Values<T>();
  for (uint32_t row : rows) values[row] = from.Value<T>(row);
}

struct Bytes16 {
  uint64_t low, high;
};

ColumnPtr MergeNested(const DataType& type, uint32_t num_rows, const std::vector<Branch>& branches) {
  std::vector<const Column*> source(num_rows, nullptr);
  for (const Branch& branch : branches) {
    for (uint32_t row : branch.rows) source[row] = branch.column.get();
  }
  ColumnBuilder builder(type);
  for (uint32_t row = 0; row < num_rows; ++row) {
    if (source[row] == nullptr) {
      builder.AppendNull();
    } else {
      builder.AppendFrom(*source[row], row);
    }
  }
  return builder.Finish();
}

/// The rows that no branch holds, whose values nobody asks for, included, a flat column is the quickest to
/// copy as a whole.
void CopyWhole(const Column& from, size_t width, uint32_t num_rows, OutputColumn* out) {
  std::memcpy(out->Values<uint8_t>(), from.parts().values->data(), width * num_rows);
  if (from.parts().validity) {
    std::memcpy(out->Validity(), from.parts().validity->data(), (size_t{num_rows} + 7) / 8);
  }
}

void CopyValues(const Branch& branch, size_t width, OutputColumn* out) {
  const ColumnReader from(*branch.column);
  switch (width) {
    case 1:
      return CopyRows<uint8_t>(from, branch.rows, out);
    case 2:
      return CopyRows<uint16_t>(from, branch.rows, out);
    case 4:
      return CopyRows<uint32_t>(from, branch.rows, out);
    case 8:
      return CopyRows<uint64_t>(from, branch.rows, out);
    default:
      return CopyRows<Bytes16>(from, branch.rows, out);
  }
}

void CopyNulls(const Branch& branch, OutputColumn* out) {
  const ColumnReader from(*branch.column);
  if (!from.has_nulls() && !out->has_validity()) return;
  uint8_t* validity = out->Validity();
  for (uint32_t row : branch.rows) from.IsNull(row) ? ClearBit(validity, row) : SetBit(validity, row);
}

const Branch* LargestOf(const std::vector<Branch>& branches) {
  return &*std::max_element(branches.begin(), branches.end(),
                            [](const Branch& a, const Branch& b) { return a.rows.size() < b.rows.size(); });
}

}  // namespace

ColumnPtr MergeBranches(const DataType& type, uint32_t num_rows, size_t num_wanted,
                        const std::vector<Branch>& branches) {
  size_t num_taken = 0;
  for (const Branch& branch : branches) num_taken += branch.rows.size();
  if (num_taken == 0) return Column::NullConstant(type, num_rows);
  const Branch* largest = LargestOf(branches);
  if (largest->rows.size() == num_wanted) return largest->column->WithType(type);
  const size_t width = PhysicalSize(type.physical());
  if (width == 0) return MergeNested(type, num_rows, branches);

  const bool copy_whole = num_taken == num_wanted && largest->column->encoding() == Encoding::kFlat;
  OutputColumn out(type, num_rows, copy_whole ? OutputColumn::Start::kUnset : OutputColumn::Start::kZeros);
  if (copy_whole) CopyWhole(*largest->column, width, num_rows, &out);
  if (num_taken < num_wanted) std::memset(out.Validity(), 0, (size_t{num_rows} + 7) / 8);
  for (const Branch& branch : branches) {
    if (branch.rows.empty()) continue;
    if (type.physical() == PhysicalType::kString) out.KeepAlive(*branch.column);
    if (copy_whole && &branch == largest) continue;
    CopyValues(branch, width, &out);
    CopyNulls(branch, &out);
  }
  return out.Finish();
}

}  // namespace millrace
