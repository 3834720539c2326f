#pragma once

#include <vector>

#include "core/status.h"
#include "sql/ast/query.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// A query with WITH, set operators, ORDER BY and limits; may begin with a parenthesis.
Result<QueryPtr> ParseQuery(TokenStream& tokens);

/// What may stand in parentheses where a value is expected: an expression, or a query (as a ScalarSubquery).
Result<ExpressionPtr> ParseQueryOrExpression(TokenStream& tokens);

/// Goes on behind a query that was in parentheses: set operators, ORDER BY, limits.
Result<QueryPtr> ParseQueryRest(TokenStream& tokens, QueryPtr query);

/// Whether the current token would go on with a query in parentheses: UNION, ORDER BY, LIMIT ...
bool AtQueryRest(TokenStream& tokens);

/// /*+ ... */, when there is one.
Result<std::vector<Hint>> ParseHints(TokenStream& tokens);

/// (PARTITION BY ... ORDER BY ... ROWS ...), for OVER and WINDOW.
Result<WindowSpecification> ParseWindowSpecification(TokenStream& tokens);

}  // namespace millrace::sql
