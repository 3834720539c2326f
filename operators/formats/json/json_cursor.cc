#include "operators/formats/json/json_cursor.h"

#include "operators/formats/json/json_string.h"

namespace millrace {
namespace {

bool IsDigit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

}  // namespace

JsonCursor::String JsonCursor::LongStringAt(const char* at) {
  const JsonStringEnd found = FindJsonStringEnd(start_, at + 1, end_);
  non_ascii_ |= found.has_non_ascii;
  return {found.quote == end_ ? nullptr : found.quote + 1, found.has_escapes};
}

const char* JsonCursor::UsualNegative(const char* at, int64_t* value) {
  int64_t number = 0;
  const char* const behind = UsualDigits(at + 1, &number);
  *value = -number;
  return behind;
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
  out->resize(raw.size() + kUnescapeSlackBytes);
  const char* const end = UnescapeJsonString(raw, out->data());
  if (end == nullptr) return false;
  out->resize(static_cast<size_t>(end - out->data()));
  return true;
}

}  // namespace millrace
