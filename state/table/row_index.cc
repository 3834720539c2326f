#include "state/table/row_index.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/check.h"

namespace millrace::state {
namespace {

constexpr size_t kLargeSlotsMin = 4 * PageMemory::kHugePageBytes / sizeof(uint64_t);

/// A step round a ring of `size` that comes to every place, and soon near to every one: about the golden
/// section (Knuth, vol. 3, 6.4, theorem S).
size_t EvenStride(size_t size) {
  auto stride = static_cast<size_t>(static_cast<double>(size) * 0.6180339887498949);
  while (std::gcd(stride, size) != 1) ++stride;
  return stride;
}

}  // namespace

void RowIndex::Place(Row* row) {
  size_t at = HomeOf(row->hash);
  const uint64_t tag = TagOf(row->hash, at);
  size_t distance = 0;
  for (; slots_[at] != kEmpty; at = After(at)) ++distance;
  slots_[at] = tag | reinterpret_cast<uint64_t>(row);
  if (distance > kHomeBits) has_far_rows_ = true;
}

size_t RowIndex::DistanceFromHome(size_t at) const {
  if (!has_far_rows_) return (at - (slots_[at] >> 56)) & std::min(kHomeBits, num_slots_ - 1);
  const size_t home = HomeOf(PointerOf(slots_[at])->hash);
  return at >= home ? at - home : at + num_slots_ - home;
}

void RowIndex::Erase(const Row* row) {
  size_t hole = HomeOf(row->hash);
  while (PointerOf(slots_[hole]) != row) {
    CHECK(slots_[hole] != kEmpty);
    hole = After(hole);
  }
  // Whoever may live closer to its home moves there.
  size_t distance = 1;  // from the hole
  for (size_t at = After(hole); slots_[at] != kEmpty; at = After(at), ++distance) {
    if (DistanceFromHome(at) < distance) continue;
    slots_[hole] = slots_[at];
    hole = at;
    distance = 0;
  }
  slots_[hole] = kEmpty;
  --size_;
}

void RowIndex::Rehash() {
  size_t num_slots = kSlotsMin;
  // Half full up to four fifths: what it grows by keeps the number of moves a row small.
  while ((size_ + 1) * 9 > num_slots * 5) {
    num_slots = num_slots <= kHomeBits ? num_slots * 2 : (num_slots + num_slots / 2 + kHomeBits) & ~kHomeBits;
  }
  std::unique_ptr<uint64_t[]> small_slots;
  PageMemory large_slots;
  if (num_slots < kLargeSlotsMin) {
    small_slots = std::make_unique<uint64_t[]>(num_slots + 1);
  } else {
    large_slots = PageMemory((num_slots + 1) * sizeof(uint64_t));
  }
  const uint64_t* const old = slots_;
  const size_t num_old = num_slots_;
  slots_ = small_slots != nullptr ? small_slots.get() : reinterpret_cast<uint64_t*>(large_slots.data());
  num_slots_ = num_slots;
  line_stride_ = EvenStride(num_slots / kLineSlots);
  has_far_rows_ = false;
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < num_old; ++i) {
    if (i + kAhead < num_old) __builtin_prefetch(PointerOf(old[i + kAhead]));
    if (old[i] != kEmpty) Place(PointerOf(old[i]));
  }
  small_slots_ = std::move(small_slots);
  large_slots_ = std::move(large_slots);
}

}  // namespace millrace::state
