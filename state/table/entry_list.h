#pragma once

#include <cstddef>
#include <cstdint>

#include "state/table/row.h"
#include "state/table/row_arena.h"

namespace millrace::state {

/// The entries of one key in the order they were appended, found by hash: an array of tagged pointers, which
/// is scanned while it is short; a longer one has a table of positions behind it, as Python's dict has.
/// Removing leaves a hole until the array is full. Zero bytes are an empty list; it lies in a row's payload,
/// so Clear, not a destructor, frees its memory. Entries may be hidden: they are found, but count as absent.
class EntryList {
 public:
  /// The entry with this hash for which `equal(entry)` holds, hidden ones included, or null.
  template <class Equal>
  Row* Find(uint32_t hash, Equal&& equal) const {
    const uint64_t* const slots = Slots();
    if (capacity_ <= kScannedMax) {
      for (uint32_t i = 0; i < size_; ++i) {
        if (IsTagged(slots[i], hash) && Matches(slots[i], hash, equal)) return PointerOf(slots[i]);
      }
      return nullptr;
    }
    const uint32_t mask = PositionMask();
    const uint32_t* const positions = Positions();
    for (uint32_t at = hash & mask;; at = (at + 1) & mask) {
      const uint32_t position = positions[at];
      if (position == 0) return nullptr;
      if (((position ^ hash) & ~mask) != 0) continue;
      const uint64_t slot = slots[(position & mask) - 1];
      if (slot != 0 && Matches(slot, hash, equal)) return PointerOf(slot);
    }
  }

  /// `entry` must not be in the list.
  void Append(Row* entry, RowArena& arena);
  /// `entry` must be in the list, visible.
  void Remove(const Row* entry);
  void Hide() { ++num_hidden_; }  // an entry of the list
  void RemoveHidden(const Row* entry);
  /// Makes a hidden entry visible, as the last one.
  void Show(Row* entry, RowArena& arena);
  /// Forgets all entries and gives the memory back.
  void Clear(RowArena& arena);

  /// Slots, for walks in order: null where there is a hole. Hidden entries have kRowDeleted.
  uint32_t num_slots() const { return size_; }
  Row* EntryAt(uint32_t slot) const { return PointerOf(Slots()[slot]); }
  uint32_t num_entries() const { return size_ - num_holes_; }
  uint32_t num_hidden() const { return num_hidden_; }
  uint32_t num_visible() const { return num_entries() - num_hidden_; }

  /// Loads the cache lines where the search for `hash` begins.
  void Prefetch(uint32_t hash) const;
  /// The first entry that Find would compare, to load its cache line; null when Find would find nothing.
  const Row* Candidate(uint32_t hash) const;

 private:
  static constexpr uint64_t kTagMask = 0xffff'0000'0000'0000;
  static constexpr uint32_t kScannedMax = 32;    // slots of an array without positions
  static constexpr uint32_t kFirstCapacity = 4;  // of an array outside of the list

  static Row* PointerOf(uint64_t slot) { return reinterpret_cast<Row*>(slot & ~kTagMask); }
  static uint64_t SlotOf(const Row* entry) {
    return (uint64_t{entry->hash} << 32 & kTagMask) | reinterpret_cast<uint64_t>(entry);
  }
  static bool IsTagged(uint64_t slot, uint32_t hash) { return slot >> 48 == hash >> 16 && slot != 0; }
  template <class Equal>
  static bool Matches(uint64_t slot, uint32_t hash, Equal&& equal) {
    const Row* entry = PointerOf(slot);
    return entry->hash == hash && equal(entry);
  }

  uint64_t* Slots() { return capacity_ > 1 ? reinterpret_cast<uint64_t*>(slots_) : &slots_; }
  const uint64_t* Slots() const {
    return capacity_ > 1 ? reinterpret_cast<const uint64_t*>(slots_) : &slots_;
  }
  /// Behind the slots of more than kScannedMax: by open addressing, low bits = position + 1, the others those
  /// of the hash. 0 = empty. Positions of holes stay until the next Resize.
  uint32_t* Positions() { return reinterpret_cast<uint32_t*>(Slots() + capacity_); }
  const uint32_t* Positions() const { return reinterpret_cast<const uint32_t*>(Slots() + capacity_); }
  uint32_t PositionMask() const { return 2 * capacity_ - 1; }
  static size_t BlockBytes(uint32_t capacity) {
    return capacity * (sizeof(uint64_t) + (capacity > kScannedMax ? 2 * sizeof(uint32_t) : 0));
  }

  uint32_t SlotNumberOf(const Row* entry) const;
  void AddPosition(uint32_t hash, uint32_t slot);
  void MakeHole(const Row* entry);
  /// Makes room for one more: without holes, and in another block unless the capacity is right.
  void Resize(RowArena& arena);

  uint64_t slots_ = 0;  // the only slot, or where the slots are
  uint32_t capacity_ = 0;
  uint32_t size_ = 0;  // slots in use, with holes
  uint32_t num_holes_ = 0;
  uint32_t num_hidden_ = 0;
};
static_assert(sizeof(EntryList) == 24);

}  // namespace millrace::state
