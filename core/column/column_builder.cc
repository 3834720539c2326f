#include "core/column/column_builder.h"

#include <algorithm>

#include "core/check.h"

namespace millrace {
namespace {

constexpr size_t kValuesBytesMin = 64;
constexpr size_t kHeapBlockBytesMin = 512;
constexpr size_t kHeapBlockBytesMax = 1 << 20;

/// A vector's bytes as a buffer.
template <class T>
class VectorBuffer : public Buffer {
 public:
  explicit VectorBuffer(std::vector<T> values)
      : Buffer(nullptr, values.size() * sizeof(T)), values_(std::move(values)) {
    data_ = reinterpret_cast<uint8_t*>(values_.data());
  }

 private:
  std::vector<T> values_;
};

template <class T>
BufferPtr Adopt(std::vector<T>* values) {
  BufferPtr buffer = std::make_shared<VectorBuffer<T>>(std::move(*values));
  values->clear();
  return buffer;
}

}  // namespace

ColumnBuilder::ColumnBuilder(DataType type)
    : type_(std::move(type)),
      physical_(type_.physical()),
      width_(static_cast<uint32_t>(PhysicalSize(physical_))) {
  for (const Field& field : type_.fields()) children_.push_back(std::make_unique<ColumnBuilder>(field.type));
  if (physical_ == PhysicalType::kArray || physical_ == PhysicalType::kMap) offsets_.push_back(0);
}

ColumnBuilder::~ColumnBuilder() = default;
ColumnBuilder::ColumnBuilder(ColumnBuilder&&) noexcept = default;
ColumnBuilder& ColumnBuilder::operator=(ColumnBuilder&&) noexcept = default;

void ColumnBuilder::Reserve(uint32_t num_rows) {
  const size_t bytes = num_rows * width_;
  if (bytes > values_capacity_) {
    std::shared_ptr<Buffer> larger = Buffer::Allocate(bytes);
    if (values_bytes_ > 0) std::memcpy(larger->mutable_data(), values_data_, values_bytes_);
    values_ = std::move(larger);
    values_data_ = values_->mutable_data();
    values_capacity_ = bytes;
  }
  if (physical_ == PhysicalType::kRow) {
    for (auto& child : children_) child->Reserve(num_rows);
  } else if (!offsets_.empty()) {
    offsets_.reserve(size_t{num_rows} + 1);
  }
}

void ColumnBuilder::EnlargeValues(size_t bytes_needed) {
  const size_t first_capacity = std::max(last_values_bytes_, kValuesBytesMin);
  const size_t capacity = std::max({bytes_needed, values_capacity_ * 2, first_capacity});
  std::shared_ptr<Buffer> larger = Buffer::Allocate(capacity);
  if (values_bytes_ > 0) std::memcpy(larger->mutable_data(), values_data_, values_bytes_);
  values_ = std::move(larger);
  values_data_ = values_->mutable_data();
  values_capacity_ = capacity;
}

void ColumnBuilder::CatchUpValidity() {
  if (validity_rows_ == size_) return;
  if (validity_rows_ % 8 != 0) validity_.back() |= static_cast<uint8_t>(0xffu << (validity_rows_ % 8));
  validity_.resize((size_t{size_} + 7) / 8, 0xff);
  if (size_ % 8 != 0) validity_.back() &= static_cast<uint8_t>((1u << (size_ % 8)) - 1);
  validity_rows_ = size_;
}

void ColumnBuilder::AppendNulls(uint32_t num_nulls) {
  if (width_ > 0) {
    const size_t size_bytes = size_t{num_nulls} * width_;
    std::memset(GrowValues(size_bytes), 0, size_bytes);
  } else if (physical_ == PhysicalType::kRow) {
    children_lag_ = true;
  } else {
    offsets_.insert(offsets_.end(), num_nulls, offsets_.back());
  }
  CatchUpValidity();
  size_ += num_nulls;
  validity_.resize((size_t{size_} + 7) / 8, 0);
  validity_rows_ = size_;
}

void ColumnBuilder::CatchUpChildren() {
  for (const auto& child : children_) {
    if (child->size_ < size_) child->AppendNulls(size_ - child->size_);
  }
  children_lag_ = false;
}

char* ColumnBuilder::AllocateHeap(size_t size_bytes) {
  const size_t capacity = heap_block_ ? heap_block_->size() : 0;
  if (heap_block_used_ + size_bytes > capacity) {
    if (heap_block_) heap_.push_back(std::move(heap_block_));
    heap_bytes_ += heap_block_used_;
    const size_t next = std::clamp(std::max(capacity * 2, last_heap_bytes_ + last_heap_bytes_ / 8),
                                   kHeapBlockBytesMin, kHeapBlockBytesMax);
    heap_block_ = Buffer::Allocate(std::max(next, size_bytes));
    heap_block_used_ = 0;
  }
  char* at = reinterpret_cast<char*>(heap_block_->mutable_data()) + heap_block_used_;
  heap_block_used_ += size_bytes;
  return at;
}

void ColumnBuilder::AppendString(std::string_view text) {
  DCHECK(physical_ == PhysicalType::kString);
  if (text.size() > StringRef::kInlineBytesMax) {
    char* copy = AllocateHeap(text.size());
    std::memcpy(copy, text.data(), text.size());
    text = {copy, text.size()};
  }
  Append(StringRef(text));
}

void ColumnBuilder::KeepAlive(BufferPtr buffer) {
  if (heap_.empty() || heap_.back() != buffer) heap_.push_back(std::move(buffer));
}

void ColumnBuilder::AppendNested() {
  if (physical_ == PhysicalType::kRow) {
    for ([[maybe_unused]] const auto& child : children_) DCHECK(child->size() == size_ + 1);
  } else {
    DCHECK(physical_ == PhysicalType::kArray || physical_ == PhysicalType::kMap);
    for ([[maybe_unused]] const auto& child : children_) DCHECK(child->size() == children_.front()->size());
    offsets_.push_back(children_.front()->size());
  }
  ++size_;
}

void ColumnBuilder::AppendFrom(const ColumnReader& reader, uint32_t row) {
  DCHECK(reader.payload().physical() == physical_);
  if (reader.IsNull(row)) return AppendNull();
  switch (physical_) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8:
      return Append(reader.Value<uint8_t>(row));
    case PhysicalType::kInt16:
      return Append(reader.Value<int16_t>(row));
    case PhysicalType::kInt32:
    case PhysicalType::kFloat:
      return Append(reader.Value<int32_t>(row));
    case PhysicalType::kInt64:
    case PhysicalType::kDouble:
      return Append(reader.Value<int64_t>(row));
    case PhysicalType::kInt128:
    case PhysicalType::kTimestamp:
      return Append(reader.Value<WideTimestamp>(row));
    case PhysicalType::kString:
      return AppendString(reader.String(row));
    case PhysicalType::kRow: {
      const uint32_t at = reader.PayloadRow(row);
      BeginNested();
      for (size_t i = 0; i < children_.size(); ++i)
        children_[i]->AppendFrom(*reader.payload().parts().children[i], at);
      return AppendNested();
    }
    case PhysicalType::kArray:
    case PhysicalType::kMap: {
      const auto [begin, end] = reader.ChildRange(row);
      for (size_t i = 0; i < children_.size(); ++i) {
        const ColumnReader elements(*reader.payload().parts().children[i]);
        for (uint32_t at = begin; at < end; ++at) children_[i]->AppendFrom(elements, at);
      }
      return AppendNested();
    }
  }
}

