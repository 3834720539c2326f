#pragma once

#include <optional>

#include "sql/ast/expression.h"
#include "sql/parser/token_stream.h"

namespace millrace::sql {

/// How tightly operators bind; the steps are those of Flink. Operators of one step associate to the left.
enum Precedence : int {
  kMultisetUnionPrecedence = 14,
  kMultisetIntersectPrecedence = 18,
  kOrPrecedence = 22,
  kAndPrecedence = 24,
  kNotPrecedence = 26,
  kIsPrecedence = 28,          // IS NULL, IS TRUE, IS JSON
  kComparisonPrecedence = 30,  // = <> < IS DISTINCT FROM, MEMBER OF, OVERLAPS
  kBetweenPrecedence = 32,     // BETWEEN, IN, LIKE
  kAddPrecedence = 40,
  kMultiplyPrecedence = 60,  // * / % ||
  kSignPrecedence = 80,
  kPostfixPrecedence = 100,  // a[i], a.b
};

int PrecedenceOf(BinaryOperator op);

/// A binary operator at the current token: what it is, and how many tokens it takes.
struct OperatorMatch {
  BinaryOperator op;
  int num_tokens;
};

/// Operators with two operands and no further parts; IN, BETWEEN, LIKE and IS are read elsewhere, except
/// IS [NOT] DISTINCT FROM.
std::optional<OperatorMatch> MatchBinaryOperator(TokenStream& tokens);

bool IsComparison(BinaryOperator op);

}  // namespace millrace::sql
