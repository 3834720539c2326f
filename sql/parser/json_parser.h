#pragma once

#include "core/status.h"
#include "sql/ast/expression.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// Whether the current token is JSON_VALUE or another function of the SQL/JSON family with clauses of its
/// own.
bool AtJsonFunction(TokenStream& tokens);

/// Such a function.
Result<ExpressionPtr> ParseJsonFunction(TokenStream& tokens);

}  // namespace millrace::sql
