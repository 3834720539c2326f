#include "operators/formats/json/json_tree_text.h"

#include <utility>
#include <vector>

#include "core/expr/number_text.h"
#include "operators/formats/text/scalar_text.h"

namespace millrace {
namespace {

bool AppendStringText(JsonCursor* cursor, std::string* out) {
  std::string_view raw;
  bool has_escapes;
  if (!cursor->ReadString(&raw, &has_escapes)) return false;
  if (!has_escapes) {
    AppendQuotedJson(raw, out);
    return true;
  }
  std::string text;
  if (!JsonCursor::Unescape(raw, &text)) return cursor->Fail("has a bad escape in a string");
  AppendQuotedJson(text, out);
  return true;
}

/// BigDecimal.toString of the text of a number without its trailing zeros; digits may be many.
void AppendExactNumber(std::string_view text, std::string* out) {
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  std::string digits;
  int64_t scale = 0;
  size_t at = 0;
  bool behind_point = false;
  for (; at < text.size() && (text[at] | 0x20) != 'e'; ++at) {
    if (text[at] == '.') {
      behind_point = true;
      continue;
    }
    if (!digits.empty() || text[at] != '0') digits.push_back(text[at]);
    scale += behind_point ? 1 : 0;
  }
  if (at < text.size()) scale -= ParseIntegerText(text.substr(at + 1), -999'999'999, 999'999'999).value_or(0);
  if (digits.empty()) {
    out->push_back('0');
    return;
  }
  while (digits.back() == '0') {
    digits.pop_back();
    --scale;
  }
  if (negative) out->push_back('-');
  const auto num_digits = static_cast<int64_t>(digits.size());
  const int64_t adjusted = num_digits - 1 - scale;
  if (scale < 0 || adjusted < -6) {
    out->append(digits, 0, 1);
    if (num_digits > 1) out->append(".").append(digits, 1);
    out->append(adjusted < 0 ? "E" : "E+");
    AppendInteger(adjusted, out);
  } else if (scale == 0) {
    out->append(digits);
  } else if (scale < num_digits) {
    const auto integer_digits = static_cast<size_t>(num_digits - scale);
    out->append(digits, 0, integer_digits).append(".").append(digits, integer_digits);
  } else {
    out->append("0.").append(static_cast<size_t>(scale - num_digits), '0').append(digits);
  }
}

bool AppendNumberText(JsonCursor* cursor, bool exact_decimals, std::string* out) {
  std::string_view text;
  bool is_float;
  if (!cursor->ReadNumber(&text, &is_float)) return false;
  if (!is_float) {
    out->append(text == "-0" ? "0" : text);
  } else if (exact_decimals) {
    AppendExactNumber(text, out);
  } else {
    std::string number;
    AppendJavaDouble(ParseDoubleText(text).value_or(0), &number);
    const bool finite = number.find('I') == std::string::npos;
    out->append(finite ? number : '"' + number + '"');
  }
  return true;
}

bool AppendObjectText(JsonCursor* cursor, bool exact_decimals, std::string* out, int depth) {
  std::vector<std::pair<std::string, std::string>> members;  // quoted name, value
  cursor->Consume('{');
  cursor->SkipSpace();
  if (!cursor->Consume('}')) {
    while (true) {
      if (cursor->Peek() != '"') return cursor->Fail("has no field name where one is expected");
      std::string name;
      if (!AppendStringText(cursor, &name)) return false;
      cursor->SkipSpace();
      if (!cursor->Consume(':')) return cursor->Fail("has no ':' behind a field name");
      cursor->SkipSpace();
      std::string value;
      if (!AppendTreeText(cursor, exact_decimals, &value, depth + 1)) return false;
      bool is_new = true;
      for (auto& member : members) {
        if (member.first == name) {
          member.second = value;
          is_new = false;
        }
      }
      if (is_new) members.emplace_back(std::move(name), std::move(value));
      cursor->SkipSpace();
      if (cursor->Consume('}')) break;
      if (!cursor->Consume(',')) return cursor->Fail("has neither ',' nor '}' behind a field");
      cursor->SkipSpace();
    }
  }
  out->push_back('{');
  for (size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out->push_back(',');
    out->append(members[i].first).append(":").append(members[i].second);
  }
  out->push_back('}');
  return true;
}

bool AppendArrayText(JsonCursor* cursor, bool exact_decimals, std::string* out, int depth) {
  cursor->Consume('[');
  out->push_back('[');
  cursor->SkipSpace();
  if (!cursor->Consume(']')) {
    while (true) {
      if (!AppendTreeText(cursor, exact_decimals, out, depth + 1)) return false;
      cursor->SkipSpace();
      if (cursor->Consume(']')) break;
      if (!cursor->Consume(',')) return cursor->Fail("has neither ',' nor ']' behind an element");
      cursor->SkipSpace();
      out->push_back(',');
    }
  }
  out->push_back(']');
  return true;
}

}  // namespace

bool AppendTreeText(JsonCursor* cursor, bool exact_decimals, std::string* out, int depth) {
  if (depth > JsonCursor::kDepthMax) return cursor->Fail("is nested too deeply");
  const auto append_literal = [&](std::string_view literal) {
    if (!cursor->ReadLiteral(literal)) return false;
    out->append(literal);
    return true;
  };
  switch (cursor->Kind()) {
    case JsonKind::kNull:
      return append_literal("null");
    case JsonKind::kTrue:
      return append_literal("true");
    case JsonKind::kFalse:
      return append_literal("false");
    case JsonKind::kNumber:
      return AppendNumberText(cursor, exact_decimals, out);
    case JsonKind::kString:
      return AppendStringText(cursor, out);
    case JsonKind::kObject:
      return AppendObjectText(cursor, exact_decimals, out, depth);
    case JsonKind::kArray:
      return AppendArrayText(cursor, exact_decimals, out, depth);
    case JsonKind::kInvalid:
      return cursor->Fail(cursor->AtEnd() ? "ends too early" : "is not a JSON value");
  }
  return false;
}

}  // namespace millrace
