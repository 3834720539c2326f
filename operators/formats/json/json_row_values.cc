#include <charconv>
#include <cmath>
#include <limits>

#include "core/descriptor/option_text.h"
#include "operators/formats/json/json_row_node.h"
#include "operators/formats/json/json_row_reader.h"
#include "operators/formats/json/json_string.h"
#include "operators/formats/json/json_tree_text.h"
#include "operators/formats/text/scalar_text.h"

namespace millrace {

JsonRowReader::Outcome JsonRowReader::BadValue(const Node& node, const char* begin) {
  cursor_->set_position(begin);
  if (!cursor_->SkipValue()) return Outcome::kBadSyntax;
  if (options_.ignore_parse_errors) return Outcome::kBadValue;
  expected_ = node.type.ToStringWithoutNullability();
  found_ = Excerpt({begin, static_cast<size_t>(cursor_->position() - begin)});
  return Outcome::kBadValue;
}

JsonRowReader::Outcome JsonRowReader::ReadText(std::string_view* text) {
  bool has_escapes;
  if (!cursor_->ReadString(text, &has_escapes)) return Outcome::kBadSyntax;
  if (!has_escapes) return Outcome::kOk;
  if (!JsonCursor::Unescape(*text, &scratch_)) {
    cursor_->Fail("has a bad escape in a string");
    return Outcome::kBadSyntax;
  }
  *text = scratch_;
  return Outcome::kOk;
}

void JsonRowReader::AppendText(Node* node, std::string_view text, bool is_in_record) {
  if (zero_copy_ && is_in_record) {
    node->builder->AppendStringRef(StringRef(text));
  } else {
    node->builder->AppendString(text);
  }
}

JsonRowReader::Outcome JsonRowReader::AppendUnescaped(Node* node, std::string_view raw) {
  const size_t size_max = raw.size() + kUnescapeSlackBytes;
  char* const text = node->builder->WriteString(size_max);
  const char* const end = UnescapeJsonString(raw, text);
  if (end == nullptr) {
    cursor_->Fail("has a bad escape in a string");
    return Outcome::kBadSyntax;
  }
  node->builder->AppendWrittenString(text, static_cast<size_t>(end - text), size_max);
  return Outcome::kOk;
}

JsonRowReader::Outcome JsonRowReader::ReadBoolean(Node* node) {
  const char* const begin = cursor_->position();
  bool value = false;
  switch (cursor_->Kind()) {
    case JsonKind::kTrue:
      if (!cursor_->ReadLiteral("true")) return Outcome::kBadSyntax;
      value = true;
      break;
    case JsonKind::kFalse:
      if (!cursor_->ReadLiteral("false")) return Outcome::kBadSyntax;
      break;
    case JsonKind::kString: {
      std::string_view text;
      if (const Outcome outcome = ReadText(&text); outcome != Outcome::kOk) return outcome;
      value = EqualsIgnoringCase(TrimControls(text), "true");
      break;
    }
    case JsonKind::kNumber:  // Boolean.parseBoolean of anything else is false
      if (!cursor_->SkipValue()) return Outcome::kBadSyntax;
      break;
    default:
      return BadValue(*node, begin);
  }
  node->builder->Append<uint8_t>(value ? 1 : 0);
  return Outcome::kOk;
}

template <class T>
JsonRowReader::Outcome JsonRowReader::ReadInteger(Node* node) {
  constexpr int64_t kMin = std::numeric_limits<T>::min();
  constexpr int64_t kMax = std::numeric_limits<T>::max();
  const char* const begin = cursor_->position();
  int64_t value;
  if (cursor_->ReadShortInteger(&value)) {
    if (value < kMin || value > kMax) return BadValue(*node, begin);
    node->builder->Append(static_cast<T>(value));
    return Outcome::kOk;
  }
  std::optional<int64_t> parsed;
  const JsonKind kind = cursor_->Kind();
  std::string_view text;
  if (kind == JsonKind::kNumber) {
    bool is_float;
    if (!cursor_->ReadNumber(&text, &is_float)) return Outcome::kBadSyntax;
    if (!is_float) {
      parsed = ParseIntegerText(text, kMin, kMax);
    } else if (sizeof(T) >= 4) {
      // Fractions are cut, as Jackson does for INT and BIGINT only.
      const double number = ParseDoubleText(text).value_or(std::numeric_limits<double>::infinity());
      const double whole = std::trunc(number);
      if (whole >= static_cast<double>(kMin) && whole <= static_cast<double>(kMax) && whole < 0x1p63) {
        parsed = static_cast<int64_t>(whole);
      }
    }
  } else if (kind == JsonKind::kString) {
    if (const Outcome outcome = ReadText(&text); outcome != Outcome::kOk) return outcome;
    parsed = ParseIntegerText(TrimControls(text), kMin, kMax);
  }
  if (!parsed) return BadValue(*node, begin);
  node->builder->Append(static_cast<T>(*parsed));
  return Outcome::kOk;
}

template <class T>
JsonRowReader::Outcome JsonRowReader::ReadFloating(Node* node) {
  const char* const begin = cursor_->position();
  const auto parse = [](std::string_view text) -> std::optional<T> {
    if constexpr (sizeof(T) == sizeof(double)) {
      return ParseDoubleText(text);
    } else {
      return ParseFloatText(text);
    }
  };
  std::string_view text;
  std::optional<T> value;
  const JsonKind kind = cursor_->Kind();
  if (kind == JsonKind::kNumber) {
    bool is_float;
    if (!cursor_->ReadNumber(&text, &is_float)) return Outcome::kBadSyntax;
    T number;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc()) {
      value = number;
    } else {
      value = parse(text);
    }
  } else if (kind == JsonKind::kString) {
    if (const Outcome outcome = ReadText(&text); outcome != Outcome::kOk) return outcome;
    value = parse(text);
  }
  if (!value) return BadValue(*node, begin);
  node->builder->Append(*value);
  return Outcome::kOk;
}

