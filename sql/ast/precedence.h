#pragma once

#include "sql/ast/expression.h"

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
  kOperandPrecedence = 200,  // what needs no operator
};

int PrecedenceOf(BinaryOperator op);

/// The precedence of the outermost operator.
int PrecedenceOf(const Expression& expression);

/// Whether `op` is one of = <> < <= > >=.
bool IsComparison(BinaryOperator op);

}  // namespace millrace::sql
