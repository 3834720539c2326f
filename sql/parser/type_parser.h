#pragma once

#include "core/status.h"
#include "sql/ast/type.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// A data type with its NULL / NOT NULL and ARRAY / MULTISET suffixes.
Result<TypePtr> ParseType(TokenStream& tokens);

}  // namespace millrace::sql
