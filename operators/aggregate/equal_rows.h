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
  /// Among `positions` of the rows of `in` (NULLs are equal), takes those that equal none before them as
  /// firsts().
  void Find(std::span<const ColumnReader> columns, const GroupedRows& in,
            std::span<const uint32_t> positions);

  const std::vector<uint32_t>& firsts() const { return firsts_; }
  /// Of positions[j]: the number in firsts() of what it equals, or is.
  uint32_t first_of(size_t j) const { return first_of_[j]; }

 private:
  static constexpr size_t kSlotBits = 10;
  struct Slot {
    uint64_t hash = 0;
    uint32_t first = UINT32_MAX;  // in firsts_
  };

  void HashRows(std::span<const ColumnReader> columns, const GroupedRows& in,
                std::span<const uint32_t> positions);

  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> firsts_;
  std::vector<uint32_t> first_of_;
  std::array<Slot, size_t{1} << kSlotBits> slots_;  // the row that last had a hash like this
};

}  // namespace millrace
