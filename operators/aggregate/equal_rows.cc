#include "operators/aggregate/equal_rows.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace millrace {
namespace {

size_t WidthOf(const ColumnReader& column) {
  return PhysicalSize(column.payload().physical());
}

uint64_t Mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 32;
}

template <class T>
void MixColumn(const ColumnReader& column, const GroupedRows& in, std::span<const uint32_t> positions,
               uint64_t* hashes) {
  for (size_t j = 0; j < positions.size(); ++j)
    hashes[j] = Mix(hashes[j], column.Value<T>(in.rows[positions[j]]));
}

struct TwoWords {
  uint64_t first, second;
};
template <>
void MixColumn<TwoWords>(const ColumnReader& column, const GroupedRows& in,
                         std::span<const uint32_t> positions, uint64_t* hashes) {
  for (size_t j = 0; j < positions.size(); ++j) {
    const TwoWords& words = column.Value<TwoWords>(in.rows[positions[j]]);
    hashes[j] = Mix(Mix(hashes[j], words.first), words.second);
  }
}

/// Whether the values lie in memory alike: equal strings may not, elsewhere.
bool IsSame(const ColumnReader& column, uint32_t a, uint32_t b) {
  if (column.has_nulls() && (column.IsNull(a) || column.IsNull(b)))
    return column.IsNull(a) && column.IsNull(b);
  const size_t width = WidthOf(column);
  const uint8_t* values = column.Values<uint8_t>();
  const uint8_t* value_a = values + column.PayloadRow(a) * width;
  const uint8_t* value_b = values + column.PayloadRow(b) * width;
  if (width == sizeof(uint64_t)) return LoadAs<uint64_t>(value_a) == LoadAs<uint64_t>(value_b);
  return std::memcmp(value_a, value_b, width) == 0;
}

}  // namespace

void EqualRows::HashRows(std::span<const ColumnReader> columns, const GroupedRows& in,
                         std::span<const uint32_t> positions) {
  hashes_.resize(positions.size());
  for (size_t j = 0; j < positions.size(); ++j)
    hashes_[j] = reinterpret_cast<uintptr_t>(in.groups.rows[positions[j]].row);
  for (const ColumnReader& column : columns) {
    switch (WidthOf(column)) {
      case 1:
        MixColumn<uint8_t>(column, in, positions, hashes_.data());
        break;
      case 2:
        MixColumn<uint16_t>(column, in, positions, hashes_.data());
        break;
      case 4:
        MixColumn<uint32_t>(column, in, positions, hashes_.data());
        break;
      case 8:
        MixColumn<uint64_t>(column, in, positions, hashes_.data());
        break;
      default:
        MixColumn<TwoWords>(column, in, positions, hashes_.data());
        break;
    }
  }
}

void EqualRows::Find(std::span<const ColumnReader> columns, const GroupedRows& in,
                     std::span<const uint32_t> positions) {
  firsts_.clear();
  first_of_.resize(positions.size());
  if (std::any_of(columns.begin(), columns.end(),
                  [](const ColumnReader& column) { return WidthOf(column) == 0; })) {
    // Nested values: not worth a comparison.
    firsts_.assign(positions.begin(), positions.end());
    std::iota(first_of_.begin(), first_of_.end(), 0u);
    return;
  }
  HashRows(columns, in, positions);
  slots_.fill({});
  const auto are_equal = [&](uint32_t a, uint32_t b) {
    return in.groups.rows[a] == in.groups.rows[b] &&
           std::all_of(columns.begin(), columns.end(),
                       [&](const ColumnReader& column) { return IsSame(column, in.rows[a], in.rows[b]); });
  };
  for (size_t j = 0; j < positions.size(); ++j) {
    Slot& slot = slots_[hashes_[j] >> (64 - kSlotBits)];
    const bool is_known =
        slot.first != UINT32_MAX && slot.hash == hashes_[j] && are_equal(positions[j], firsts_[slot.first]);
    if (!is_known) {
      slot = {hashes_[j], static_cast<uint32_t>(firsts_.size())};
      firsts_.push_back(positions[j]);
    }
    first_of_[j] = slot.first;
  }
}

}  // namespace millrace
