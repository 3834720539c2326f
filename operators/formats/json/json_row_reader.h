#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/column/column_builder.h"
#include "core/status.h"
#include "operators/formats/json/json_cursor.h"
#include "operators/formats/json/json_member_layout.h"
#include "operators/formats/json/json_options.h"
#include "operators/formats/text/scalar_text.h"

namespace millrace {

struct JsonRowNode;

/// Reads JSON objects into columns: looks fields up first where the last record had them, allocates nothing
/// for a record whose strings have no escapes, and lets strings refer to the record's buffer. Single-owner.
class JsonRowReader {
 public:
  JsonRowReader(const std::vector<Field>& columns, const JsonOptions& options);
  ~JsonRowReader();

  /// Where the following rows go, one builder a column. `keep_alive` owns the bytes of the records; null =
  /// strings are copied.
  void Bind(std::span<ColumnBuilder* const> columns, const BufferPtr& keep_alive);
  /// Appends one value to each column from the object at the cursor, which ends up behind it. When false, the
  /// columns hold a part of the row and Failure() says why.
  bool ReadRow(JsonCursor* cursor);
  /// Why the last row failed: kBadRecord with field, expectation and text found.
  Status Failure(const JsonCursor& cursor) const;

 private:
  using Node = JsonRowNode;
  /// kBadValue: well-formed but not of the column's type, and the cursor is anywhere in the value.
  enum class Outcome : uint8_t { kOk, kBadValue, kBadSyntax };

  static Node MakeNode(const std::string& name, const DataType& type);
  void BindNode(Node* node, ColumnBuilder* builder, const BufferPtr& keep_alive);

  /// What is behind an object's '{': first as many members as stand where the last object had them.
  Outcome ReadMembers(Node* row);
  const char* ReadUsualValue(const JsonMemberLayout::Member& member, const char* at, const char* end);
  /// The members from number `position` on, by name; the layout is learned anew from there.
  Outcome ReadMembersByName(Node* row, size_t position);
  bool ReadName(Node* row, uint32_t* field);
  Outcome ReadMemberValue(Node* node);
  [[gnu::noinline]] void AddToPath(const std::string& name);
  Outcome AppendMissing(Node* row);
  Outcome ReadNullable(Node* node);
  Outcome ReadValue(Node* node);
  Outcome ReadBoolean(Node* node);
  template <class T>
  Outcome ReadInteger(Node* node);
  template <class T>
  Outcome ReadFloating(Node* node);
  Outcome ReadDecimal(Node* node);
  Outcome ReadString(Node* node);
  Outcome ReadBytes(Node* node);
  Outcome ReadTemporal(Node* node);
  bool AppendTimestamp(Node* node, std::string_view text);
  Outcome ReadNestedRow(Node* node);
  Outcome ReadArray(Node* node);
  Outcome ReadMap(Node* node);
  bool CollectMapEntries(Node* node);
  Outcome AppendMapEntries(Node* node);

  /// The text of the string at the cursor without escapes; valid until the next call.
  Outcome ReadText(std::string_view* text);
  void AppendText(Node* node, std::string_view text, bool is_in_record);
  Outcome AppendUnescaped(Node* node, std::string_view raw);
  Outcome BadValue(const Node& node, const char* begin);

  JsonOptions options_;
  bool exact_decimals_ = false;  // of tree text: the table has a DECIMAL
  bool zero_copy_ = false;
  const char timestamp_separator_;
  DateCache date_cache_;
  std::unique_ptr<Node> root_;
  JsonCursor* cursor_ = nullptr;
  std::string scratch_;
  // The last failure.
  Outcome outcome_ = Outcome::kOk;
  bool is_missing_ = false;
  std::string path_;
  std::string expected_;
  std::string found_;
};

}  // namespace millrace
