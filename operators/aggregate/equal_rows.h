#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/column/column.h"
#include "operators/aggregate/group_rows.h"

namespace millrace {

/// Finds rows of a batch that have the same group and the same values in some columns, so that what is costly
/// is done once for them. It looks back only so far as is cheap: equal rows may stay apart. Single-owner.
class EqualRows {
 public:
  /// Among `positions` of the rows of `in`, whose values are not NULL, takes those that equal none before
  /// them as firsts().
  void Find(std::span<const ColumnReader> columns, const GroupedRows& in,
            std::span<const uint32_t> positions);

  /// Takes no two rows as equal.
  void KeepApart(std::span<const uint32_t> positions);

  const std::vector<uint32_t>& firsts() const { return firsts_; }
  /// Of positions[j]: the number in firsts() of what it equals, or is.
  uint32_t first_of(size_t j) const { return first_of_[j]; }

 private:
  static constexpr size_t kSlotBits = 9;
  struct Slot {
    uint64_t word = 0;
    const void* group = nullptr;
    uint32_t first = UINT32_MAX;  // in firsts_
  };

  /// `word_of(j)` is equal for equal values of positions[j]; if two have the same, `are_equal(j, k)` decides
  /// for positions[j] and firsts()[k].
  template <class WordOf, class AreEqual>
  void FindBy(const GroupedRows& in, std::span<const uint32_t> positions, WordOf word_of, AreEqual are_equal);
  void HashValues(std::span<const ColumnReader> columns, const GroupedRows& in,
                  std::span<const uint32_t> positions);

  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> firsts_;
  std::vector<uint32_t> first_of_;
  std::array<Slot, size_t{1} << kSlotBits> slots_;  // what last came to each
};

}  // namespace millrace
