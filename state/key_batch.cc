#include "state/key_batch.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/check.h"
#include "core/row/key_hash.h"

namespace millrace {
namespace {

/// Bytes of a key column whose encoding is its in-memory value; 0 for the others (floats are normalised,
/// strings and nested values have a length).
uint32_t PlainWidth(PhysicalType type) {
  switch (type) {
    case PhysicalType::kInt8:
      return 1;
    case PhysicalType::kInt16:
      return 2;
    case PhysicalType::kInt32:
      return 4;
    case PhysicalType::kInt64:
      return 8;
    case PhysicalType::kInt128:
      return 16;
    default:
      return 0;
  }
}

bool HasNull(const ColumnReader& column, const std::vector<uint32_t>& rows) {
  return column.has_nulls() &&
         std::any_of(rows.begin(), rows.end(), [&column](uint32_t row) { return column.IsNull(row); });
}

/// Writes one column of equally long keys; `out` is where the column's bytes of the first key go.
template <class T>
void ScatterColumn(const ColumnReader& column, const std::vector<uint32_t>& rows, char* out, size_t stride) {
  const T* values = column.Values<T>();
  if (column.is_flat()) {
    for (uint32_t row : rows) {
      std::memcpy(out, values + row, sizeof(T));
      out += stride;
    }
    return;
  }
  for (uint32_t row : rows) {
    std::memcpy(out, values + column.PayloadRow(row), sizeof(T));
    out += stride;
  }
}

}  // namespace

KeyBatch::KeyBatch(std::vector<DataType> key_types, uint32_t max_parallelism)
    : codec_(std::move(key_types)), max_parallelism_(max_parallelism) {
  CHECK(max_parallelism_ > 0);
}

void KeyBatch::Build(const Batch& batch, std::span<const uint32_t> key_columns) {
  DCHECK(key_columns.size() == codec_.types().size());
  rows_.resize(batch.NumSelected());
  if (batch.selection) {
    std::copy(batch.selection->begin(), batch.selection->end(), rows_.begin());
    HashRows(batch, key_columns, &row_hashes_);
    hashes_.resize(rows_.size());
    for (size_t i = 0; i < rows_.size(); ++i) hashes_[i] = row_hashes_[rows_[i]];
  } else {
    std::iota(rows_.begin(), rows_.end(), 0);
    HashRows(batch, key_columns, &hashes_);
  }
  has_null_.assign(rows_.size(), 0);
  const std::vector<ColumnReader> columns = ReadColumns(batch, key_columns);
  if (!EncodePlain(columns)) EncodeAny(columns);
}

bool KeyBatch::EncodePlain(std::span<const ColumnReader> columns) {
  const size_t bitmap_bytes = (columns.size() + 7) / 8;
  size_t stride = bitmap_bytes;
  for (size_t c = 0; c < columns.size(); ++c) {
    const uint32_t width = PlainWidth(codec_.types()[c].physical());
    if (width == 0 || HasNull(columns[c], rows_)) return false;
    stride += width;
  }
  bytes_.assign(stride * rows_.size(), '\0');
  if (stride != stride_ || offsets_.size() != rows_.size() + 1) {
    offsets_.resize(rows_.size() + 1);
    for (size_t i = 0; i <= rows_.size(); ++i) offsets_[i] = static_cast<uint32_t>(i * stride);
    stride_ = stride;
  }
  char* out = bytes_.data() + bitmap_bytes;
  for (size_t c = 0; c < columns.size(); ++c) {
    const uint32_t width = PlainWidth(codec_.types()[c].physical());
    switch (width) {
      case 1:
        ScatterColumn<int8_t>(columns[c], rows_, out, stride);
        break;
      case 2:
        ScatterColumn<int16_t>(columns[c], rows_, out, stride);
        break;
      case 4:
        ScatterColumn<int32_t>(columns[c], rows_, out, stride);
        break;
      case 8:
        ScatterColumn<int64_t>(columns[c], rows_, out, stride);
        break;
      default:
        ScatterColumn<Int128>(columns[c], rows_, out, stride);
        break;
    }
    out += width;
  }
  return true;
}

void KeyBatch::EncodeAny(std::span<const ColumnReader> columns) {
  codec_.EncodeRows(columns, rows_, &bytes_, &offsets_);
  stride_ = 0;
  for (const ColumnReader& column : columns) {
    if (!column.has_nulls()) continue;
    for (size_t i = 0; i < rows_.size(); ++i) has_null_[i] |= column.IsNull(rows_[i]) ? 1 : 0;
  }
}

KeyGroup KeyBatch::key_group(uint32_t i) const {
  return KeyGroupOfHash(hashes_[i], max_parallelism_);
}

}  // namespace millrace
