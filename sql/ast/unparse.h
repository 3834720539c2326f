#pragma once

#include <string>
#include <string_view>

#include "sql/ast/query.h"

namespace millrace::sql {

// Write a tree as SQL in the form in which Flink prints it (SHOW CREATE, DESCRIBE): names in backquotes,
// words in upper case, only the parentheses that are needed, defaults of special forms filled in, one clause
// of a query a line. Reading the text gives a tree that is written the same way.
std::string Unparse(const Expression& expression);
std::string Unparse(const Query& query);
std::string Unparse(const TypeNode& type);
std::string Unparse(const IntervalQualifier& qualifier);

/// "`a`.`b`"
std::string Unparse(const QualifiedName& name);

/// "`at`": a name in backquotes.
std::string QuoteName(std::string_view name);

/// "'it''s'": a string in quotes.
std::string QuoteString(std::string_view text);

}  // namespace millrace::sql
