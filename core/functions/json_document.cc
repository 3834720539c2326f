#include "core/functions/json_document.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <numeric>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "core/expr/number_text.h"
#include "core/functions/utf8.h"

namespace millrace {
namespace {

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  bool ParseWhole(JsonValue* value) {
    SkipBlanks();
    if (!ParseValue(value, 0)) return false;
    SkipBlanks();
    return at_ == text_.size();
  }

 private:
  static constexpr int kDepthMax = 512;

  void SkipBlanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  bool Take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool TakeWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool ParseValue(JsonValue* value, int depth) {
    if (at_ == text_.size() || depth > kDepthMax) return false;
    switch (text_[at_]) {
      case '{':
        return ParseObject(value, depth);
      case '[':
        return ParseArray(value, depth);
      case '"':
        value->kind = JsonValue::Kind::kString;
        return ParseString(&value->text);
      case 't':
        value->kind = JsonValue::Kind::kTrue;
        return TakeWord("true");
      case 'f':
        value->kind = JsonValue::Kind::kFalse;
        return TakeWord("false");
      case 'n':
        value->kind = JsonValue::Kind::kNull;
        return TakeWord("null");
      default:
        value->kind = JsonValue::Kind::kNumber;
        return ParseNumber(&value->text);
    }
  }

  bool ParseObject(JsonValue* value, int depth) {
    value->kind = JsonValue::Kind::kObject;
    ++at_;
    SkipBlanks();
    if (Take('}')) return true;
    while (true) {
      SkipBlanks();
      std::string name;
      if (at_ == text_.size() || text_[at_] != '"' || !ParseString(&name)) return false;
      SkipBlanks();
      if (!Take(':')) return false;
      SkipBlanks();
      JsonValue member;
      if (!ParseValue(&member, depth + 1)) return false;
      size_t i = 0;
      while (i < value->names.size() && value->names[i] != name) ++i;
      if (i < value->names.size()) {
        value->items[i] = std::move(member);
      } else {
        value->names.push_back(std::move(name));
        value->items.push_back(std::move(member));
      }
      SkipBlanks();
      if (Take('}')) return true;
      if (!Take(',')) return false;
    }
  }

  bool ParseArray(JsonValue* value, int depth) {
    value->kind = JsonValue::Kind::kArray;
    ++at_;
    SkipBlanks();
    if (Take(']')) return true;
    while (true) {
      SkipBlanks();
      if (!ParseValue(&value->items.emplace_back(), depth + 1)) return false;
      SkipBlanks();
      if (Take(']')) return true;
      if (!Take(',')) return false;
    }
  }

  size_t TakeDigits() {
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ - begin;
  }

  bool ParseNumber(std::string* out) {
    const size_t begin = at_;
    Take('-');
    const bool zero = at_ < text_.size() && text_[at_] == '0';
    const size_t num_digits = TakeDigits();
    if (num_digits == 0 || (zero && num_digits > 1)) return false;
    if (Take('.') && TakeDigits() == 0) return false;
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (!Take('+')) Take('-');
      if (TakeDigits() == 0) return false;
    }
    *out = text_.substr(begin, at_ - begin);
    return true;
  }

  bool TakeHex(uint32_t* unit) {
    if (text_.size() - at_ < 4) return false;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, begin + 4, *unit, 16);
    at_ += 4;
    return error == std::errc() && end == begin + 4;
  }

  bool ParseString(std::string* out) {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        *out += c;
        continue;
      }
      if (at_ == text_.size()) return false;
      const char escaped = text_[at_++];
      switch (escaped) {
        case '"':
        case '\\':
        case '/':
          *out += escaped;
          break;
        case 'b':
          *out += '\b';
          break;
        case 'f':
          *out += '\f';
          break;
        case 'n':
          *out += '\n';
          break;
        case 'r':
          *out += '\r';
          break;
        case 't':
          *out += '\t';
          break;
        case 'u': {
          uint32_t unit = 0;
          if (!TakeHex(&unit)) return false;
          if (unit >= 0xd800 && unit < 0xdc00 && TakeWord("\\u")) {
            uint32_t low = 0;
            if (!TakeHex(&low)) return false;
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
          }
          AppendCharacter(unit, out);
          break;
        }
        default:
          return false;
      }
    }
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
};

/// A number of JSON as Java's BigDecimal: digits without leading zeros and a scale.
struct Decimal {
  bool negative = false;
  std::string digits;
  int64_t scale = 0;
};

std::optional<Decimal> ParseBigDecimal(std::string_view text) {
  Decimal number;
  number.negative = text.starts_with('-');
  if (number.negative) text.remove_prefix(1);
  const size_t e = text.find_first_of("eE");
  std::string_view mantissa = text.substr(0, e);
  if (const size_t point = mantissa.find('.'); point != std::string_view::npos) {
    number.digits = mantissa.substr(0, point);
    number.digits += mantissa.substr(point + 1);
    number.scale = static_cast<int64_t>(mantissa.size() - point - 1);
  } else {
    number.digits = mantissa;
  }
  number.digits.erase(0, std::min(number.digits.find_first_not_of('0'), number.digits.size() - 1));
  if (number.digits == "0") number.negative = false;
  if (e != std::string_view::npos) {
    const std::string exponent(text.substr(text[e + 1] == '+' ? e + 2 : e + 1));
    if (exponent.size() > 6) return std::nullopt;
    number.scale -= std::stol(exponent);
  }
  return number;
}

constexpr int64_t kPlainZerosMax = 10'000;

