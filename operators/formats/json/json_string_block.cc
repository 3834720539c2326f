#include "operators/formats/json/json_string_block.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace millrace {
namespace {

#if defined(__x86_64__)

JsonStringBlock ReadWithSse2(const char* bytes) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  JsonStringBlock block{0, 0, false};
  __m128i seen = _mm_setzero_si128();
  for (int i = 0; i < 4; ++i) {
    const __m128i part = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + i);
    const auto mask_of = [](__m128i lanes) {
      return uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(lanes))};
    };
    block.quotes |= mask_of(_mm_cmpeq_epi8(part, quote)) << (16 * i);
    block.backslashes |= mask_of(_mm_cmpeq_epi8(part, backslash)) << (16 * i);
    seen = _mm_or_si128(seen, part);
  }
  block.has_non_ascii = _mm_movemask_epi8(seen) != 0;
  return block;
}

__attribute__((target("avx2"))) JsonStringBlock ReadWithAvx2(const char* bytes) {
  const __m256i quote = _mm256_set1_epi8('"');
  const __m256i backslash = _mm256_set1_epi8('\\');
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes) + 1);
  const auto mask = [](__m256i first, __m256i second) __attribute__((target("avx2"))) {
    return uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(first))} |
           uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(second))} << 32;
  };
  return {mask(_mm256_cmpeq_epi8(low, quote), _mm256_cmpeq_epi8(high, quote)),
          mask(_mm256_cmpeq_epi8(low, backslash), _mm256_cmpeq_epi8(high, backslash)),
          _mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0};
}

const auto read_block = __builtin_cpu_supports("avx2") ? ReadWithAvx2 : ReadWithSse2;

#else

JsonStringBlock ReadByByte(const char* bytes) {
  JsonStringBlock block{0, 0, false};
  for (int i = 0; i < JsonStringBlock::kBytes; ++i) {
    block.quotes |= uint64_t{bytes[i] == '"'} << i;
    block.backslashes |= uint64_t{bytes[i] == '\\'} << i;
    block.has_non_ascii |= static_cast<signed char>(bytes[i]) < 0;
  }
  return block;
}

const auto read_block = ReadByByte;

#endif

}  // namespace

JsonStringBlock ReadJsonStringBlock(const char* bytes) {
  return read_block(bytes);
}

}  // namespace millrace
