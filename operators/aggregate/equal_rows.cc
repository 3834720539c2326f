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

void EqualRows::HashValues(std::span<const ColumnReader> columns, const GroupedRows& in,
                           std::span<const uint32_t> positions) {
  hashes_.assign(positions.size(), 0);
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

template <class WordOf, class AreEqual>
void EqualRows::FindBy(const GroupedRows& in, std::span<const uint32_t> positions, WordOf word_of,
                       AreEqual are_equal) {
  slots_.fill({});
  firsts_.resize(positions.size());
  uint32_t num_firsts = 0;
  for (size_t j = 0; j < positions.size(); ++j) {
    const void* group = in.groups.rows[positions[j]].row;
    const uint64_t word = word_of(j);
    Slot& slot = slots_[Mix(reinterpret_cast<uintptr_t>(group), word) >> (64 - kSlotBits)];
    if (slot.first == UINT32_MAX || slot.word != word || slot.group != group || !are_equal(j, slot.first)) {
      slot = {word, group, num_firsts};
      firsts_[num_firsts++] = positions[j];
    }
    first_of_[j] = slot.first;
  }
  firsts_.resize(num_firsts);
}

void EqualRows::KeepApart(std::span<const uint32_t> positions) {
  firsts_.assign(positions.begin(), positions.end());
  first_of_.resize(positions.size());
  std::iota(first_of_.begin(), first_of_.end(), 0u);
}

void EqualRows::Find(std::span<const ColumnReader> columns, const GroupedRows& in,
                     std::span<const uint32_t> positions) {
  first_of_.resize(positions.size());
  if (columns.size() == 1 && WidthOf(columns[0]) == sizeof(uint64_t)) {
    const ColumnReader& column = columns[0];
    const auto value_of = [&](size_t j) { return column.Value<uint64_t>(in.rows[positions[j]]); };
    return FindBy(in, positions, value_of, [](size_t, uint32_t) { return true; });
  }
  if (std::any_of(columns.begin(), columns.end(),
                  [](const ColumnReader& column) { return WidthOf(column) == 0; })) {
    return KeepApart(positions);  // nested values: not worth a comparison
  }
  HashValues(columns, in, positions);
  const auto are_equal = [&](size_t j, uint32_t first) {
    const uint32_t a = in.rows[positions[j]];
    const uint32_t b = in.rows[firsts_[first]];
    return std::all_of(columns.begin(), columns.end(),
                       [&](const ColumnReader& column) { return IsSame(column, a, b); });
  };
  FindBy(
      in, positions, [this](size_t j) { return hashes_[j]; }, are_equal);
}

}  // namespace millrace
