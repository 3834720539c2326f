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

}  // namespace

const char* JsonCursor::FindQuoteOrBackslash(const char* from) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  while (end_ - from >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const int hits =
        _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    const int high = _mm_movemask_epi8(bytes);
    if (hits != 0) {
      const int index = __builtin_ctz(static_cast<unsigned>(hits));
      non_ascii_ |= (high & ((1 << index) - 1)) != 0;
      return from + index;
    }
    non_ascii_ |= high != 0;
    from += 16;
  }
#endif
  for (; from != end_; ++from) {
    if (*from == '"' || *from == '\\') return from;
    non_ascii_ |= static_cast<signed char>(*from) < 0;
  }
  return end_;
}

bool JsonCursor::ReadLongString(std::string_view* raw, bool* has_escapes) {
  const char* const begin = position_ + 1;
  const char* at = FindQuoteOrBackslash(begin);
  *has_escapes = false;
  while (at != end_ && *at == '\\') {
    *has_escapes = true;
    // The escaped character may be a quote: skip it unseen.
    if (end_ - at < 2) break;
    at = FindQuoteOrBackslash(at + 2);
  }
  if (at == end_ || *at != '"') {
    position_ = end_;
    return Fail("ends inside a string");
  }
  *raw = {begin, static_cast<size_t>(at - begin)};
  position_ = at + 1;
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

bool JsonCursor::Unescape(std::string_view raw, std::string* out) {
  out->clear();
  for (size_t at = 0; at < raw.size();) {
    if (raw[at] != '\\') {
      const size_t next = std::min(raw.find('\\', at), raw.size());
      out->append(raw.substr(at, next - at));
      at = next;
      continue;
    }
    if (at + 1 == raw.size()) return false;
    static constexpr std::string_view kNames = "\"\\/bfnrt";
    static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const char c = raw[at + 1];
    at += 2;
    if (const size_t index = kNames.find(c); index != std::string_view::npos) {
      out->push_back(kValues[index]);
      continue;
    }
    int32_t unit;
    if (c != 'u' || (unit = FourHexDigits(raw.substr(at))) < 0) return false;
    at += 4;
    if (unit < 0xd800 || unit > 0xdfff) {
      AppendCharacter(static_cast<uint32_t>(unit), out);
      continue;
    }
    const bool is_pair = unit < 0xdc00 && raw.substr(at, 2) == "\\u";
    const int32_t low = is_pair ? FourHexDigits(raw.substr(at + 2)) : -1;
    if (low >= 0xdc00 && low <= 0xdfff) {
      AppendCharacter(
          0x10000 + (static_cast<uint32_t>(unit - 0xd800) << 10) + static_cast<uint32_t>(low - 0xdc00), out);
      at += 6;
    } else {
      out->push_back('?');
    }
  }
  return true;
}

}  // namespace millrace