JsonRowReader::Outcome JsonRowReader::ReadDecimal(Node* node) {
  const char* const begin = cursor_->position();
  const JsonKind kind = cursor_->Kind();
  std::string_view text;
  if (kind == JsonKind::kNumber) {
    bool is_float;
    if (!cursor_->ReadNumber(&text, &is_float)) return Outcome::kBadSyntax;
  } else if (kind == JsonKind::kString) {
    if (const Outcome outcome = ReadText(&text); outcome != Outcome::kOk) return outcome;
    text = TrimControls(text);
  } else {
    return BadValue(*node, begin);
  }
  if (!IsDecimalText(text)) return BadValue(*node, begin);
  AppendDecimalValue(node->type, text, node->builder);
  return Outcome::kOk;
}

JsonRowReader::Outcome JsonRowReader::ReadString(Node* node) {
  const char* const begin = cursor_->position();
  std::string_view text;
  bool flag;
  switch (cursor_->Kind()) {
    case JsonKind::kString:
      if (!cursor_->ReadString(&text, &flag)) return Outcome::kBadSyntax;
      if (flag) return AppendUnescaped(node, text);
      AppendText(node, text, true);
      return Outcome::kOk;
    case JsonKind::kObject:
    case JsonKind::kArray:
      scratch_.clear();
      if (!AppendTreeText(cursor_, exact_decimals_, &scratch_)) return Outcome::kBadSyntax;
      AppendText(node, scratch_, false);
      return Outcome::kOk;
    default:
      // Numbers and booleans as they are written.
      if (!cursor_->SkipValue()) return Outcome::kBadSyntax;
      AppendText(node, {begin, static_cast<size_t>(cursor_->position() - begin)}, true);
      return Outcome::kOk;
  }
}

