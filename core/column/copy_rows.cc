#include "core/column/copy_rows.h"

namespace millrace {
namespace {

struct Bytes16 {
  uint64_t words[2];
};

uint32_t NumRows(const RowsOfColumn& piece) {
  return piece.rows ? static_cast<uint32_t>(piece.rows->size()) : piece.column->size();
}

uint32_t TotalRows(std::span<const RowsOfColumn> pieces) {
  uint32_t total = 0;
  for (const RowsOfColumn& piece : pieces) total += NumRows(piece);
  return total;
}

/// Calls `fn(i, row)` for the i-th row of the piece.
template <class Fn>
void ForEachRowOf(const RowsOfColumn& piece, Fn&& fn) {
  if (piece.rows) {
    const uint32_t size = static_cast<uint32_t>(piece.rows->size());
    for (uint32_t i = 0; i < size; ++i) fn(i, (*piece.rows)[i]);
  } else {
    for (uint32_t i = 0; i < piece.column->size(); ++i) fn(i, i);
  }
}

/// Null when no row of the pieces can be NULL.
BufferPtr CopyValidity(std::span<const RowsOfColumn> pieces, uint32_t num_rows) {
  bool may_have_nulls = false;
  for (const RowsOfColumn& piece : pieces) may_have_nulls |= piece.column->MayHaveNulls();
  if (!may_have_nulls) return nullptr;
  std::shared_ptr<Buffer> validity = Buffer::Allocate((size_t{num_rows} + 7) / 8);
  std::memset(validity->mutable_data(), 0xff, validity->size());
  uint32_t first = 0;
  bool has_nulls = false;
  for (const RowsOfColumn& piece : pieces) {
    const ColumnReader reader(*piece.column);
    if (reader.has_nulls()) {
      ForEachRowOf(piece, [&](uint32_t i, uint32_t row) {
        if (!reader.IsNull(row)) return;
        ClearBit(validity->mutable_data(), first + i);
        has_nulls = true;
      });
    }
    first += NumRows(piece);
  }
  return has_nulls ? validity : nullptr;
}

template <class T>
BufferPtr CopyFixed(std::span<const RowsOfColumn> pieces, uint32_t num_rows) {
  std::shared_ptr<Buffer> values = Buffer::Allocate(num_rows * sizeof(T));
  T* out = reinterpret_cast<T*>(values->mutable_data());
  for (const RowsOfColumn& piece : pieces) {
    const ColumnReader reader(*piece.column);
    const uint32_t size = NumRows(piece);
    if (reader.is_flat() && piece.rows == nullptr) {
      if (size > 0) std::memcpy(out, reader.Values<T>(), size * sizeof(T));
    } else {
      ForEachRowOf(piece, [&](uint32_t i, uint32_t row) { out[i] = reader.Value<T>(row); });
    }
    out += size;
  }
  return values;
}

/// Copies views of valid rows only (those of NULL rows may point anywhere), then moves the long ones into one
/// block.
void CopyStrings(std::span<const RowsOfColumn> pieces, uint32_t num_rows, Column::Parts* parts) {
  std::shared_ptr<Buffer> values = Buffer::Allocate(num_rows * sizeof(StringRef));
  auto* refs = reinterpret_cast<StringRef*>(values->mutable_data());
  size_t heap_bytes = 0;
  uint32_t first = 0;
  for (const RowsOfColumn& piece : pieces) {
    const ColumnReader reader(*piece.column);
    ForEachRowOf(piece, [&](uint32_t i, uint32_t row) {
      const StringRef text = reader.IsNull(row) ? StringRef() : reader.Value<StringRef>(row);
      if (!text.IsInline()) heap_bytes += text.size();
      refs[first + i] = text;
    });
    first += NumRows(piece);
  }
  if (heap_bytes > 0) {
    std::shared_ptr<Buffer> heap = Buffer::Allocate(heap_bytes);
    char* at = reinterpret_cast<char*>(heap->mutable_data());
    for (uint32_t i = 0; i < num_rows; ++i) {
      if (refs[i].IsInline()) continue;
      const uint32_t size = refs[i].size();
      std::memcpy(at, refs[i].data(), size);
      refs[i] = StringRef({at, size});
      at += size;
    }
    parts->heap.push_back(std::move(heap));
  }
  parts->values = std::move(values);
}

const Column& PayloadOf(const Column& column) {
  return column.encoding() == Encoding::kDictionary ? *column.dictionary() : column;
}

/// The payload rows of every piece.
std::vector<std::vector<uint32_t>> PayloadRows(std::span<const RowsOfColumn> pieces) {
  std::vector<std::vector<uint32_t>> all;
  for (const RowsOfColumn& piece : pieces) {
    std::vector<uint32_t> rows(NumRows(piece));
    ForEachRowOf(piece, [&](uint32_t i, uint32_t row) { rows[i] = piece.column->PayloadRow(row); });
    all.push_back(std::move(rows));
  }
  return all;
}

/// Like PayloadRows, but of the elements of the arrays; fills the offsets. NULL arrays are empty.
std::vector<std::vector<uint32_t>> ElementRows(std::span<const RowsOfColumn> pieces, uint32_t num_rows,
                                               BufferPtr* offsets_out) {
  std::shared_ptr<Buffer> buffer = Buffer::Allocate((size_t{num_rows} + 1) * sizeof(uint32_t));
  auto* offsets = reinterpret_cast<uint32_t*>(buffer->mutable_data());
  uint32_t num_elements = 0;
  *offsets++ = 0;
  std::vector<std::vector<uint32_t>> all;
  for (const RowsOfColumn& piece : pieces) {
    const ColumnReader reader(*piece.column);
    std::vector<uint32_t> rows;
    ForEachRowOf(piece, [&](uint32_t, uint32_t row) {
      if (!reader.IsNull(row)) {
        const auto [begin, end] = reader.ChildRange(row);
        for (uint32_t at = begin; at < end; ++at) rows.push_back(at);
        num_elements += end - begin;
      }
      *offsets++ = num_elements;
    });
    all.push_back(std::move(rows));
  }
  *offsets_out = std::move(buffer);
  return all;
}

void CopyChildren(const DataType& type, std::span<const RowsOfColumn> pieces,
                  const std::vector<std::vector<uint32_t>>& child_rows, Column::Parts* parts) {
  for (size_t field = 0; field < type.fields().size(); ++field) {
    std::vector<RowsOfColumn> child_pieces;
    for (size_t i = 0; i < pieces.size(); ++i) {
      child_pieces.push_back({PayloadOf(*pieces[i].column).parts().children[field].get(), &child_rows[i]});
    }
    parts->children.push_back(CopyRows(type.fields()[field].type, child_pieces));
  }
}

}  // namespace

ColumnPtr CopyRows(const DataType& type, std::span<const RowsOfColumn> pieces) {
  const uint32_t num_rows = TotalRows(pieces);
  Column::Parts parts;
  parts.validity = CopyValidity(pieces, num_rows);
  switch (type.physical()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8:
      parts.values = CopyFixed<uint8_t>(pieces, num_rows);
      break;
    case PhysicalType::kInt16:
      parts.values = CopyFixed<uint16_t>(pieces, num_rows);
      break;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat:
      parts.values = CopyFixed<uint32_t>(pieces, num_rows);
      break;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble:
      parts.values = CopyFixed<uint64_t>(pieces, num_rows);
      break;
    case PhysicalType::kInt128:
    case PhysicalType::kTimestamp:
      parts.values = CopyFixed<Bytes16>(pieces, num_rows);
      break;
    case PhysicalType::kString:
      CopyStrings(pieces, num_rows, &parts);
      break;
    case PhysicalType::kRow:
      CopyChildren(type, pieces, PayloadRows(pieces), &parts);
      break;
    case PhysicalType::kArray:
    case PhysicalType::kMap:
      CopyChildren(type, pieces, ElementRows(pieces, num_rows, &parts.offsets), &parts);
      break;
  }
  return Column::Flat(type, num_rows, std::move(parts));
}

}  // namespace millrace
