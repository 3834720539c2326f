#include "core/column/column.h"

#include <algorithm>
#include <new>

#include "core/check.h"

namespace millrace {
namespace {

constexpr std::align_val_t kAlignment{64};

class OwnedBuffer : public Buffer {
 public:
  explicit OwnedBuffer(size_t size)
      : Buffer(static_cast<uint8_t*>(::operator new(std::max<size_t>(size, 1), kAlignment)), size) {}
  ~OwnedBuffer() override { ::operator delete(data_, kAlignment); }
  OwnedBuffer(const OwnedBuffer&) = delete;
  OwnedBuffer& operator=(const OwnedBuffer&) = delete;
};

/// A part of another buffer. Its parent's bytes are never written through it.
class SlicedBuffer : public Buffer {
 public:
  SlicedBuffer(BufferPtr parent, size_t offset, size_t size)
      : Buffer(const_cast<uint8_t*>(parent->data()) + offset, size), parent_(std::move(parent)) {}

 private:
  BufferPtr parent_;
};

BufferPtr SliceBuffer(const BufferPtr& buffer, size_t offset, size_t size) {
  return buffer ? std::make_shared<SlicedBuffer>(buffer, offset, size) : nullptr;
}

BufferPtr SliceBits(const BufferPtr& bits, uint32_t first, uint32_t count) {
  if (!bits) return nullptr;
  const size_t num_bytes = (size_t{count} + 7) / 8;
  if (first % 8 == 0) return SliceBuffer(bits, first / 8, num_bytes);
  std::shared_ptr<Buffer> shifted = Buffer::Allocate(num_bytes);
  std::memset(shifted->mutable_data(), 0, num_bytes);
  for (uint32_t i = 0; i < count; ++i) {
    if (BitIsSet(bits->data(), first + i)) SetBit(shifted->mutable_data(), i);
  }
  return shifted;
}

BufferPtr ZeroBytes(size_t size) {
  std::shared_ptr<Buffer> buffer = Buffer::Allocate(size);
  std::memset(buffer->mutable_data(), 0, size);
  return buffer;
}

BufferPtr OffsetsOf(uint32_t begin, uint32_t end) {
  const uint32_t offsets[2] = {begin, end};
  return Buffer::CopyOf({reinterpret_cast<const char*>(offsets), sizeof(offsets)});
}

Column::Parts NullParts(const DataType& type) {
  Column::Parts parts;
  parts.validity = ZeroBytes(1);
  switch (type.physical()) {
    case PhysicalType::kRow:
      for (const Field& field : type.fields()) parts.children.push_back(Column::NullConstant(field.type, 1));
      break;
    case PhysicalType::kArray:
    case PhysicalType::kMap:
      parts.offsets = OffsetsOf(0, 0);
      for (const Field& field : type.fields()) parts.children.push_back(Column::NullConstant(field.type, 0));
      break;
    default:
      parts.values = ZeroBytes(PhysicalSize(type.physical()));
  }
  return parts;
}

}  // namespace

std::shared_ptr<Buffer> Buffer::Allocate(size_t size_bytes) {
  return std::make_shared<OwnedBuffer>(size_bytes);
}

std::shared_ptr<Buffer> Buffer::CopyOf(std::string_view bytes) {
  std::shared_ptr<Buffer> buffer = Allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(buffer->mutable_data(), bytes.data(), bytes.size());
  return buffer;
}

ColumnPtr Column::Flat(DataType type, uint32_t size, Parts parts) {
  std::shared_ptr<Column> column(new Column());
  column->physical_ = type.physical();
  column->type_ = std::move(type);
  column->size_ = size;
  column->parts_ = std::move(parts);
  return column;
}

ColumnPtr Column::Constant(DataType type, uint32_t size, Parts parts) {
  std::shared_ptr<Column> column(new Column());
  column->physical_ = type.physical();
  column->type_ = std::move(type);
  column->encoding_ = Encoding::kConstant;
  column->size_ = size;
  column->parts_ = std::move(parts);
  return column;
}

ColumnPtr Column::ConstantOf(ColumnPtr one_row, uint32_t row, uint32_t size) {
  DCHECK(row < one_row->size());
  if (one_row->encoding() == Encoding::kConstant) return Constant(one_row->type(), size, one_row->parts());
  if (one_row->IsNull(row)) return NullConstant(one_row->type(), size);
  const uint32_t at = one_row->PayloadRow(row);
  const Column& payload = one_row->encoding() == Encoding::kDictionary ? *one_row->dictionary() : *one_row;
  const Parts& from = payload.parts();
  Parts parts;
  switch (payload.physical()) {
    case PhysicalType::kRow:
      for (const ColumnPtr& child : from.children) parts.children.push_back(ConstantOf(child, at, 1));
      break;
    case PhysicalType::kArray:
    case PhysicalType::kMap: {
      const auto* offsets = reinterpret_cast<const uint32_t*>(from.offsets->data());
      parts.offsets = OffsetsOf(offsets[at], offsets[at + 1]);
      parts.children = from.children;
      break;
    }
    case PhysicalType::kString: {
      StringRef text = reinterpret_cast<const StringRef*>(from.values->data())[at];
      if (!text.IsInline()) {
        parts.heap.push_back(Buffer::CopyOf(text.view()));
        text = StringRef({reinterpret_cast<const char*>(parts.heap.back()->data()), text.size()});
      }
      parts.values = Buffer::CopyOf({reinterpret_cast<const char*>(&text), sizeof(text)});
      break;
    }
    default: {
      const size_t width = PhysicalSize(payload.physical());
      parts.values = Buffer::CopyOf({reinterpret_cast<const char*>(from.values->data()) + at * width, width});
    }
  }
  return Constant(one_row->type(), size, std::move(parts));
}

ColumnPtr Column::NullConstant(DataType type, uint32_t size) {
  Parts parts = NullParts(type);
  return Constant(std::move(type), size, std::move(parts));
}

ColumnPtr Column::Dictionary(ColumnPtr dictionary, std::shared_ptr<const std::vector<uint32_t>> indices) {
  const auto size = static_cast<uint32_t>(indices->size());
  if (dictionary->encoding() == Encoding::kConstant)
    return Constant(dictionary->type(), size, dictionary->parts());
  if (dictionary->encoding() == Encoding::kDictionary) {
    const std::vector<uint32_t>& inner = dictionary->indices();
    auto collapsed = std::make_shared<std::vector<uint32_t>>(size);
    for (uint32_t i = 0; i < size; ++i) (*collapsed)[i] = inner[(*indices)[i]];
    return Dictionary(dictionary->dictionary(), std::move(collapsed));
  }
  std::shared_ptr<Column> column(new Column());
  column->type_ = dictionary->type();
  column->physical_ = dictionary->physical();
  column->encoding_ = Encoding::kDictionary;
  column->size_ = size;
  column->dictionary_ = std::move(dictionary);
  column->indices_ = std::move(indices);
  return column;
}

ColumnPtr Column::Slice(const ColumnPtr& column, uint32_t first, uint32_t count) {
  DCHECK(uint64_t{first} + count <= column->size());
  if (first == 0 && count == column->size()) return column;
  if (column->encoding() == Encoding::kConstant) return Constant(column->type(), count, column->parts());
  if (column->encoding() == Encoding::kDictionary) {
    const auto begin = column->indices().begin() + first;
    return Dictionary(column->dictionary(),
                      std::make_shared<const std::vector<uint32_t>>(begin, begin + count));
  }
  const Parts& from = column->parts();
  const size_t width = PhysicalSize(column->physical());
  Parts parts;
  parts.values = SliceBuffer(from.values, first * width, count * width);
  parts.validity = SliceBits(from.validity, first, count);
  parts.offsets = SliceBuffer(from.offsets, first * sizeof(uint32_t), (size_t{count} + 1) * sizeof(uint32_t));
  parts.heap = from.heap;
  if (column->physical() == PhysicalType::kRow) {
    for (const ColumnPtr& child : from.children) parts.children.push_back(Slice(child, first, count));
  } else {
    parts.children = from.children;
  }
  return Flat(column->type(), count, std::move(parts));
}

bool Column::IsNull(uint32_t row) const {
  const Buffer* validity = (encoding_ == Encoding::kDictionary ? dictionary_->parts_ : parts_).validity.get();
  return validity != nullptr && !BitIsSet(validity->data(), PayloadRow(row));
}

bool Column::MayHaveNulls() const {
  return (encoding_ == Encoding::kDictionary ? dictionary_->parts_ : parts_).validity != nullptr;
}

void Column::AddRetainedBlocks(std::vector<std::pair<const void*, size_t>>* blocks) const {
  if (encoding_ == Encoding::kDictionary) {
    blocks->emplace_back(indices_.get(), indices_->capacity() * sizeof(uint32_t));
    dictionary_->AddRetainedBlocks(blocks);
    return;
  }
  blocks->emplace_back(this, sizeof(*this));
  for (const BufferPtr* buffer : {&parts_.values, &parts_.validity, &parts_.offsets}) {
    if (*buffer) blocks->emplace_back((*buffer)->data(), (*buffer)->size());
  }
  for (const BufferPtr& buffer : parts_.heap) blocks->emplace_back(buffer->data(), buffer->size());
  for (const ColumnPtr& child : parts_.children) child->AddRetainedBlocks(blocks);
}

size_t SumRetainedBlocks(std::vector<std::pair<const void*, size_t>>* blocks) {
  std::sort(blocks->begin(), blocks->end());
  size_t total = 0;
  for (size_t i = 0; i < blocks->size(); ++i) {
    // Of views that begin at the same address the longest comes last and is the one counted.
    if (i + 1 == blocks->size() || (*blocks)[i].first != (*blocks)[i + 1].first) total += (*blocks)[i].second;
  }
  return total;
}

size_t Column::RetainedBytes() const {
  std::vector<std::pair<const void*, size_t>> blocks;
  AddRetainedBlocks(&blocks);
  return SumRetainedBlocks(&blocks);
}

ColumnPtr Column::WithType(DataType type) const {
  CHECK(type.physical() == physical_);
  std::shared_ptr<Column> column(new Column(*this));
  if (encoding_ == Encoding::kDictionary) {
    column->dictionary_ = dictionary_->WithType(type);
  } else {
    CHECK(type.fields().size() == parts_.children.size());
    for (size_t i = 0; i < parts_.children.size(); ++i) {
      column->parts_.children[i] = parts_.children[i]->WithType(type.fields()[i].type);
    }
  }
  column->type_ = std::move(type);
  return column;
}

ColumnReader::ColumnReader(const Column& column)
    : payload_(column.encoding() == Encoding::kDictionary ? column.dictionary().get() : &column) {
  if (column.encoding() == Encoding::kDictionary) indices_ = column.indices().data();
  if (payload_->encoding() == Encoding::kConstant) mask_ = 0;
  const Column::Parts& parts = payload_->parts();
  if (parts.values) values_ = parts.values->data();
  if (parts.validity) validity_ = parts.validity->data();
  if (parts.offsets) offsets_ = reinterpret_cast<const uint32_t*>(parts.offsets->data());
}

}  // namespace millrace
