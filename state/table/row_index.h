#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "state/table/row.h"

namespace millrace::state {

/// Finds rows by hash: open addressing with linear probing over a power of two of 8-byte slots, each 16 hash
/// bits and a pointer. Owns no rows. Single-owner.
class RowIndex {
 public:
  RowIndex() = default;
  RowIndex(const RowIndex&) = delete;
  RowIndex& operator=(const RowIndex&) = delete;

  /// The row with this hash for which `equal(row)` holds, or null.
  template <class Equal>
  Row* Find(uint32_t hash, Equal&& equal) const {
    if (slots_.empty()) return nullptr;
    const uint64_t tag = TagOf(hash);
    for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const uint64_t slot = slots_[at];
      if (slot == kEmpty) return nullptr;
      if ((slot & kTagMask) != tag || slot == kRemoved) continue;
      Row* row = PointerOf(slot);
      if (row->hash == hash && equal(row)) return row;
    }
  }

  /// `row` must not be in the index.
  void Insert(Row* row) {
    if ((num_used_ + 1) * 10 > slots_.size() * 7) Rehash();
    Place(row);
    ++num_used_;
    ++size_;
  }
  /// `row` must be in the index.
  void Erase(const Row* row);

  /// Gives memory back after many erasures; moves rows to other slots.
  void ShrinkIfSparse() {
    if (slots_.size() > kSlotsMin && size_ * 8 < slots_.size()) Rehash();
  }

  /// Loads the cache line where the search for `hash` begins.
  void Prefetch(uint32_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & mask_]);
  }
  /// Loads the head of the row that the first slot of `hash` points to, if it is likely the one.
  void PrefetchRow(uint32_t hash) const {
    if (slots_.empty()) return;
    const uint64_t slot = slots_[hash & mask_];
    if ((slot & kTagMask) != TagOf(hash)) return;
    const Row* row = PointerOf(slot);
    __builtin_prefetch(row);
    __builtin_prefetch(reinterpret_cast<const char*>(row) + 40);  // a short key may end in the next line
  }

  size_t size() const { return size_; }
  uint64_t memory_bytes() const { return slots_.size() * sizeof(uint64_t); }
  /// Slots, for walks over all rows; inserting may move rows to other slots, erasing does not.
  size_t num_slots() const { return slots_.size(); }
  Row* RowAt(size_t slot) const { return slots_[slot] > kRemoved ? PointerOf(slots_[slot]) : nullptr; }

 private:
  static constexpr uint64_t kEmpty = 0;
  static constexpr uint64_t kRemoved = 1;
  static constexpr uint64_t kTagMask = 0xffff'0000'0000'0000;
  static constexpr size_t kSlotsMin = 16;

  static uint64_t TagOf(uint32_t hash) { return uint64_t{hash >> 16} << 48; }
  static Row* PointerOf(uint64_t slot) { return reinterpret_cast<Row*>(slot & ~kTagMask); }
  void Place(Row* row) {
    size_t at = row->hash & mask_;
    while (slots_[at] != kEmpty) at = (at + 1) & mask_;
    slots_[at] = TagOf(row->hash) | reinterpret_cast<uint64_t>(row);
  }
  void Rehash();

  std::vector<uint64_t> slots_;
  size_t mask_ = 0;
  size_t size_ = 0;
  size_t num_used_ = 0;  // rows and removed slots
};

}  // namespace millrace::state
