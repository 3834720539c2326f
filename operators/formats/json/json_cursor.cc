#include "operators/formats/json/json_cursor.h"

#include <algorithm>

#include "core/functions/utf8.h"

namespace millrace {
namespace {

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

/// Writes what the escape that `text` begins with stands for, and moves `next` behind it; nullptr for a bad
/// one.
char* UnescapeOne(std::string_view text, const char** next, char* out) {
  if (text.size() < 2) return nullptr;
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  const char c = text[1];
  *next += 2;
  if (const size_t index = kNames.find(c); index != std::string_view::npos) {
    *out = kValues[index];
    return out + 1;
  }
  int32_t unit;
  if (c != 'u' || (unit = FourHexDigits(text.substr(2))) < 0) return nullptr;
  *next += 4;
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

}  // namespace

const char* JsonCursor::FindClosingQuote(const char* from, bool* has_escapes) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const auto load = [](const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); };
  const auto hits_of = [&](__m128i bytes) {
    return _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
  };
  __m128i seen = _mm_setzero_si128();
  uint32_t escaped = 0;  // 1: the first byte of the block is behind a backslash
  while (from < end_ && end_ - start_ >= 16) {
    if (escaped == 0 && end_ - from >= 32) {
      const __m128i first = load(from);
      const __m128i second = load(from + 16);
      if (_mm_movemask_epi8(_mm_or_si128(hits_of(first), hits_of(second))) == 0) {
        seen = _mm_or_si128(seen, _mm_or_si128(first, second));
        from += 32;
        continue;
      }
    }
    // The last block ends with the text and overlaps the one before.
    const int num_passed = static_cast<int>(std::max<ptrdiff_t>(16 - (end_ - from), 0));
    const __m128i bytes = load(from - num_passed);
    const auto mask_of = [num_passed](__m128i lanes) {
      return static_cast<uint32_t>(_mm_movemask_epi8(lanes)) >> num_passed;
    };
    seen = _mm_or_si128(seen, bytes);
    const uint32_t quotes = mask_of(_mm_cmpeq_epi8(bytes, quote));
    uint32_t hits = mask_of(hits_of(bytes)) & ~escaped;
    escaped = 0;
    while (hits != 0) {
      const int index = __builtin_ctz(hits);
      const uint32_t bit = uint32_t{1} << index;
      if ((quotes & bit) != 0) {
        non_ascii_ |= _mm_movemask_epi8(seen) != 0;
        return from + index;
      }
      *has_escapes = true;
      hits &= ~(bit * 3);  // the escaped character may be a quote: skip it unseen
      if (index == 15) escaped = 1;
    }
    if (num_passed > 0) break;
    from += 16;
  }
  if (end_ - start_ >= 16) return end_;
#endif
  for (; from < end_; ++from) {
    if (*from == '"') return from;
    non_ascii_ |= static_cast<signed char>(*from) < 0;
    if (*from != '\\' || from + 1 == end_) continue;
    *has_escapes = true;
    ++from;
    non_ascii_ |= static_cast<signed char>(*from) < 0;
  }
  return end_;
}

bool JsonCursor::ReadLongString(std::string_view* raw, bool* has_escapes) {
  const char* const begin = position_ + 1;
  *has_escapes = false;
  const char* const quote = FindClosingQuote(begin, has_escapes);
  if (quote == end_) {
    position_ = end_;
    return Fail("ends inside a string");
  }
  *raw = {begin, static_cast<size_t>(quote - begin)};
  position_ = quote + 1;
  return true;
}

bool JsonCursor::ReadNumber(std::string_view* text, bool* is_float) {
  const char* const begin = position_;
  const char* at = begin;
  *is_float = false;
  if (at != end_ && *at == '-') ++at;
  const char* const first_digit = at;
  while (at != end_ && IsDigit(*at)) ++at;
  if (at == first_digit) return Fail("is not a JSON value");
  if (*first_digit == '0' && at - first_digit > 1) return Fail("has a number with leading zeros");
  if (at != end_ && *at == '.') {
    *is_float = true;
    const char* const fraction = ++at;
    while (at != end_ && IsDigit(*at)) ++at;
    if (at == fraction) return Fail("has a number without digits behind its point");
  }
  if (at != end_ && (*at | 0x20) == 'e') {
    *is_float = true;
    ++at;
    if (at != end_ && (*at == '+' || *at == '-')) ++at;
    const char* const exponent = at;
    while (at != end_ && IsDigit(*at)) ++at;
    if (at == exponent) return Fail("has a number without digits in its exponent");
  }
  *text = {begin, static_cast<size_t>(at - begin)};
  position_ = at;
  return true;
}

bool JsonCursor::SkipValue(int depth) {
  if (depth > kDepthMax) return Fail("is nested too deeply");
  std::string_view text;
  bool flag;
  switch (Kind()) {
    case JsonKind::kNull:
      return ReadLiteral("null");
    case JsonKind::kTrue:
      return ReadLiteral("true");
    case JsonKind::kFalse:
      return ReadLiteral("false");
    case JsonKind::kNumber:
      return ReadNumber(&text, &flag);
    case JsonKind::kString:
      return ReadString(&text, &flag);
    case JsonKind::kObject:
      return SkipObject(depth);
    case JsonKind::kArray:
      return SkipArray(depth);
    case JsonKind::kInvalid:
      return Fail(AtEnd() ? "ends too early" : "is not a JSON value");
  }
  return false;
}

bool JsonCursor::SkipObject(int depth) {
  ++position_;
  SkipSpace();
  if (Consume('}')) return true;
  while (true) {
    std::string_view name;
    bool has_escapes;
    if (Peek() != '"') return Fail("has no field name where one is expected");
    if (!ReadString(&name, &has_escapes)) return false;
    SkipSpace();
    if (!Consume(':')) return Fail("has no ':' behind a field name");
    SkipSpace();
    if (!SkipValue(depth + 1)) return false;
    SkipSpace();
    if (Consume('}')) return true;
    if (!Consume(',')) return Fail("has neither ',' nor '}' behind a field");
    SkipSpace();
  }
}

bool JsonCursor::SkipArray(int depth) {
  ++position_;
  SkipSpace();
  if (Consume(']')) return true;
  while (true) {
    if (!SkipValue(depth + 1)) return false;
    SkipSpace();
    if (Consume(']')) return true;
    if (!Consume(',')) return Fail("has neither ',' nor ']' behind an element");
    SkipSpace();
  }
}

char* JsonCursor::Unescape(std::string_view raw, char* out) {
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
    out = UnescapeOne({at, static_cast<size_t>(end - at)}, &at, out);
    if (out == nullptr) return nullptr;
  }
  return out;
}

bool JsonCursor::Unescape(std::string_view raw, std::string* out) {
  out->resize(raw.size());
  const char* const end = Unescape(raw, out->data());
  if (end == nullptr) return false;
  out->resize(static_cast<size_t>(end - out->data()));
  return true;
}

}  // namespace millrace
