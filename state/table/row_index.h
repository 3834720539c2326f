#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "state/table/page_memory.h"
#include "state/table/row.h"

namespace millrace::state {

/// Finds rows by hash: open addressing with linear probing over 8-byte slots, each a tag of 16 bits and a
/// pointer. Erasing shifts what follows back, so that no search ever passes a removed slot. Grows by half.
/// Owns no rows. Single-owner.
class RowIndex {
 public:
  RowIndex() = default;
  RowIndex(const RowIndex&) = delete;
  RowIndex& operator=(const RowIndex&) = delete;

  /// The row with this hash for which `equal(row)` holds, or null.
  template <class Equal>
  Row* Find(uint32_t hash, Equal&& equal) const {
    if (num_slots_ == 0) return nullptr;
    size_t at = HomeOf(hash);
    const uint64_t tag = TagOf(hash, at);
    for (;; at = After(at)) {
      const uint64_t slot = slots_[at];
      if (slot == kEmpty) return nullptr;
      if ((slot & kTagMask) != tag) continue;
      Row* row = PointerOf(slot);
      if (row->hash == hash && equal(row)) return row;
    }
  }

  /// `row` must not be in the index.
  void Insert(Row* row) {
    if ((size_ + 1) * 5 > num_slots_ * 4) Rehash();
    Place(row);
    ++size_;
  }
  /// `row` must be in the index. Rows in other slots may move to slots before theirs.
  void Erase(const Row* row);

  /// Gives memory back after many erasures; moves rows to other slots.
  void ShrinkIfSparse() {
    if (num_slots_ > kSlotsMin && size_ * 8 < num_slots_) Rehash();
  }

  /// Loads the cache line where the search for `hash` begins.
  void Prefetch(uint32_t hash) const {
    if (num_slots_ > 0) __builtin_prefetch(&slots_[HomeOf(hash)]);
  }
  /// Loads the heads of the rows in the first two slots of `hash`: without a branch, which would often go the
  /// other way than foreseen.
  void PrefetchRow(uint32_t hash) const {
    if (num_slots_ == 0) return;
    const uint64_t* slot = &slots_[HomeOf(hash)];
    for (int i = 0; i < 2; ++i) {
      const char* row = reinterpret_cast<const char*>(PointerOf(slot[i]));
      __builtin_prefetch(row);
      __builtin_prefetch(row + 24);  // a short key may end in the next line
    }
  }

  size_t size() const { return size_; }
  uint64_t memory_bytes() const { return num_slots_ * sizeof(uint64_t); }
  /// Slots, for walks over all rows; see Insert, Erase and ShrinkIfSparse for who moves rows.
  size_t num_slots() const { return num_slots_; }
  Row* RowAt(size_t slot) const { return PointerOf(slots_[slot]); }
  /// A walk by lines of slots, of which `turn` numbers the steps: the first slot of the line that is next. In
  /// num_lines() steps the walk comes to every line, and the lines of each stretch of it lie evenly over the
  /// index. Whoever erases rows as the slots lie, which is in the order of the hashes, crowds the others into
  /// the slots that are left.
  size_t num_lines() const { return num_slots_ / kLineSlots; }
  size_t LineOfTurn(size_t turn) const {
    return turn % num_lines() * line_stride_ % num_lines() * kLineSlots;
  }
  static constexpr size_t kLineSlots = 8;

 private:
  static constexpr uint64_t kEmpty = 0;
  static constexpr uint64_t kTagMask = 0xffff'0000'0000'0000;
  static constexpr size_t kSlotsMin = 16;
  static constexpr size_t kHomeBits = 0xff;  // of a home that a tag holds

  static Row* PointerOf(uint64_t slot) { return reinterpret_cast<Row*>(slot & ~kTagMask); }
  size_t After(size_t at) const { return at + 1 == num_slots_ ? 0 : at + 1; }
  /// Where the search for a hash begins: by multiplication (Lemire, "Fast random integer generation in an
  /// interval", 2019).
  size_t HomeOf(uint32_t hash) const { return static_cast<size_t>(uint64_t{hash} * num_slots_ >> 32); }
  /// The low bits of the home, by which Erase tells how far a row is from it, and of the hash.
  static uint64_t TagOf(uint32_t hash, size_t home) {
    return uint64_t{home & kHomeBits} << 56 | uint64_t{hash & 0xff} << 48;
  }
  void Place(Row* row);
  /// Slots between the home of the row in slot `at` and the slot.
  size_t DistanceFromHome(size_t at) const;
  void Rehash();

  uint64_t* slots_ = nullptr;  // one more than num_slots_, which stays empty
  size_t num_slots_ = 0;       // below kHomeBits a power of two, then a multiple of kHomeBits + 1
  size_t size_ = 0;
  size_t line_stride_ = 1;     // of LineOfTurn
  bool has_far_rows_ = false;  // some distance may not fit a tag
  std::unique_ptr<uint64_t[]> small_slots_;
  PageMemory large_slots_;
};

}  // namespace millrace::state
