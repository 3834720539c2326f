#include "state/table/row_index.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace millrace::state {

void RowIndex::Erase(const Row* row) {
  size_t at = row->hash & mask_;
  while (slots_[at] <= kRemoved || PointerOf(slots_[at]) != row) {
    CHECK(slots_[at] != kEmpty);
    at = (at + 1) & mask_;
  }
  --size_;
  if (slots_[(at + 1) & mask_] != kEmpty) {
    slots_[at] = kRemoved;
    return;
  }
  // Nothing behind: no search passes here, so this slot and the removed ones before it become empty.
  slots_[at] = kEmpty;
  --num_used_;
  for (size_t before = (at - 1) & mask_; slots_[before] == kRemoved; before = (before - 1) & mask_) {
    slots_[before] = kEmpty;
    --num_used_;
  }
}

void RowIndex::Rehash() {
  size_t num_slots = kSlotsMin;
  while ((size_ + 1) * 2 > num_slots) num_slots *= 2;
  // Growing a little early keeps the number of moves a row small.
  num_slots = std::max(num_slots, std::min(slots_.size(), num_slots * 2));
  std::vector<uint64_t> old = std::exchange(slots_, std::vector<uint64_t>(num_slots, kEmpty));
  mask_ = num_slots - 1;
  num_used_ = size_;
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < old.size(); ++i) {
    if (i + kAhead < old.size() && old[i + kAhead] > kRemoved) __builtin_prefetch(PointerOf(old[i + kAhead]));
    if (old[i] > kRemoved) Place(PointerOf(old[i]));
  }
}

}  // namespace millrace::state
