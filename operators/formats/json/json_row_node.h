#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/column/column_builder.h"
#include "operators/formats/json/json_member_layout.h"

namespace millrace {

/// A member of an object that is read as a map.
struct JsonMapEntry {
  std::string_view raw_key;
  std::string unescaped_key;
  bool has_escapes = false;
  bool is_overridden = false;  // a later entry has the same key
  const char* value = nullptr;

  std::string_view key() const { return has_escapes ? std::string_view(unescaped_key) : raw_key; }
};

/// A column or a part of one, as its reader sees it. A node is never entered again before it is left: types
/// do not contain themselves.
struct JsonRowNode {
  std::string name;
  DataType type;
  TypeKind kind = TypeKind::kNull;
  JsonUsualValue usual_value = JsonUsualValue::kOther;
  ColumnBuilder* builder = nullptr;
  std::vector<JsonRowNode> children;
  // ROW:
  JsonMemberLayout layout;
  std::vector<uint64_t> seen_in_row;  // the number of the row that last had field i
  uint64_t row_number = 0;
  absl::flat_hash_map<std::string, uint32_t> field_of_name;
  // MAP, of the current row:
  std::vector<JsonMapEntry> entries;

  /// JsonMemberLayout::kUnknownField when there is none.
  uint32_t FieldOf(std::string_view field_name) const;
};

}  // namespace millrace
