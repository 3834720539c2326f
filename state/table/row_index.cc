#include "state/table/row_index.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "core/check.h"

namespace millrace::state {
namespace {

/// What is left behind in growing goes back to the system from here on.
constexpr size_t kLargeBytesMin = 128 * 1024;

/// Rows that fit before it grows. The rows of a small index are in the processor's cache: there the searches
/// that go on to a second line cost more than the memory is worth.
size_t RowsMax(size_t num_lines) {
  constexpr size_t kSmallLinesMax = 1024;
  const size_t num_slots = num_lines * RowIndex::kLineSlots;
  return num_lines <= kSmallLinesMax ? num_slots * 4 / 5 : num_slots * 9 / 10;
}

/// A step round a ring of `size` that comes to every place, and soon near to every one: about the golden
/// section (Knuth, vol. 3, 6.4, theorem S).
size_t EvenStride(size_t size) {
  auto stride = static_cast<size_t>(static_cast<double>(size) * 0.6180339887498949);
  while (std::gcd(stride, size) != 1) ++stride;
  return stride;
}

}  // namespace

void RowIndex::Insert(Row* row) {
  if (size_ == RowsMax(num_lines_)) Rehash();
  size_t at = HomeOf(row->hash);
  uint32_t empty = 0;
  while ((empty = lines_[at].SlotsOf(0)) == 0) {
    ++lines_[at].num_passed;
    at = After(at);
  }
  lines_[at].Set(static_cast<size_t>(std::countr_zero(empty)), TagOf(row->hash), places_.PlaceOf(row));
  ++size_;
}

void RowIndex::Erase(const Row* row) {
  for (size_t at = HomeOf(row->hash), left = num_lines_; left > 0; --left, at = After(at)) {
    Line& line = lines_[at];
    for (uint32_t found = line.SlotsOf(TagOf(row->hash)); found != 0; found &= found - 1) {
      const int slot = std::countr_zero(found);
      if (places_.RowAt(line.places[slot]) != row) continue;
      places_.Forget(line.places[slot]);
      line.tags[slot] = 0;
      --size_;
      return;
    }
    CHECK(line.num_passed > 0);
    --line.num_passed;
  }
  CHECK(false);  // not in the index
}

void RowIndex::Rehash() {
  // The less it grows by, the more often a row moves.
  constexpr size_t kDoubledLinesMax = 8;
  size_t num_lines = 1;
  while (size_ >= RowsMax(num_lines)) {
    num_lines += num_lines < kDoubledLinesMax ? num_lines : num_lines / 4;
  }
  std::unique_ptr<Line[]> small_lines;
  PageMemory large_lines;
  if (num_lines * sizeof(Line) < kLargeBytesMin) {
    small_lines = std::make_unique<Line[]>(num_lines);
  } else {
    large_lines = PageMemory(num_lines * sizeof(Line));
  }
  const Line* const old = lines_;
  const size_t num_old = num_lines_;
  lines_ = small_lines != nullptr ? small_lines.get() : reinterpret_cast<Line*>(large_lines.data());
  num_lines_ = num_lines;
  line_stride_ = EvenStride(num_lines);
  // Neighbours go to the same line one after the other: its tags would be waited for.
  std::vector<uint8_t> num_used(num_lines, 0);
  const auto move = [&](uint8_t tag, uint32_t place) {
    size_t at = HomeOf(places_.RowAt(place)->hash);
    for (; num_used[at] == kLineSlots; at = After(at)) ++lines_[at].num_passed;
    lines_[at].Set(num_used[at]++, tag, place);
  };
  constexpr size_t kAhead = 2;
  for (size_t i = 0; i < num_old; ++i) {
    if (i + kAhead < num_old) {
      for (uint32_t place : old[i + kAhead].places) __builtin_prefetch(places_.RowAt(place));
    }
    for (size_t slot = 0; slot < kLineSlots; ++slot) {
      if (old[i].tags[slot] != 0) move(old[i].tags[slot], old[i].places[slot]);
    }
  }
  small_lines_ = std::move(small_lines);
  large_lines_ = std::move(large_lines);
}

}  // namespace millrace::state
