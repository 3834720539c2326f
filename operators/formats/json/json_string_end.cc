#include "operators/formats/json/json_string_end.h"

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

JsonStringEnd FindByByte(const char* from, const char* end) {
  JsonStringEnd found{end};
  for (; from < end; ++from) {
    if (*from == '"') {
      found.quote = from;
      break;
    }
    found.has_non_ascii |= static_cast<signed char>(*from) < 0;
    if (*from != '\\' || from + 1 == end) continue;
    found.has_escapes = true;
    ++from;
    found.has_non_ascii |= static_cast<signed char>(*from) < 0;
  }
  return found;
}

/// Whether the string ends among a block's bytes from its byte number `num_passed` on, the first of which is
/// at `from`.
[[gnu::always_inline]] inline bool EndsInBlock(const Block& block, int num_passed, const char* from,
                                               uint64_t* carried_escape, JsonStringEnd* found) {
  const uint64_t backslashes = block.backslashes >> num_passed;
  uint64_t quotes = block.quotes >> num_passed;
  if ((backslashes | *carried_escape) != 0) quotes &= ~EscapedBytes(backslashes, carried_escape);
  found->has_non_ascii |= block.has_non_ascii;
  const uint64_t before_quote = (quotes - 1) & ~quotes;  // all, when there is none
  found->has_escapes |= (backslashes & before_quote) != 0;
  if (quotes == 0) return false;
  found->quote = from + __builtin_ctzll(quotes);
  return true;
}

template <class ReadBlock>
[[gnu::always_inline]] inline JsonStringEnd FindByBlock(const char* start, const char* from, const char* end,
                                                        ReadBlock read_block) {
  if (end - start < kBlockBytes) return FindByByte(from, end);
  JsonStringEnd found{end};
  uint64_t carried_escape = 0;  // 1: the block's first byte is behind a backslash that escapes it
  for (; end - from >= kBlockBytes; from += kBlockBytes) {
    if (EndsInBlock(read_block(from), 0, from, &carried_escape, &found)) return found;
  }
  if (from == end) return found;
  // The last block ends with the text and overlaps the one before.
  const auto num_passed = static_cast<int>(kBlockBytes - (end - from));
  EndsInBlock(read_block(end - kBlockBytes), num_passed, from, &carried_escape, &found);
  return found;
}

#if defined(__x86_64__)

JsonStringEnd FindWithSse2(const char* start, const char* from, const char* end) {
  return FindByBlock(start, from, end, [](const char* bytes) {
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

MILLRACE_AVX2 JsonStringEnd FindWithAvx2(const char* start, const char* from, const char* end) {
  return FindByBlock(start, from, end, [](const char* bytes) MILLRACE_AVX2 {
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

#else

JsonStringEnd FindPortably(const char* start, const char* from, const char* end) {
  return FindByByte(from, end);
}

#endif

}  // namespace

JsonStringEnd (*const FindJsonStringEnd)(const char* start, const char* from, const char* end) =
#if defined(__x86_64__)
    __builtin_cpu_supports("avx2") ? FindWithAvx2 : FindWithSse2;
#else
    FindPortably;
#endif

}  // namespace millrace
