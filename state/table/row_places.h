#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "state/table/row.h"

namespace millrace::state {

/// Names rows by 32 bits: the chunk of memory that a row lies in and where, in steps of eight bytes. Rows
/// outside of all chunks get a number each. Single-owner.
class RowPlaces {
 public:
  static constexpr size_t kChunkBytesMax = size_t{2} << 20;
  static constexpr size_t kNumChunksMax = 15 * 1024;
  static constexpr uint32_t kNowhere = 0;  // no row's place

  /// Rows in these bytes, 8-byte aligned, have places from now on. Fewer than kNumChunksMax times.
  void AddChunk(char* begin, size_t size_bytes);

  /// The place of a row; keep it until Forget.
  uint32_t PlaceOf(Row* row) {
    const size_t offset = reinterpret_cast<uintptr_t>(row) - reinterpret_cast<uintptr_t>(last_.begin);
    if (offset < last_.size_bytes) return PlaceIn(last_.number, offset);
    return FindPlace(row);
  }
  /// Null for kNowhere; any address for a place that was forgotten.
  Row* RowAt(uint32_t place) const {
    if (place >= kFirstOutside) [[unlikely]]
      return outside_[place - kFirstOutside];
    return reinterpret_cast<Row*>(chunks_[place >> kOffsetBits] +
                                  size_t{place & kOffsetMask} * kRowAlignment);
  }
  void Forget(uint32_t place) {
    if (place >= kFirstOutside) [[unlikely]]
      free_outside_.push_back(place - kFirstOutside);
  }

 private:
  static constexpr size_t kRowAlignment = 8;
  static constexpr uint32_t kOffsetBits = 18;
  static constexpr uint32_t kOffsetMask = (1u << kOffsetBits) - 1;
  static constexpr uint32_t kFirstOutside = uint32_t{kNumChunksMax} << kOffsetBits;
  static_assert(kChunkBytesMax / kRowAlignment == size_t{1} << kOffsetBits);

  struct Chunk {
    char* begin = nullptr;
    size_t size_bytes = 0;
    uint32_t number = 0;
  };
  static uint32_t PlaceIn(uint32_t chunk, size_t offset) {
    return chunk << kOffsetBits | static_cast<uint32_t>(offset / kRowAlignment);
  }
  uint32_t FindPlace(Row* row);

  std::vector<char*> chunks_{nullptr};  // by number; the first is nowhere
  Chunk last_;                          // that was added
  std::vector<Chunk> by_address_;
  std::vector<Row*> outside_;
  std::vector<uint32_t> free_outside_;
};

}  // namespace millrace::state
