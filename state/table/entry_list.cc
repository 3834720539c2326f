#include "state/table/entry_list.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"

namespace millrace::state {

void EntryList::Append(Row* entry, RowArena& arena) {
  if (size_ == capacity_) Resize(arena);
  Slots()[size_] = SlotOf(entry);
  if (capacity_ > kScannedMax) AddPosition(entry->hash, size_);
  ++size_;
}

void EntryList::AddPosition(uint32_t hash, uint32_t slot) {
  const uint32_t mask = PositionMask();
  uint32_t* const positions = Positions();
  uint32_t at = hash & mask;
  while (positions[at] != 0) at = (at + 1) & mask;
  positions[at] = (hash & ~mask) | (slot + 1);
}

uint32_t EntryList::SlotNumberOf(const Row* entry) const {
  const uint64_t* const slots = Slots();
  if (capacity_ <= kScannedMax) {
    const uint64_t* found = std::find(slots, slots + size_, SlotOf(entry));
    CHECK(found != slots + size_);
    return static_cast<uint32_t>(found - slots);
  }
  const uint32_t mask = PositionMask();
  const uint32_t* const positions = Positions();
  for (uint32_t at = entry->hash & mask;; at = (at + 1) & mask) {
    CHECK(positions[at] != 0);
    const uint32_t slot = (positions[at] & mask) - 1;
    if (slots[slot] == SlotOf(entry)) return slot;
  }
}

void EntryList::MakeHole(const Row* entry) {
  Slots()[SlotNumberOf(entry)] = 0;
  ++num_holes_;
}

void EntryList::Remove(const Row* entry) {
  MakeHole(entry);
}

void EntryList::RemoveHidden(const Row* entry) {
  MakeHole(entry);
  --num_hidden_;
}

void EntryList::Show(Row* entry, RowArena& arena) {
  RemoveHidden(entry);
  Append(entry, arena);
}

void EntryList::Resize(RowArena& arena) {
  const uint32_t num_entries = size_ - num_holes_;
  uint32_t capacity = 1;
  if (num_entries > 0) {
    // A quarter of the slots or more is free then.
    capacity = kFirstCapacity;
    while (capacity - capacity / 4 <= num_entries) capacity *= 2;
  }
  const uint32_t old_capacity = capacity_;
  uint64_t* const old = Slots();
  uint64_t only_slot = 0;
  uint64_t* slots = old;
  if (capacity == 1) {
    slots = &only_slot;
  } else if (capacity != old_capacity) {
    slots = static_cast<uint64_t*>(arena.Allocate(BlockBytes(capacity)));
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < size_; ++i) {
    if (old[i] != 0) slots[kept++] = old[i];
  }
  if (old_capacity > 1 && slots != old) arena.Free(old, BlockBytes(old_capacity));
  slots_ = capacity > 1 ? reinterpret_cast<uint64_t>(slots) : only_slot;
  capacity_ = capacity;
  size_ = num_entries;
  num_holes_ = 0;
  if (capacity <= kScannedMax) return;
  std::memset(Positions(), 0, 2 * sizeof(uint32_t) * capacity);
  constexpr uint32_t kAhead = 16;
  for (uint32_t i = 0; i < size_; ++i) {
    if (i + kAhead < size_) __builtin_prefetch(PointerOf(slots[i + kAhead]));
    AddPosition(PointerOf(slots[i])->hash, i);
  }
}

void EntryList::Clear(RowArena& arena) {
  if (capacity_ > 1) arena.Free(Slots(), BlockBytes(capacity_));
  *this = EntryList();
}

void EntryList::Prefetch(uint32_t hash) const {
  if (capacity_ <= 1) return;
  const uint64_t* const slots = Slots();
  __builtin_prefetch(slots + size_);  // where an entry would be appended
  if (capacity_ > kScannedMax) {
    __builtin_prefetch(Positions() + (hash & PositionMask()));
  } else {
    constexpr uint32_t kSlotsOfLine = 8;
    for (uint32_t i = 0; i < size_; i += kSlotsOfLine) __builtin_prefetch(slots + i);
  }
}

const Row* EntryList::Candidate(uint32_t hash) const {
  const uint64_t* const slots = Slots();
  if (capacity_ <= kScannedMax) {
    const uint64_t* end = slots + size_;
    const uint64_t* found = std::find_if(slots, end, [hash](uint64_t slot) { return IsTagged(slot, hash); });
    return found != end ? PointerOf(*found) : nullptr;
  }
  const uint32_t mask = PositionMask();
  const uint32_t* const positions = Positions();
  for (uint32_t at = hash & mask; positions[at] != 0; at = (at + 1) & mask) {
    if (((positions[at] ^ hash) & ~mask) != 0) continue;
    const uint64_t slot = slots[(positions[at] & mask) - 1];
    if (slot != 0) return PointerOf(slot);
  }
  return nullptr;
}

}  // namespace millrace::state
