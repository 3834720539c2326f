#include "state/table/row_places.h"

#include <algorithm>

#include "core/check.h"

namespace millrace::state {

void RowPlaces::AddChunk(char* begin, size_t size_bytes) {
  CHECK(size_bytes <= kChunkBytesMax && chunks_.size() < kNumChunksMax);
  last_ = {begin, size_bytes, static_cast<uint32_t>(chunks_.size())};
  chunks_.push_back(begin);
  const auto behind = std::upper_bound(by_address_.begin(), by_address_.end(), last_,
                                       [](const Chunk& a, const Chunk& b) { return a.begin < b.begin; });
  by_address_.insert(behind, last_);
}

uint32_t RowPlaces::FindPlace(Row* row) {
  const auto* at = reinterpret_cast<const char*>(row);
  auto behind =
      std::upper_bound(by_address_.begin(), by_address_.end(), at,
                       [](const char* address, const Chunk& chunk) { return address < chunk.begin; });
  if (behind != by_address_.begin()) {
    const Chunk& chunk = *(behind - 1);
    const auto offset = static_cast<size_t>(at - chunk.begin);
    if (offset < chunk.size_bytes) return PlaceIn(chunk.number, offset);
  }
  if (free_outside_.empty()) {
    free_outside_.push_back(static_cast<uint32_t>(outside_.size()));
    outside_.push_back(nullptr);
  }
  const uint32_t number = free_outside_.back();
  free_outside_.pop_back();
  CHECK(number <= UINT32_MAX - kFirstOutside);
  outside_[number] = row;
  return kFirstOutside + number;
}

}  // namespace millrace::state
