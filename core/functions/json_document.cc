#include "core/functions/json_document.h"

#include <charconv>

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
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
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
      case '{': return ParseObject(value, depth);
      case '[': return ParseArray(value, depth);
      case '"': value->kind = JsonValue::Kind::kString; return ParseString(&value->text);
      case 't': value->kind = JsonValue::Kind::kTrue; return TakeWord("true");
      case 'f': value->kind = JsonValue::Kind::kFalse; return TakeWord("false");
      case 'n': value->kind = JsonValue::Kind::kNull; return TakeWord("null");
      default: value->kind = JsonValue::Kind::kNumber; return ParseNumber(&value->text);
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
        case '/': *out += escaped; break;
        case 'b': *out += '\b'; break;
        case 'f': *out += '\f'; break;
        case 'n': *out += '\n'; break;
        case 'r': *out += '\r'; break;
        case 't': *out += '\t'; break;
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
        default: return false;
      }
    }
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
};

void AppendNumber(std::string_view text, std::string* out) {
  if (text.find_first_of(".eE") == std::string_view::npos) {
    *out += text;
    return;
  }
  const std::optional<double> value = ParseJavaDouble(text);
  value ? AppendJavaDouble(*value, out) : static_cast<void>(out->append(text));
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
  constexpr char kDigits[] = "0123456789ABCDEF";
  *out += '"';
  for (char c : text) {
    switch (c) {
      case '"': *out += "\\\""; break;
      case '\\': *out += "\\\\"; break;
      case '\b': *out += "\\b"; break;
      case '\f': *out += "\\f"; break;
      case '\n': *out += "\\n"; break;
      case '\r': *out += "\\r"; break;
      case '\t': *out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          *out += "\\u00";
          *out += kDigits[c >> 4];
          *out += kDigits[c & 15];
        } else {
          *out += c;
        }
    }
  }
  *out += '"';
}

void AppendScalarText(const JsonValue& value, std::string* out) {
  if (value.kind == JsonValue::Kind::kString) {
    *out += value.text;
  } else {
    AppendJson(value, out);
  }
}

void AppendJson(const JsonValue& value, std::string* out) {
  switch (value.kind) {
    case JsonValue::Kind::kNull: *out += "null"; break;
    case JsonValue::Kind::kFalse: *out += "false"; break;
    case JsonValue::Kind::kTrue: *out += "true"; break;
    case JsonValue::Kind::kNumber: AppendNumber(value.text, out); break;
    case JsonValue::Kind::kString: AppendQuotedJson(value.text, out); break;
    case JsonValue::Kind::kArray:
    case JsonValue::Kind::kObject: {
      const bool is_object = value.kind == JsonValue::Kind::kObject;
      *out += is_object ? '{' : '[';
      for (size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) *out += ',';
        if (is_object) {
          AppendQuotedJson(value.names[i], out);
          *out += ':';
        }
        AppendJson(value.items[i], out);
      }
      *out += is_object ? '}' : ']';
    }
  }
}

}  // namespace millrace
