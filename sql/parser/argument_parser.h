#pragma once

#include "core/status.h"
#include "sql/ast/expression.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// The arguments of a call up to the closing parenthesis, which is left; the opening one is taken. Fills the
/// arguments, the quantifier and the ORDER BY among the arguments.
Status ParseArguments(TokenStream& tokens, FunctionCall& call);

/// Turns the (query) arguments of a table function into TableArguments.
void MakeTableArguments(FunctionCall& call);

}  // namespace millrace::sql
