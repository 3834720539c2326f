#pragma once

#include "core/status.h"
#include "sql/ast/expression.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// Whether the current token begins a call whose name needs no look at what follows but '(': a function with
/// its own syntax (CAST, EXTRACT, TRIM, JSON_VALUE, ...) or a reserved word that names a function.
bool AtReservedCall(TokenStream& tokens);

/// A call at such a token.
Result<ExpressionPtr> ParseReservedCall(TokenStream& tokens);

/// The rest of a call after its name, from '(' on, with FILTER, OVER and the like.
Result<ExpressionPtr> ParseCallRest(TokenStream& tokens, QualifiedName name);

/// Whether the current token is a function that stands without parentheses: CURRENT_DATE.
bool AtNiladicFunction(TokenStream& tokens);

/// FILTER (WHERE ...) and OVER ..., each when present.
Status ParseFilter(TokenStream& tokens, ExpressionPtr& filter);
Status ParseOver(TokenStream& tokens, std::unique_ptr<WindowSpecification>& over);

}  // namespace millrace::sql
