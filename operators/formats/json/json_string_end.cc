#include "operators/formats/json/json_string_end.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace millrace {
namespace {

constexpr ptrdiff_t kBlockBytes = 64;

/// Where 64 bytes hold what ends a string or may hide its end: one bit a byte, the first lowest.
struct Block {
  uint64_t quotes;
  uint64_t backslashes;
  bool has_non_ascii;
};

/// The bytes that a backslash before them escapes. A run of backslashes escapes every second byte from its
/// second on: the sum of the run and a bit at its start carries to the byte behind it, whose place tells
/// whether the run's length is odd (Langdale and Lemire, Parsing Gigabytes of JSON per Second, 2019,
/// section 3.1.1).
uint64_t EscapedBytes(uint64_t backslashes, uint64_t* carried_escape) {
  constexpr uint64_t kEven = 0x5555555555555555ull;
  backslashes &= ~*carried_escape;
  const uint64_t behind = backslashes << 1 | *carried_escape;
  const uint64_t odd_starts = backslashes & ~kEven & ~behind;
  uint64_t sum;
  *carried_escape = __builtin_add_overflow(odd_starts, backslashes, &sum) ? 1 : 0;
  return (kEven ^ (sum << 1)) & behind;
}

const char* FindByByte(const char* from, const char* end, JsonStringBytes* seen) {
  for (; from < end; ++from) {
    if (*from == '"') return from;
    seen->has_non_ascii |= static_cast<signed char>(*from) < 0;
    if (*from != '\\' || from + 1 == end) continue;
    seen->has_escapes = true;
    ++from;
    seen->has_non_ascii |= static_cast<signed char>(*from) < 0;
  }
  return end;
}

template <class ReadBlock>
[[gnu::always_inline]] inline const char* FindByBlock(const char* start, const char* from, const char* end,
                                                      JsonStringBytes* seen, ReadBlock read_block) {
  if (end - start < kBlockBytes) return FindByByte(from, end, seen);
  uint64_t carried_escape = 0;  // 1: the block's first byte is behind a backslash that escapes it
  while (from < end) {
    // The last block ends with the text and overlaps the one before.
    const int num_passed = static_cast<int>(std::max<ptrdiff_t>(kBlockBytes - (end - from), 0));
    const Block block = read_block(from - num_passed);
    const uint64_t backslashes = block.backslashes >> num_passed;
    uint64_t quotes = block.quotes >> num_passed;
    if ((backslashes | carried_escape) != 0) quotes &= ~EscapedBytes(backslashes, &carried_escape);
    seen->has_non_ascii |= block.has_non_ascii;
    if (quotes != 0) {
      const uint64_t before_quote = (quotes - 1) & ~quotes;
      seen->has_escapes |= (backslashes & before_quote) != 0;
      return from + __builtin_ctzll(quotes);
    }
    seen->has_escapes |= backslashes != 0;
    if (num_passed > 0) break;
    from += kBlockBytes;
  }
  return end;
}

#if defined(__x86_64__)

const char* FindWithSse2(const char* start, const char* from, const char* end, JsonStringBytes* seen) {
  return FindByBlock(start, from, end, seen, [](const char* bytes) {
    Block block{0, 0, false};
    __m128i all = _mm_setzero_si128();
    for (int i = 0; i < 4; ++i) {
      const __m128i part = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + i);
      const auto mask_of = [](__m128i lanes) {
        return uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(lanes))};
      };
      block.quotes |= mask_of(_mm_cmpeq_epi8(part, _mm_set1_epi8('"'))) << (16 * i);
      block.backslashes |= mask_of(_mm_cmpeq_epi8(part, _mm_set1_epi8('\\'))) << (16 * i);
      all = _mm_or_si128(all, part);
    }
    block.has_non_ascii = _mm_movemask_epi8(all) != 0;
    return block;
  });
}

#define MILLRACE_AVX2 __attribute__((target("avx2")))

MILLRACE_AVX2 const char* FindWithAvx2(const char* start, const char* from, const char* end,
                                       JsonStringBytes* seen) {
  return FindByBlock(start, from, end, seen, [](const char* bytes) MILLRACE_AVX2 {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes) + 1);
    const auto places_of = [&](char wanted) MILLRACE_AVX2 {
      const __m256i lanes = _mm256_set1_epi8(wanted);
      return uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, lanes)))} |
             uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, lanes)))} << 32;
    };
    return Block{places_of('"'), places_of('\\'), _mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0};
  });
}

const auto find_string_end = __builtin_cpu_supports("avx2") ? FindWithAvx2 : FindWithSse2;

#else

const char* FindPortably(const char* start, const char* from, const char* end, JsonStringBytes* seen) {
  return FindByByte(from, end, seen);
}

const auto find_string_end = FindPortably;

#endif

}  // namespace

const char* FindJsonStringEnd(const char* start, const char* from, const char* end, JsonStringBytes* seen) {
  return find_string_end(start, from, end, seen);
}

}  // namespace millrace
