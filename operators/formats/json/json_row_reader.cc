#include "operators/formats/json/json_row_reader.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/strings/string_view.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/descriptor/option_text.h"
#include "operators/api/error_codes.h"
#include "operators/formats/json/json_tree_text.h"
#include "operators/formats/text/scalar_text.h"

namespace millrace {
namespace {

constexpr uint32_t kNoField = 0xffffffffu;
constexpr size_t kLinearLookupMax = 8;

bool HasDecimal(const DataType& type) {
  if (type.kind() == TypeKind::kDecimal) return true;
  for (const Field& field : type.fields()) {
    if (HasDecimal(field.type)) return true;
  }
  return false;
}

struct MapEntry {
  std::string_view raw_key;
  std::string unescaped_key;
  bool has_escapes = false;
  bool is_overridden = false;  // a later entry has the same key
  const char* value = nullptr;

  std::string_view key() const { return has_escapes ? std::string_view(unescaped_key) : raw_key; }
};

void MarkOverriddenEntries(std::vector<MapEntry>* entries) {
  if (entries->size() <= kLinearLookupMax) {
    for (size_t i = 0; i < entries->size(); ++i) {
      for (size_t j = i + 1; j < entries->size(); ++j) {
        (*entries)[i].is_overridden |= (*entries)[i].key() == (*entries)[j].key();
      }
    }
    return;
  }
  absl::flat_hash_set<std::string_view> keys;
  for (size_t i = entries->size(); i-- > 0;) {
    (*entries)[i].is_overridden = !keys.insert((*entries)[i].key()).second;
  }
}

}  // namespace

/// A column or a part of one. A node is never entered again before it is left: types do not contain
/// themselves.
struct JsonRowReader::Node {
  std::string name;
  std::string name_and_quote;  // as it stands in most records
  DataType type;
  TypeKind kind = TypeKind::kNull;
  ColumnBuilder* builder = nullptr;
  std::vector<Node> children;
  // ROW: the number of the row that last had field i.
  std::vector<uint64_t> seen_in_row;
  uint64_t row_number = 0;
  absl::flat_hash_map<std::string, uint32_t> index_of_name;  // when there are many
  std::vector<MapEntry> entries;                             // MAP
};

JsonRowReader::Node JsonRowReader::MakeNode(const std::string& name, const DataType& type) {
  Node node;
  node.name = name;
  node.name_and_quote = name + '"';
  node.type = type;
  node.kind = type.kind();
  for (const Field& field : type.fields()) node.children.push_back(MakeNode(field.name, field.type));
  node.seen_in_row.resize(node.children.size());
  if (node.children.size() > kLinearLookupMax) {
    for (uint32_t i = 0; i < node.children.size(); ++i) node.index_of_name.emplace(node.children[i].name, i);
  }
  return node;
}

JsonRowReader::JsonRowReader(const std::vector<Field>& columns, const JsonOptions& options)
    : options_(options) {
  const DataType row = DataType::Row(columns);
  exact_decimals_ = HasDecimal(row);
  root_ = std::make_unique<Node>(MakeNode("", row));
}

JsonRowReader::~JsonRowReader() = default;

void JsonRowReader::BindNode(Node* node, ColumnBuilder* builder, const BufferPtr& keep_alive) {
  node->builder = builder;
  if (keep_alive != nullptr && node->type.IsCharacter()) builder->KeepAlive(keep_alive);
  for (size_t i = 0; i < node->children.size(); ++i)
    BindNode(&node->children[i], &builder->child(i), keep_alive);
}

void JsonRowReader::Bind(std::span<ColumnBuilder* const> columns, const BufferPtr& keep_alive) {
  zero_copy_ = keep_alive != nullptr;
  for (size_t i = 0; i < columns.size(); ++i) BindNode(&root_->children[i], columns[i], keep_alive);
}

bool JsonRowReader::ReadRow(JsonCursor* cursor) {
  cursor_ = cursor;
  is_missing_ = false;
  path_.clear();
  if (!cursor->Consume('{')) {
    expected_ = "an object";
    found_ = std::string(1, cursor->Peek());
    outcome_ = cursor->AtEnd() ? Outcome::kBadSyntax : Outcome::kBadValue;
    if (cursor->AtEnd()) cursor->Fail("is empty");
    return false;
  }
  outcome_ = ReadMembers(root_.get());
  return outcome_ == Outcome::kOk;
}

Status JsonRowReader::Failure(const JsonCursor& cursor) const {
  Status status;
  if (outcome_ == Outcome::kBadSyntax) {
    status = Status(kBadRecord, std::string("record is not valid JSON, it ") + cursor.error() + ": byte " +
                                    std::to_string(cursor.offset()));
  } else if (is_missing_) {
    return Status(kBadRecord, "JSON record has no field '" + path_ + "'")
        .WithSuggestion("add the field or set 'json.fail-on-missing-field' = 'false' to read NULL");
  } else {
    const std::string where = path_.empty() ? "JSON record" : "JSON value of field '" + path_ + "'";
    status = Status(kBadRecord, where + " is not " + expected_ + ": " + found_);
  }
  return status.WithSuggestion(
      "correct the record or set 'json.ignore-parse-errors' = 'true' to skip what is wrong");
}

bool JsonRowReader::MatchName(const Node& row, uint32_t expected, uint32_t* index) {
  // Right behind the opening quote.
  if (expected < row.children.size()) {
    const std::string& wanted = row.children[expected].name_and_quote;
    const char* at = cursor_->position() + 1;
    if (static_cast<size_t>(cursor_->end() - at) >= wanted.size() &&
        std::memcmp(at, wanted.data(), wanted.size()) == 0) {
      cursor_->set_position(at + wanted.size());
      *index = expected;
      return true;
    }
  }
  std::string_view name;
  bool has_escapes;
  if (!cursor_->ReadString(&name, &has_escapes)) return false;
  if (has_escapes) {
    if (!JsonCursor::Unescape(name, &scratch_)) return cursor_->Fail("has a bad escape in a field name");
    name = scratch_;
  }
  *index = kNoField;
  if (!row.index_of_name.empty()) {
    const auto found = row.index_of_name.find(absl::string_view(name.data(), name.size()));
    if (found != row.index_of_name.end()) *index = found->second;
    return true;
  }
  for (uint32_t i = 0; i < row.children.size(); ++i) {
    if (row.children[i].name == name) *index = i;
  }
  return true;
}

JsonRowReader::Outcome JsonRowReader::ReadMembers(Node* row) {
  JsonCursor& cursor = *cursor_;
  const auto syntax = [&cursor](const char* error) {
    cursor.Fail(error);
    return Outcome::kBadSyntax;
  };
  const uint64_t number = ++row->row_number;
  size_t num_seen = 0;
  uint32_t expected = 0;
  cursor.SkipSpace();
  if (!cursor.Consume('}')) {
    while (true) {
      if (cursor.Peek() != '"') {
        return syntax(cursor.AtEnd() ? "ends inside an object" : "has no field name where one is expected");
      }
      uint32_t index;
      if (!MatchName(*row, expected, &index)) return Outcome::kBadSyntax;
      cursor.SkipSpace();
      if (!cursor.Consume(':')) return syntax("has no ':' behind a field name");
      cursor.SkipSpace();
      if (index == kNoField) {
        if (!cursor.SkipValue()) return Outcome::kBadSyntax;
      } else {
        Node& field = row->children[index];
        if (row->seen_in_row[index] == number) {
          field.builder->TruncateTo(field.builder->size() - 1);  // the last of equal names counts
        } else {
          row->seen_in_row[index] = number;
          ++num_seen;
        }
        const Outcome outcome = ReadNullable(&field);
        if (outcome != Outcome::kOk) {
          if (outcome == Outcome::kBadValue) path_ = path_.empty() ? field.name : field.name + "." + path_;
          return outcome;
        }
        expected = index + 1;
      }
      cursor.SkipSpace();
      if (cursor.Consume(',')) {
        cursor.SkipSpace();
        continue;
      }
      if (cursor.Consume('}')) break;
      return syntax(cursor.AtEnd() ? "ends inside an object" : "has neither ',' nor '}' behind a field");
    }
  }
  return num_seen == row->children.size() ? Outcome::kOk : AppendMissing(row);
}

JsonRowReader::Outcome JsonRowReader::AppendMissing(Node* row) {
  for (size_t i = 0; i < row->children.size(); ++i) {
    if (row->seen_in_row[i] == row->row_number) continue;
    if (options_.fail_on_missing_field) {
      is_missing_ = true;
      path_ = row->children[i].name;
      return Outcome::kBadValue;
    }
    row->children[i].builder->AppendNull();
  }
  return Outcome::kOk;
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
      if (flag && !JsonCursor::Unescape(text, &scratch_)) {
        cursor_->Fail("has a bad escape in a string");
        return Outcome::kBadSyntax;
      }
      AppendText(node, flag ? scratch_ : text, !flag);
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
    return ReadTimestamp(node, text) == Outcome::kOk ? Outcome::kOk : BadValue(*node, begin);
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

JsonRowReader::Outcome JsonRowReader::ReadTimestamp(Node* node, std::string_view text) {
  const char separator = options_.timestamps == TimestampStandard::kSql ? ' ' : 'T';
  const auto time = ParseStrictTimestamp(text, separator);
  if (!time) return Outcome::kBadValue;
  int32_t offset_seconds = 0;
  if (options_.timestamps == TimestampStandard::kIso8601WithOffset) {
    if (!time->rest.empty()) {
      const auto offset = ParseZoneOffset(time->rest);
      if (!offset) return Outcome::kBadValue;
      offset_seconds = *offset;
    }
  } else if (time->rest != (node->kind == TypeKind::kTimestampLtz ? "Z" : "")) {
    return Outcome::kBadValue;
  }
  AppendTimestampValue(node->type, *time, offset_seconds, node->builder);
  return Outcome::kOk;
}

JsonRowReader::Outcome JsonRowReader::ReadNestedRow(Node* node) {
  if (!cursor_->Consume('{')) return BadValue(*node, cursor_->position());
  const Outcome outcome = ReadMembers(node);
  if (outcome == Outcome::kOk) node->builder->AppendNested();
  return outcome;
}

JsonRowReader::Outcome JsonRowReader::ReadArray(Node* node) {
  if (!cursor_->Consume('[')) return BadValue(*node, cursor_->position());
  cursor_->SkipSpace();
  for (size_t i = 1; !cursor_->Consume(']'); ++i) {
    const Outcome outcome = ReadNullable(&node->children[0]);
    if (outcome == Outcome::kBadValue) {
      path_ = "[" + std::to_string(i) + "]" + (path_.empty() ? "" : "." + path_);
    }
    if (outcome != Outcome::kOk) return outcome;
    cursor_->SkipSpace();
    if (cursor_->Peek() == ']') continue;
    if (!cursor_->Consume(',')) {
      cursor_->Fail(cursor_->AtEnd() ? "ends inside an array" : "has neither ',' nor ']' behind an element");
      return Outcome::kBadSyntax;
    }
    cursor_->SkipSpace();
    if (cursor_->Peek() == ']') {
      cursor_->Fail("has no element behind ','");
      return Outcome::kBadSyntax;
    }
  }
  node->builder->AppendNested();
  return Outcome::kOk;
}

bool JsonRowReader::CollectMapEntries(Node* node) {
  JsonCursor& cursor = *cursor_;
  node->entries.clear();
  cursor.SkipSpace();
  if (cursor.Consume('}')) return true;
  while (true) {
    MapEntry entry;
    if (cursor.Peek() != '"') return cursor.Fail("has no field name where one is expected");
    if (!cursor.ReadString(&entry.raw_key, &entry.has_escapes)) return false;
    if (entry.has_escapes && !JsonCursor::Unescape(entry.raw_key, &entry.unescaped_key)) {
      return cursor.Fail("has a bad escape in a field name");
    }
    cursor.SkipSpace();
    if (!cursor.Consume(':')) return cursor.Fail("has no ':' behind a field name");
    cursor.SkipSpace();
    entry.value = cursor.position();
    if (!cursor.SkipValue()) return false;
    node->entries.push_back(std::move(entry));
    cursor.SkipSpace();
    if (cursor.Consume('}')) return true;
    if (!cursor.Consume(',')) return cursor.Fail("has neither ',' nor '}' behind a field");
    cursor.SkipSpace();
  }
}

JsonRowReader::Outcome JsonRowReader::ReadMap(Node* node) {
  if (!cursor_->Consume('{')) return BadValue(*node, cursor_->position());
  if (!CollectMapEntries(node)) return Outcome::kBadSyntax;
  MarkOverriddenEntries(&node->entries);
  const char* const behind = cursor_->position();
  const Outcome outcome = AppendMapEntries(node);
  if (outcome != Outcome::kOk) return outcome;
  cursor_->set_position(behind);
  node->builder->AppendNested();
  return Outcome::kOk;
}

JsonRowReader::Outcome JsonRowReader::AppendMapEntries(Node* node) {
  for (const MapEntry& entry : node->entries) {
    if (entry.is_overridden) continue;
    cursor_->set_position(entry.value);
    AppendText(&node->children[0], entry.key(), !entry.has_escapes);
    const Outcome outcome = ReadNullable(&node->children[1]);
    if (outcome == Outcome::kBadValue) {
      path_ = "['" + std::string(entry.key()) + "']" + (path_.empty() ? "" : "." + path_);
    }
    if (outcome != Outcome::kOk) return outcome;
  }
  return Outcome::kOk;
}

}  // namespace millrace
