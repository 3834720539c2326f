#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace millrace {

/// The first bytes of a text as two words, zeros behind its end.
struct TextStart {
  uint64_t low;   // bytes 0 to 7, the first lowest
  uint64_t high;  // bytes 8 to 15
};

/// The first 16 bytes of a text that has no more. Two overlapping loads of fixed size: a copy of unknown size
/// costs several times as much.
inline TextStart LoadShort(std::string_view text) {
  const auto load = [](const char* at, auto word) {
    std::memcpy(&word, at, sizeof(word));
    return uint64_t{word};
  };
  const size_t size = text.size();
  const char* data = text.data();
  if (size > 8) {
    return {load(data, uint64_t{}), load(data + size - 8, uint64_t{}) >> (128 - 8 * size)};
  }
  if (size >= 4) {
    const size_t behind = size - 4;
    return {load(data, uint32_t{}) | load(data + behind, uint32_t{}) << (8 * behind), 0};
  }
  if (size == 0) return {0, 0};
  return {load(data, uint8_t{}) | load(data + size / 2, uint8_t{}) << (size / 2 * 8) |
              load(data + size - 1, uint8_t{}) << (size - 1) * 8,
          0};
}

/// Finds a byte in text, 64 bytes at a time: a place is looked at only after all of them were compared, so
/// that it costs the same wherever it lies. Where a block is not full, bytes of the text before it are
/// compared once more instead of a loop over the rest.
class ByteFinder {
 public:
  static constexpr size_t kBlockBytes = 64;

#if defined(__SSE2__)
  explicit ByteFinder(char wanted) : lanes_(_mm_set1_epi8(wanted)) {}

  /// Where the bytes [begin, begin + 64) of the text, as far as it goes, are the wanted one: one bit a byte,
  /// the first lowest. begin < text.size().
  uint64_t PlacesFrom(std::string_view text, size_t begin) const {
    const char* data = text.data() + begin;
    const size_t size = text.size() - begin;
    if (size >= 64) return In32(data) | In32(data + 32) << 32;
    if (text.size() >= 64) return (In32(data + size - 64) | In32(data + size - 32) << 32) >> (64 - size);
    if (size >= 32) return In32(data) | In32(data + size - 32) << (size - 32);
    if (size >= 16) return In16(data) | In16(data + size - 16) << (size - 16);
    const TextStart start = LoadShort({data, size});
    return In(_mm_set_epi64x(static_cast<int64_t>(start.high), static_cast<int64_t>(start.low))) &
           ((uint64_t{1} << size) - 1);
  }

 private:
  uint64_t In(__m128i bytes) const {
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, lanes_)));
  }
  uint64_t In16(const char* at) const { return In(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))); }
  uint64_t In32(const char* at) const { return In16(at) | In16(at + 16) << 16; }

  __m128i lanes_;
#else
  explicit ByteFinder(char wanted) : wanted_(wanted) {}

  uint64_t PlacesFrom(std::string_view text, size_t begin) const {
    uint64_t places = 0;
    const std::string_view block = text.substr(begin, kBlockBytes);
    for (size_t i = 0; i < block.size(); ++i) places |= uint64_t{block[i] == wanted_} << i;
    return places;
  }

 private:
  char wanted_;
#endif
};

/// Visits the places at which `wanted` occurs, from left to right, until `visit(place)` is false.
template <class Visit>
void ForEachPlace(std::string_view text, char wanted, Visit visit) {
  const ByteFinder finder(wanted);
  for (size_t begin = 0; begin < text.size(); begin += ByteFinder::kBlockBytes) {
    for (uint64_t places = finder.PlacesFrom(text, begin); places != 0; places &= places - 1) {
      if (!visit(begin + static_cast<size_t>(std::countr_zero(places)))) return;
    }
  }
}

/// The first place at or after `from` at which `wanted`, which is not empty, occurs; npos when there is none.
inline size_t FindText(std::string_view text, std::string_view wanted, size_t from) {
  if (text.size() < wanted.size()) return std::string_view::npos;
  const std::string_view firsts = text.substr(0, text.size() - wanted.size() + 1);
  const std::string_view lasts = text.substr(wanted.size() - 1);
  const ByteFinder first(wanted.front());
  const ByteFinder last(wanted.back());
  for (size_t begin = from; begin < firsts.size(); begin += ByteFinder::kBlockBytes) {
    uint64_t places = first.PlacesFrom(firsts, begin) & last.PlacesFrom(lasts, begin);
    for (; places != 0; places &= places - 1) {
      const size_t place = begin + static_cast<size_t>(std::countr_zero(places));
      if (std::memcmp(text.data() + place, wanted.data(), wanted.size()) == 0) return place;
    }
  }
  return std::string_view::npos;
}

}  // namespace millrace
