#include "operators/formats/json/json_cursor.h"

#include <algorithm>
#include <array>

#include "core/functions/utf8.h"
#include "operators/formats/json/json_string_end.h"

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

}  // namespace

const char* JsonCursor::LongString(const char* at, std::string_view* raw, bool* has_escapes) {
  const char* const begin = at + 1;
  const JsonStringEnd found = FindJsonStringEnd(start_, begin, end_);
  *has_escapes = found.has_escapes;
  non_ascii_ |= found.has_non_ascii;
  if (found.quote == end_) return nullptr;
  *raw = {begin, static_cast<size_t>(found.quote - begin)};
  return found.quote + 1;
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

bool JsonCursor::Unescape(std::string_view raw, std::string* out) {
  out->resize(raw.size());
  const char* const end = Unescape(raw, out->data());
  if (end == nullptr) return false;
  out->resize(static_cast<size_t>(end - out->data()));
  return true;
}

}  // namespace millrace