void AppendPlain(const Decimal& number, std::string* out) {
  if (number.negative) *out += '-';
  const auto num_digits = static_cast<int64_t>(number.digits.size());
  if (number.scale <= 0) {
    *out += number.digits;
    if (number.digits != "0") out->append(static_cast<size_t>(-number.scale), '0');
  } else if (num_digits > number.scale) {
    out->append(number.digits, 0, static_cast<size_t>(num_digits - number.scale)).append(".");
    out->append(number.digits, static_cast<size_t>(num_digits - number.scale));
  } else {
    out->append("0.").append(static_cast<size_t>(number.scale - num_digits), '0').append(number.digits);
  }
}

void AppendScientific(const Decimal& number, int64_t exponent, std::string* out) {
  if (number.negative) *out += '-';
  *out += number.digits[0];
  if (number.digits.size() > 1) out->append(".").append(number.digits, 1);
  *out += 'E';
  if (exponent > 0) *out += '+';
  *out += std::to_string(exponent);
}

bool IsWhole(std::string_view text) {
  return text.find_first_of(".eE") == std::string_view::npos;
}

void AppendNumber(std::string_view text, JsonNumbers numbers, std::string* out) {
  if (numbers == JsonNumbers::kDoubles && !IsWhole(text)) {
    if (const std::optional<double> value = ParseJavaDouble(text)) return AppendJavaDouble(*value, out);
  }
  const std::optional<Decimal> number = IsWhole(text) ? std::nullopt : ParseBigDecimal(text);
  if (number && std::abs(number->scale) <= kPlainZerosMax) return AppendPlain(*number, out);
  *out += text;
}

/// Indexes of the members in the order of their names.
std::vector<size_t> OrderOf(const std::vector<std::string>& names) {
  std::vector<size_t> order(names.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return names[a] < names[b]; });
  return order;
}

bool NeedsEscape(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\';
}

/// How many bytes from the start need no escape.
size_t PlainPrefixSize(std::string_view text) {
  size_t at = 0;
#if defined(__SSE2__)
  for (; text.size() - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ' - 1)), bytes);
    const __m128i named =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    const int hits = _mm_movemask_epi8(_mm_or_si128(control, named));
    if (hits != 0) return at + static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(hits)));
  }
#endif
  while (at < text.size() && !NeedsEscape(text[at])) ++at;
  return at;
}

void AppendEscaped(char c, std::string* out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  *out += '\\';
  if (const size_t named = kNamed.find(c); named != std::string_view::npos) {
    *out += kNames[named];
  } else {
    *out += "u00";
    *out += kDigits[c >> 4];
    *out += kDigits[c & 15];
  }
}

}  // namespace

const JsonValue* JsonValue::Find(std::string_view name) const {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return &items[i];
  }
  return nullptr;
}

std::optional<JsonValue> ParseJson(std::string_view text) {
  JsonValue value;
  if (!JsonParser(text).ParseWhole(&value)) return std::nullopt;
  return value;
}

void AppendQuotedJson(std::string_view text, std::string* out) {
  *out += '"';
  while (true) {
    const size_t plain = PlainPrefixSize(text);
    out->append(text.data(), plain);
    if (plain == text.size()) break;
    AppendEscaped(text[plain], out);
    text.remove_prefix(plain + 1);
  }
  *out += '"';
}

void AppendScalarText(const JsonValue& value, std::string* out) {
  if (value.kind == JsonValue::Kind::kString) {
    *out += value.text;
    return;
  }
  const bool has_fraction = value.kind == JsonValue::Kind::kNumber && !IsWhole(value.text);
  const std::optional<Decimal> number = has_fraction ? ParseBigDecimal(value.text) : std::nullopt;
  if (!number) return AppendJson(value, JsonNumbers::kPlain, out);
  const int64_t exponent = static_cast<int64_t>(number->digits.size()) - 1 - number->scale;
  if (number->scale >= 0 && exponent >= -6) {
    AppendPlain(*number, out);
  } else {
    AppendScientific(*number, exponent, out);
  }
}

void AppendJsonObject(std::vector<std::pair<std::string, std::string>> members, std::string* out) {
  std::stable_sort(members.begin(), members.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  *out += '{';
  bool first = true;
  for (size_t i = 0; i < members.size(); ++i) {
    if (i + 1 < members.size() && members[i + 1].first == members[i].first) continue;
    if (!first) *out += ',';
    first = false;
    AppendQuotedJson(members[i].first, out);
    *out += ':';
    *out += members[i].second;
  }
  *out += '}';
}

void AppendJson(const JsonValue& value, JsonNumbers numbers, std::string* out) {
  switch (value.kind) {
    case JsonValue::Kind::kNull:
      *out += "null";
      break;
    case JsonValue::Kind::kFalse:
      *out += "false";
      break;
    case JsonValue::Kind::kTrue:
      *out += "true";
      break;
    case JsonValue::Kind::kNumber:
      AppendNumber(value.text, numbers, out);
      break;
    case JsonValue::Kind::kString:
      AppendQuotedJson(value.text, out);
      break;
    case JsonValue::Kind::kArray:
      *out += '[';
      for (size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) *out += ',';
        AppendJson(value.items[i], numbers, out);
      }
      *out += ']';
      break;
    case JsonValue::Kind::kObject: {
      *out += '{';
      bool first = true;
      for (size_t i : OrderOf(value.names)) {
        if (!first) *out += ',';
        first = false;
        AppendQuotedJson(value.names[i], out);
        *out += ':';
        AppendJson(value.items[i], numbers, out);
      }
      *out += '}';
    }
  }
}

}  // namespace millrace
