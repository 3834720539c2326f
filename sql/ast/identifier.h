#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/status.h"

namespace millrace::sql {

/// One simple name as the user wrote it, without its backquotes. Names are case-sensitive.
struct Identifier {
  std::string text;
  bool quoted = false;
  SourcePlace place;
};

/// A dotted name such as `catalog`.`database`.`table` or `t`.`row_column`.`field`; never empty.
struct QualifiedName {
  std::vector<Identifier> parts;
  SourcePlace place;

  const std::string& last() const { return parts.back().text; }
  bool is_simple() const { return parts.size() == 1; }
};

/// A 'text' token with its place; the quotes and escapes are already resolved.
struct StringValue {
  std::string text;
  SourcePlace place;
};

/// One entry of WITH ('key' = 'value') and of OPTIONS hints.
struct Property {
  StringValue key;
  StringValue value;
};

}  // namespace millrace::sql
