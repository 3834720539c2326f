#pragma once

#include <vector>

#include "core/status.h"
#include "sql/ast/query.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

// The parsing functions below read from the current token of the stream on and stop at the first token that
// they cannot use. On error the stream is left anywhere.

/// An expression of any kind: value, condition, (query) as a value.
Result<ExpressionPtr> ParseExpression(TokenStream& tokens);

/// An expression of operators that bind at least as tightly as `precedence` (see operators.h).
Result<ExpressionPtr> ParseExpressionAbove(TokenStream& tokens, int precedence);

/// One operand without operators: literal, name, call, (expression), CASE, constructor.
Result<ExpressionPtr> ParsePrimary(TokenStream& tokens);

/// a, b, c: at least one.
Result<std::vector<ExpressionPtr>> ParseExpressionList(TokenStream& tokens);

/// The items behind ORDER BY.
Result<std::vector<OrderItem>> ParseOrderItems(TokenStream& tokens);

/// (a, b) or (query), as behind IN and ANY; exactly one of the two is set.
Status ParseListOrQuery(TokenStream& tokens, std::vector<ExpressionPtr>& list, QueryPtr& query);

/// Whether the current token begins a query without a parenthesis: SELECT, WITH, VALUES, TABLE t.
bool AtQuery(TokenStream& tokens);

template <class Node>
ExpressionPtr MakeExpression(const TokenStream& tokens, const SourcePlace& start, Node node) {
  return std::make_unique<Expression>(std::move(node), tokens.RangeFrom(start));
}

}  // namespace millrace::sql
