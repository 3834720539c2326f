#include "operators/formats/json/json_row_reader.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/string_view.h>

#include "operators/api/error_codes.h"
#include "operators/formats/json/json_row_node.h"

namespace millrace {
namespace {

constexpr size_t kQuadraticSearchMax = 8;

bool HasDecimal(const DataType& type) {
  if (type.kind() == TypeKind::kDecimal) return true;
  for (const Field& field : type.fields()) {
    if (HasDecimal(field.type)) return true;
  }
  return false;
}

JsonUsualValue UsualValueOf(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBigint:
      return JsonUsualValue::kBigint;
    case TypeKind::kInteger:
      return JsonUsualValue::kInteger;
    case TypeKind::kVarchar:
      return JsonUsualValue::kText;
    case TypeKind::kTimestamp:
      // Not one whose digits would be cut, or that keeps nanoseconds.
      return type.precision() >= 3 && type.physical() == PhysicalType::kInt64 ? JsonUsualValue::kTimestamp
                                                                              : JsonUsualValue::kOther;
    case TypeKind::kRow:
      return JsonUsualValue::kRow;
    default:
      return JsonUsualValue::kOther;
  }
}

void MarkOverriddenEntries(std::vector<JsonMapEntry>* entries) {
  if (entries->size() <= kQuadraticSearchMax) {
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

JsonRowNode JsonRowReader::MakeNode(const std::string& name, const DataType& type) {
  JsonRowNode node;
  node.name = name;
  node.type = type;
  node.kind = type.kind();
  node.usual_value = UsualValueOf(type);
  for (const Field& field : type.fields()) node.children.push_back(MakeNode(field.name, field.type));
  node.seen_in_row.resize(node.children.size());
  for (uint32_t i = 0; i < node.children.size(); ++i) node.field_of_name.emplace(node.children[i].name, i);
  return node;
}

uint32_t JsonRowNode::FieldOf(std::string_view field_name) const {
  const auto found = field_of_name.find(absl::string_view(field_name.data(), field_name.size()));
  return found == field_of_name.end() ? JsonMemberLayout::kUnknownField : found->second;
}

JsonRowReader::JsonRowReader(const std::vector<Field>& columns, const JsonOptions& options)
    : options_(options), timestamp_separator_(options.timestamps == TimestampStandard::kSql ? ' ' : 'T') {
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

JsonRowReader::Outcome JsonRowReader::ReadMembers(Node* row) {
  JsonCursor& cursor = *cursor_;
  const std::span<const JsonMemberLayout::Member> members = row->layout.members();
  // The place is kept here and given to the cursor for what is not the usual case: bytes written to columns
  // could else be the cursor's, for all the compiler knows.
  const char* at = cursor.position();
  const char* const end = cursor.end();
  const JsonMemberLayout::Member* member = members.data();
  const JsonMemberLayout::Member* const members_end = member + members.size();
  for (; member != members_end; ++member) {
    if (!member->IsAt(at, end)) [[unlikely]]
      break;
    at += member->text_size();
    if (const char* const behind = ReadUsualValue(*member, at, end)) [[likely]] {
      at = behind;
      continue;
    }
    cursor.set_position(at);
    cursor.SkipSpace();
    const Outcome outcome = ReadMemberValue(member->node());
    if (outcome != Outcome::kOk) [[unlikely]]
      return outcome;
    at = cursor.position();
  }
  cursor.set_position(at);
  if (member == members_end && row->layout.num_fields() == row->children.size() && !members.empty() &&
      cursor.Consume('}')) {
    return Outcome::kOk;
  }
  return ReadMembersByName(row, static_cast<size_t>(member - members.data()));
}

/// A value that most are like and that needs few instructions: where it ends, or null and nothing done.
[[gnu::always_inline]] inline const char* JsonRowReader::ReadUsualValue(
    const JsonMemberLayout::Member& member, const char* at, const char* end) {
  constexpr std::string_view kNull = "null";
  constexpr ptrdiff_t kTimestampBytes = 23;
  if (end - at <= kTimestampBytes + 2) return nullptr;
  const char* behind = nullptr;
  int64_t number;
  Node* const node = member.node();
  if (*at == 'n') {
    if (std::memcmp(at, kNull.data(), kNull.size()) != 0) return nullptr;
    if (node != nullptr) node->builder->AppendNull();
    return at + kNull.size();
  }
  switch (member.usual_value()) {
    case JsonUsualValue::kSkipped:
      return *at == '"' ? cursor_->StringAt(at).behind : JsonCursor::UsualInteger(at, &number);
    case JsonUsualValue::kBigint:
      behind = JsonCursor::UsualInteger(at, &number);
      if (behind != nullptr) node->builder->Append(number);
      return behind;
    case JsonUsualValue::kInteger:
      behind = JsonCursor::UsualInteger(at, &number);
      if (behind == nullptr || number != static_cast<int32_t>(number)) return nullptr;
      node->builder->Append(static_cast<int32_t>(number));
      return behind;
    case JsonUsualValue::kText: {
      if (!zero_copy_ || *at != '"') return nullptr;
      const JsonCursor::String string = cursor_->StringAt(at);
      if (string.behind == nullptr) return nullptr;
      const std::string_view raw(at + 1, static_cast<size_t>(string.behind - at - 2));
      if (string.has_escapes) return AppendUnescaped(node, raw) == Outcome::kOk ? string.behind : nullptr;
      node->builder->AppendStringRef(StringRef(raw));
      return string.behind;
    }
    case JsonUsualValue::kTimestamp: {
      if (*at != '"' || at[kTimestampBytes + 1] != '"') return nullptr;
      const auto micros = ParseUsualTimestamp(at + 1, timestamp_separator_, date_cache_);
      if (!micros) return nullptr;
      node->builder->Append(*micros);
      return at + kTimestampBytes + 2;
    }
    default:
      return nullptr;
  }
}

JsonRowReader::Outcome JsonRowReader::ReadMemberValue(Node* node) {
  if (node == nullptr) return cursor_->SkipValue() ? Outcome::kOk : Outcome::kBadSyntax;
  const bool is_usual_row =
      node->kind == TypeKind::kRow && cursor_->Peek() == '{' && !options_.ignore_parse_errors;
  const Outcome outcome = is_usual_row ? ReadNestedRow(node) : ReadNullable(node);
  if (outcome == Outcome::kBadValue) [[unlikely]]
    AddToPath(node->name);
  return outcome;
}

void JsonRowReader::AddToPath(const std::string& name) {
  path_ = path_.empty() ? name : name + "." + path_;
}

bool JsonRowReader::ReadName(Node* row, uint32_t* field) {
  JsonCursor& cursor = *cursor_;
  if (cursor.Peek() != '"') {
    return cursor.Fail(cursor.AtEnd() ? "ends inside an object" : "has no field name where one is expected");
  }
  std::string_view name;
  bool has_escapes;
  if (!cursor.ReadString(&name, &has_escapes)) return false;
  if (has_escapes) {
    if (!JsonCursor::Unescape(name, &scratch_)) return cursor.Fail("has a bad escape in a field name");
    name = scratch_;
  }
  *field = row->FieldOf(name);
  cursor.SkipSpace();
  if (!cursor.Consume(':')) return cursor.Fail("has no ':' behind a field name");
  cursor.SkipSpace();
  return true;
}

JsonRowReader::Outcome JsonRowReader::ReadMembersByName(Node* row, size_t position) {
  JsonCursor& cursor = *cursor_;
  ++row->row_number;
  for (const JsonMemberLayout::Member& member : row->layout.members().first(position)) {
    if (member.node() != nullptr) {
      row->seen_in_row[static_cast<size_t>(member.node() - row->children.data())] = row->row_number;
    }
  }
  const size_t num_matched = position;
  bool learns = true;
  for (;; ++position) {
    const char* const begin = cursor.position();
    cursor.SkipSpace();
    if (cursor.Consume('}')) break;
    if (position > 0) {
      if (!cursor.Consume(',')) {
        cursor.Fail(cursor.AtEnd() ? "ends inside an object" : "has neither ',' nor '}' behind a field");
        return Outcome::kBadSyntax;
      }
      cursor.SkipSpace();
    }
    uint32_t field;
    if (!ReadName(row, &field)) return Outcome::kBadSyntax;
    Node* const node = field == JsonMemberLayout::kUnknownField ? nullptr : &row->children[field];
    if (node != nullptr) {
      if (row->seen_in_row[field] == row->row_number) {
        node->builder->TruncateTo(node->builder->size() - 1);  // the last of equal names counts
        learns = false;
      }
      row->seen_in_row[field] = row->row_number;
    }
    if (position == num_matched) row->layout.Truncate(position);
    learns = learns && row->layout.Add({begin, static_cast<size_t>(cursor.position() - begin)}, node,
                                       node == nullptr ? JsonUsualValue::kSkipped : node->usual_value);
    if (const Outcome outcome = ReadMemberValue(node); outcome != Outcome::kOk) return outcome;
  }
  return AppendMissing(row);
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

JsonRowReader::Outcome JsonRowReader::ReadNestedRow(Node* node) {
  if (!cursor_->Consume('{')) return BadValue(*node, cursor_->position());
  node->builder->BeginNested();
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
    JsonMapEntry entry;
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
  for (const JsonMapEntry& entry : node->entries) {
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
