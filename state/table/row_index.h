#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "state/table/page_memory.h"
#include "state/table/row.h"
#include "state/table/row_places.h"

namespace millrace::state {

/// Finds rows by hash: open addressing over cache lines of twelve slots, each a tag of eight bits and a place
/// of 32; a line counts the rows that went past it because it was full, so that a search ends at the first
/// that none has passed (after F14, "Open-sourcing F14 for faster, more memory-efficient hash tables", 2019).
/// Rows stay in their slots until it grows, by a quarter. Owns no rows. Single-owner.
class RowIndex {
 public:
  /// `places` names the rows.
  explicit RowIndex(RowPlaces& places) : places_(places) {}
  RowIndex(const RowIndex&) = delete;
  RowIndex& operator=(const RowIndex&) = delete;

  /// The row with this hash for which `equal(row)` holds, or null.
  template <class Equal>
  Row* Find(uint32_t hash, Equal&& equal) const {
    size_t at = HomeOf(hash);
    for (size_t left = num_lines_; left > 0; --left, at = After(at)) {
      const Line& line = lines_[at];
      for (uint32_t found = line.SlotsOf(TagOf(hash)); found != 0; found &= found - 1) {
        Row* row = places_.RowAt(line.places[std::countr_zero(found)]);
        if (row->hash == hash && equal(row)) return row;
      }
      if (line.num_passed == 0) return nullptr;
    }
    return nullptr;
  }

  /// `row` must not be in the index.
  void Insert(Row* row);
  /// `row` must be in the index.
  void Erase(const Row* row);

  /// Gives memory back after many erasures; moves rows to other slots.
  void ShrinkIfSparse() {
    if (num_lines_ > 1 && size_ * 8 < num_slots()) Rehash();
  }

  /// Loads the cache line where the search for `hash` begins.
  void Prefetch(uint32_t hash) const {
    if (num_lines_ > 0) __builtin_prefetch(&lines_[HomeOf(hash)]);
  }
  /// The row that the search for `hash` compares first, or null: to load it before it is needed. It stays a
  /// row of the index until one is erased. Without a branch, which would often go the other way than
  /// foreseen.
  Row* Candidate(uint32_t hash) const {
    if (num_lines_ == 0) return nullptr;
    const Line& line = lines_[HomeOf(hash)];
    const uint32_t found = line.SlotsOf(TagOf(hash));
    const uint32_t place = line.places[std::countr_zero(found | 1u << (kLineSlots - 1))];
    return places_.RowAt(found != 0 ? place : RowPlaces::kNowhere);
  }

  size_t size() const { return size_; }
  uint64_t memory_bytes() const { return num_lines_ * sizeof(Line); }
  /// Slots, for walks over all rows; Insert and ShrinkIfSparse may move them.
  size_t num_slots() const { return num_lines_ * kLineSlots; }
  Row* RowAt(size_t slot) const {
    const Line& line = lines_[slot / kLineSlots];
    return line.tags[slot % kLineSlots] != 0 ? places_.RowAt(line.places[slot % kLineSlots]) : nullptr;
  }
  /// A walk by lines of slots, of which `turn` numbers the steps: the first slot of the line that is next. In
  /// num_lines() steps the walk comes to every line, and the lines of each stretch of it lie evenly over the
  /// index. Whoever erases rows as the slots lie, which is in the order of the hashes, crowds the others into
  /// the slots that are left.
  size_t num_lines() const { return num_lines_; }
  size_t LineOfTurn(size_t turn) const { return turn % num_lines_ * line_stride_ % num_lines_ * kLineSlots; }
  static constexpr size_t kLineSlots = 12;

 private:
  struct alignas(64) Line {
    std::array<uint8_t, kLineSlots> tags;  // 0 = the slot is empty
    uint32_t num_passed;                   // rows that search from here or before and are in a line behind
    std::array<uint32_t, kLineSlots> places;

    void Set(size_t slot, uint8_t tag, uint32_t place) {
      tags[slot] = tag;
      places[slot] = place;
    }
    /// A bit for each slot with this tag.
    uint32_t SlotsOf(uint8_t tag) const {
#if defined(__SSE2__)
      const __m128i all = _mm_load_si128(reinterpret_cast<const __m128i*>(this));
      const __m128i same = _mm_cmpeq_epi8(all, _mm_set1_epi8(static_cast<char>(tag)));
      return static_cast<uint32_t>(_mm_movemask_epi8(same)) & ((1u << kLineSlots) - 1);
#else
      uint32_t slots = 0;
      for (size_t i = 0; i < kLineSlots; ++i) slots |= uint32_t{tags[i] == tag} << i;
      return slots;
#endif
    }
  };
  static_assert(sizeof(Line) == 64);

  size_t After(size_t at) const { return at + 1 == num_lines_ ? 0 : at + 1; }
  /// Where the search for a hash begins: by multiplication (Lemire, "Fast random integer generation in an
  /// interval", 2019).
  size_t HomeOf(uint32_t hash) const { return static_cast<size_t>(uint64_t{hash} * num_lines_ >> 32); }
  static uint8_t TagOf(uint32_t hash) {
    const auto low = static_cast<uint8_t>(hash);
    return low != 0 ? low : 1;
  }
  void Rehash();

  RowPlaces& places_;
  Line* lines_ = nullptr;
  size_t num_lines_ = 0;
  size_t size_ = 0;
  size_t line_stride_ = 1;  // of LineOfTurn
  std::unique_ptr<Line[]> small_lines_;
  PageMemory large_lines_;
};

}  // namespace millrace::state