void ColumnBuilder::TruncateTo(uint32_t num_rows) {
  if (physical_ == PhysicalType::kRow) {
    for (auto& child : children_) child->TruncateTo(num_rows);
  } else if (!offsets_.empty()) {
    if (num_rows < size_) offsets_.resize(size_t{num_rows} + 1);
    for (auto& child : children_) child->TruncateTo(offsets_.back());
  }
  if (num_rows >= size_) return;
  size_ = num_rows;
  values_bytes_ = num_rows * width_;
  if (num_rows < validity_rows_) {
    validity_.resize((size_t{num_rows} + 7) / 8);
    if (num_rows % 8 != 0) validity_.back() &= static_cast<uint8_t>((1u << (num_rows % 8)) - 1);
    validity_rows_ = num_rows;
  }
}

ColumnPtr ColumnBuilder::Finish() {
  Column::Parts parts;
  parts.values = std::move(values_);
  if (!parts.values && width_ > 0) parts.values = Buffer::Allocate(0);
  if (validity_rows_ > 0) {
    CatchUpValidity();
    parts.validity = Adopt(&validity_);
  }
  if (!offsets_.empty()) {
    parts.offsets = Adopt(&offsets_);
    offsets_.push_back(0);
  }
  BeginNested();
  for (auto& child : children_) parts.children.push_back(child->Finish());
  if (heap_block_) heap_.push_back(std::move(heap_block_));
  parts.heap = std::move(heap_);
  const uint32_t size = size_;
  heap_.clear();
  heap_block_.reset();
  last_heap_bytes_ = heap_bytes_ + heap_block_used_;
  heap_bytes_ = 0;
  heap_block_used_ = 0;
  last_values_bytes_ = values_bytes_;
  values_.reset();
  values_data_ = nullptr;
  values_bytes_ = 0;
  values_capacity_ = 0;
  validity_.clear();
  validity_rows_ = 0;
  size_ = 0;
  return Column::Flat(type_, size, std::move(parts));
}

}  // namespace millrace