JsonRowReader::Outcome JsonRowReader::ReadBytes(Node* node) {
  const char* const begin = cursor_->position();
  if (cursor_->Kind() != JsonKind::kString) return BadValue(*node, begin);
  std::string_view text;
  if (const Outcome outcome = ReadText(&text); outcome != Outcome::kOk) return outcome;
  std::string bytes;
  if (!ParseBase64(text, &bytes)) return BadValue(*node, begin);
  node->builder->AppendString(bytes);
  return Outcome::kOk;
}

JsonRowReader::Outcome JsonRowReader::ReadTemporal(Node* node) {
  const char* const begin = cursor_->position();
  if (cursor_->Kind() != JsonKind::kString) return BadValue(*node, begin);
  std::string_view text;
  if (const Outcome outcome = ReadText(&text); outcome != Outcome::kOk) return outcome;
  if (node->type.IsTimestamp()) {
    return AppendTimestamp(node, text) ? Outcome::kOk : BadValue(*node, begin);
  }
  if (node->kind == TypeKind::kDate) {
    const auto days = ParseStrictDate(text);
    if (!days) return BadValue(*node, begin);
    node->builder->Append<int32_t>(*days);
  } else {
    const auto nanos = ParseStrictTime(text);
    if (!nanos) return BadValue(*node, begin);
    node->builder->Append<int32_t>(TimeMillis(node->type, *nanos));
  }
  return Outcome::kOk;
}

bool JsonRowReader::AppendTimestamp(Node* node, std::string_view text) {
  const auto time = ParseStrictTimestamp(text, timestamp_separator_, &date_cache_);
  if (!time) return false;
  int32_t offset_seconds = 0;
  if (options_.timestamps == TimestampStandard::kIso8601WithOffset) {
    if (!time->rest.empty()) {
      const auto offset = ParseZoneOffset(time->rest);
      if (!offset) return false;
      offset_seconds = *offset;
    }
  } else if (time->rest != (node->kind == TypeKind::kTimestampLtz ? "Z" : "")) {
    return false;
  }
  AppendTimestampValue(node->type, *time, offset_seconds, node->builder);
  return true;
}

JsonRowReader::Outcome JsonRowReader::ReadValue(Node* node) {
  switch (node->kind) {
    case TypeKind::kBoolean:
      return ReadBoolean(node);
    case TypeKind::kTinyint:
      return ReadInteger<int8_t>(node);
    case TypeKind::kSmallint:
      return ReadInteger<int16_t>(node);
    case TypeKind::kInteger:
    case TypeKind::kIntervalYearMonth:
      return ReadInteger<int32_t>(node);
    case TypeKind::kBigint:
    case TypeKind::kIntervalDayTime:
      return ReadInteger<int64_t>(node);
    case TypeKind::kFloat:
      return ReadFloating<float>(node);
    case TypeKind::kDouble:
      return ReadFloating<double>(node);
    case TypeKind::kDecimal:
      return ReadDecimal(node);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return ReadString(node);
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return ReadBytes(node);
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return ReadTemporal(node);
    case TypeKind::kRow:
      return ReadNestedRow(node);
    case TypeKind::kArray:
      return ReadArray(node);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return ReadMap(node);
    case TypeKind::kNull:
      break;
  }
  return BadValue(*node, cursor_->position());
}

JsonRowReader::Outcome JsonRowReader::ReadNullable(Node* node) {
  JsonCursor& cursor = *cursor_;
  if (cursor.Peek() == 'n') {
    if (!cursor.ReadLiteral("null")) return Outcome::kBadSyntax;
    node->builder->AppendNull();
    return Outcome::kOk;
  }
  if (!options_.ignore_parse_errors) return ReadValue(node);
  const char* const begin = cursor.position();
  const uint32_t num_rows = node->builder->size();
  const Outcome outcome = ReadValue(node);
  if (outcome != Outcome::kBadValue) return outcome;
  cursor.set_position(begin);
  if (!cursor.SkipValue()) return Outcome::kBadSyntax;
  node->builder->TruncateTo(num_rows);
  node->builder->AppendNull();
  path_.clear();
  return Outcome::kOk;
}

}  // namespace millrace
