#pragma once

#include <optional>

#include "sql/ast/precedence.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// A binary operator at the current token: what it is, and how many tokens it takes.
struct OperatorMatch {
  BinaryOperator op;
  int num_tokens;
};

/// Operators with two operands and no further parts; IN, BETWEEN, LIKE and IS are read elsewhere, except
/// IS [NOT] DISTINCT FROM.
std::optional<OperatorMatch> MatchBinaryOperator(TokenStream& tokens);

}  // namespace millrace::sql
