#include "operators/formats/json/json_string.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/functions/utf8.h"

namespace millrace {
namespace {

constexpr ptrdiff_t kBlockBytes = 64;

bool IsDigit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

/// The value of 4 hexadecimal digits; -1 when they are not.
int32_t FourHexDigits(std::string_view text) {
  if (text.size() < 4) return -1;
  int32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    const char c = text[i];
    const char lower = static_cast<char>(c | 0x20);
    int32_t digit;
    if (IsDigit(c)) {
      digit = c - '0';
    } else if (lower >= 'a' && lower <= 'f') {
      digit = lower - 'a' + 10;
    } else {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

/// What the character behind a backslash stands for; 0 when it is no such escape.
constexpr std::array<char, 256> kSimpleEscapes = [] {
  std::array<char, 256> values{};
  values['"'] = '"';
  values['\\'] = '\\';
  values['/'] = '/';
  values['b'] = '\b';
  values['f'] = '\f';
  values['n'] = '\n';
  values['r'] = '\r';
  values['t'] = '\t';
  return values;
}();

/// Writes the character that the escape at the beginning of `text` stands for ("\u0041", or two of them), and
/// moves `next` behind it; nullptr for a bad one.
char* UnescapeCodePoint(std::string_view text, const char** next, char* out) {
  const int32_t unit = text.substr(0, 2) == "\\u" ? FourHexDigits(text.substr(2)) : -1;
  if (unit < 0) return nullptr;
  *next += 6;
  if (unit < 0xd800 || unit > 0xdfff) return WriteCharacter(static_cast<uint32_t>(unit), out);
  const bool is_pair = unit < 0xdc00 && text.substr(6, 2) == "\\u";
  const int32_t low = is_pair ? FourHexDigits(text.substr(8)) : -1;
  if (low < 0xdc00 || low > 0xdfff) {
    *out = '?';
    return out + 1;
  }
  *next += 6;
  return WriteCharacter(
      0x10000 + (static_cast<uint32_t>(unit - 0xd800) << 10) + static_cast<uint32_t>(low - 0xdc00), out);
}

char* UnescapeByEscape(std::string_view raw, char* out) {
  const char* at = raw.data();
  const char* const end = at + raw.size();
  while (at != end) {
#if defined(__SSE2__)
    while (end - at >= 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
      const auto escapes =
          static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
      const int num_plain = escapes == 0 ? 16 : __builtin_ctz(escapes);
      at += num_plain;
      out += num_plain;
      if (escapes != 0) break;
    }
    if (at == end) break;
#endif
    if (*at != '\\') {
      *out++ = *at++;
      continue;
    }
    const char simple = end - at > 1 ? kSimpleEscapes[static_cast<unsigned char>(at[1])] : '\0';
    if (simple != '\0') {
      *out++ = simple;
      at += 2;
      continue;
    }
    out = UnescapeCodePoint({at, static_cast<size_t>(end - at)}, &at, out);
    if (out == nullptr) return nullptr;
  }
  return out;
}

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

#define MILLRACE_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))

bool HasAvx512() {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
         __builtin_cpu_supports("bmi2");
}

/// All escapes of a block at once, however many and wherever they are: a byte that is escaped is looked up in
/// the table of what it stands for, and the backslashes in front are left out. A string with code points is
/// left to the other way.
MILLRACE_AVX512 char* UnescapeWithAvx512(std::string_view raw, char* out) {
  const __m512i low_escapes = _mm512_loadu_si512(kSimpleEscapes.data());
  const __m512i high_escapes = _mm512_loadu_si512(kSimpleEscapes.data() + kBlockBytes);
  char* to = out;
  uint64_t carried_escape = 0;
  for (size_t i = 0; i < raw.size(); i += kBlockBytes) {
    const auto block_bytes = static_cast<uint32_t>(std::min<size_t>(raw.size() - i, kBlockBytes));
    const uint64_t in_string = _bzhi_u64(~uint64_t{0}, block_bytes);
    const __m512i bytes = _mm512_maskz_loadu_epi8(in_string, raw.data() + i);  // 0 behind the string
    const uint64_t backslashes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'));
    const uint64_t escaped = EscapedBytes(backslashes, &carried_escape);
    const __m512i meanings = _mm512_permutex2var_epi8(low_escapes, bytes, high_escapes);
    const uint64_t unknown = _mm512_testn_epi8_mask(meanings, meanings) | _mm512_movepi8_mask(bytes);
    if ((escaped & unknown) != 0) return UnescapeByEscape(raw, out);
    const uint64_t kept = in_string & (~backslashes | escaped);
    const __m512i unescaped = _mm512_mask_mov_epi8(bytes, escaped, meanings);
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi8(kept, unescaped));
    to += _mm_popcnt_u64(kept);
  }
  return carried_escape == 0 ? to : nullptr;
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

char* (*const UnescapeJsonString)(std::string_view raw, char* out) =
#if defined(__x86_64__)
    HasAvx512() ? UnescapeWithAvx512 :
#endif
                UnescapeByEscape;

}  // namespace millrace
