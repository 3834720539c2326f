#include "sql/ast/precedence.h"

#include "sql/ast/query.h"

namespace millrace::sql {

int PrecedenceOf(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kOr:
      return kOrPrecedence;
    case BinaryOperator::kAnd:
      return kAndPrecedence;
    case BinaryOperator::kAdd:
    case BinaryOperator::kSubtract:
      return kAddPrecedence;
    case BinaryOperator::kMultiply:
    case BinaryOperator::kDivide:
    case BinaryOperator::kModulo:
    case BinaryOperator::kConcat:
      return kMultiplyPrecedence;
    case BinaryOperator::kMultisetIntersect:
    case BinaryOperator::kMultisetIntersectAll:
      return kMultisetIntersectPrecedence;
    case BinaryOperator::kMultisetUnion:
    case BinaryOperator::kMultisetUnionAll:
    case BinaryOperator::kMultisetExcept:
    case BinaryOperator::kMultisetExceptAll:
      return kMultisetUnionPrecedence;
    default:
      return kComparisonPrecedence;
  }
}

int PrecedenceOf(const Expression& expression) {
  if (const auto* binary = expression.As<BinaryExpression>()) return PrecedenceOf(binary->op);
  if (expression.As<IsPredicate>() != nullptr) return kIsPrecedence;
  if (expression.As<QuantifiedComparison>() != nullptr) return kComparisonPrecedence;
  if (expression.As<BetweenPredicate>() != nullptr || expression.As<LikePredicate>() != nullptr ||
      expression.As<InPredicate>() != nullptr) {
    return kBetweenPrecedence;
  }
  if (expression.As<ItemAccess>() != nullptr || expression.As<FieldAccess>() != nullptr)
    return kPostfixPrecedence;
  if (const auto* unary = expression.As<UnaryExpression>()) {
    if (unary->op == UnaryOperator::kNot) return kNotPrecedence;
    if (unary->op == UnaryOperator::kNegate || unary->op == UnaryOperator::kPlus) return kSignPrecedence;
  }
  return kOperandPrecedence;
}

bool IsComparison(BinaryOperator op) {
  return op >= BinaryOperator::kEqual && op <= BinaryOperator::kGreaterOrEqual;
}

}  // namespace millrace::sql
