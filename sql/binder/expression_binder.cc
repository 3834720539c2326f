#include "sql/binder/expression_binder.h"

#include <algorithm>

#include "core/error_codes.h"
#include "core/expr/function_registry.h"
#include "core/types/type_rules.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/literal_binder.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

/// The name of the operator's function; null for those that have none: they are the last of the enumeration.
const char* RegistryName(BinaryOperator op) {
  return op <= BinaryOperator::kConcat ? BinaryOperatorText(op) : nullptr;
}

const char* RegistryName(IsKind kind) {
  switch (kind) {
    case IsKind::kNull:
      return "NULL";
    case IsKind::kTrue:
      return "TRUE";
    case IsKind::kFalse:
      return "FALSE";
    case IsKind::kUnknown:
      return "UNKNOWN";
    default:
      return nullptr;
  }
}

const char* JsonPredicateName(IsKind kind) {
  switch (kind) {
    case IsKind::kJson:
    case IsKind::kJsonValue:
      return "IS JSON VALUE";
    case IsKind::kJsonObject:
      return "IS JSON OBJECT";
    case IsKind::kJsonArray:
      return "IS JSON ARRAY";
    case IsKind::kJsonScalar:
      return "IS JSON SCALAR";
    default:
      return nullptr;
  }
}

bool IsNumber(const Literal& literal) {
  return literal.kind == LiteralKind::kInteger || literal.kind == LiteralKind::kDecimal ||
         literal.kind == LiteralKind::kDouble;
}

/// Names of the constructs that have a node of their own but no meaning here.
const char* UnsupportedConstruct(const Expression& expression) {
  if (expression.As<ExistsPredicate>()) return "EXISTS (sub-query)";
  if (expression.As<QuantifiedComparison>()) return "a comparison with ANY, SOME or ALL";
  if (expression.As<ScalarSubquery>()) return "a sub-query as a value";
  if (expression.As<ModelArgument>()) return "MODEL arguments";
  return nullptr;
}

}  // namespace

Result<BoundExprPtr> ExpressionBinder::Bind(const Expression& expression) {
  const SourcePlace& place = expression.place;
  if (const auto* node = expression.As<Literal>()) return BindLiteral(*node, false, place);
  if (const auto* node = expression.As<IntervalLiteral>()) return BindInterval(*node, place);
  if (const auto* node = expression.As<IntervalExpression>()) return BindIntervalExpression(*node, place);
  if (const auto* node = expression.As<IntervalDifference>()) return BindIntervalDifference(*node, place);
  if (const auto* node = expression.As<ColumnReference>()) return scope_.Resolve(node->name);
  if (const auto* node = expression.As<UnaryExpression>()) return BindUnary(*node, place);
  if (const auto* node = expression.As<BinaryExpression>()) return BindBinary(*node, place);
  if (const auto* node = expression.As<IsPredicate>()) return BindIs(*node, place);
  if (const auto* node = expression.As<BetweenPredicate>()) return BindBetween(*node, place);
  if (const auto* node = expression.As<LikePredicate>()) return BindLike(*node, place);
  if (const auto* node = expression.As<InPredicate>()) return BindIn(*node, place);
  if (const auto* node = expression.As<CaseExpression>()) return BindCase(*node, place);
  if (const auto* node = expression.As<CastExpression>()) return BindCast(*node, place);
  if (const auto* node = expression.As<FunctionCall>()) return BindCall(*node, place);
  if (const auto* node = expression.As<JsonFunction>()) return BindJson(*node, place);
  if (const auto* node = expression.As<CollectionConstructor>()) return BindCollection(*node, place);
  if (const auto* node = expression.As<TimeUnitArgument>()) return TextExpr(TimeUnitName(node->unit), place);
  if (const auto* node = expression.As<SymbolArgument>()) return TextExpr(node->text, place);
  if (const auto* node = expression.As<RowConstructor>()) {
    ASSIGN_OR_RETURN(std::vector<BoundExprPtr> items, BindAll(node->items));
    return Call("ROW", std::move(items), place);
  }
  if (const auto* node = expression.As<ItemAccess>()) {
    ASSIGN_OR_RETURN(BoundExprPtr collection, Bind(*node->collection));
    ASSIGN_OR_RETURN(BoundExprPtr index, Bind(*node->index));
    return Call("[]", {std::move(collection), std::move(index)}, place);
  }
  if (const auto* node = expression.As<FieldAccess>()) {
    ASSIGN_OR_RETURN(BoundExprPtr record, Bind(*node->record));
    return AccessField(record, node->field);
  }
  if (const char* construct = UnsupportedConstruct(expression)) return NotSupported(construct, place);
  return ErrorAt(kInvalidExpression, "Expression cannot stand here", place);
}

Result<BoundExprPtr> ExpressionBinder::BindPredicate(const Expression& expression) {
  ASSIGN_OR_RETURN(BoundExprPtr predicate, Bind(expression));
  if (predicate->type.kind() == millrace::TypeKind::kNull)
    return NullExpr(DataType::Boolean(), predicate->place);
  if (predicate->type.kind() != millrace::TypeKind::kBoolean) {
    return ErrorAt(kTypeMismatch, clause_ + " must be BOOLEAN: " + predicate->type.ToString(),
                   expression.place);
  }
  return predicate;
}

Result<std::vector<BoundExprPtr>> ExpressionBinder::BindAll(const std::vector<ExpressionPtr>& expressions) {
  std::vector<BoundExprPtr> bound;
  for (const ExpressionPtr& expression : expressions) {
    ASSIGN_OR_RETURN(BoundExprPtr one, Bind(*expression));
    bound.push_back(std::move(one));
  }
  return bound;
}

Result<BoundExprPtr> BindFunction(const std::string& function, std::vector<BoundExprPtr> arguments,
                                  const SourcePlace& place) {
  std::vector<ArgumentInfo> infos;
  for (const BoundExprPtr& argument : arguments) {
    infos.push_back({.type = argument->type, .literal = argument->IsLiteral() ? argument->literal : nullptr});
  }
  Result<ResolvedCall> resolved = FunctionRegistry::BuiltIn().Resolve(function, infos);
  if (!resolved.ok()) return PlacedAt(resolved.status(), place);
  return CallExpr(function, std::move(arguments), resolved->result_type, place);
}

Result<BoundExprPtr> ExpressionBinder::Call(const std::string& function, std::vector<BoundExprPtr> arguments,
                                            const SourcePlace& place) {
  return BindFunction(function, std::move(arguments), place);
}

Result<BoundExprPtr> ExpressionBinder::Not(bool negated, BoundExprPtr predicate, const SourcePlace& place) {
  if (!negated) return predicate;
  return Call("NOT", {std::move(predicate)}, place);
}

Result<BoundExprPtr> ExpressionBinder::BindUnary(const UnaryExpression& node, const SourcePlace& place) {
  if (node.op == UnaryOperator::kFinal || node.op == UnaryOperator::kRunning) {
    return ErrorAt(kInvalidExpression, "FINAL and RUNNING stand in MATCH_RECOGNIZE only", place);
  }
  const auto* literal = node.operand->As<Literal>();
  if (node.op == UnaryOperator::kNegate && literal != nullptr && IsNumber(*literal))
    return BindLiteral(*literal, true, place);
  ASSIGN_OR_RETURN(BoundExprPtr operand, Bind(*node.operand));
  if (node.op == UnaryOperator::kNot) return Call("NOT", {std::move(operand)}, place);
  if (node.op == UnaryOperator::kNegate) return Call("-", {std::move(operand)}, place);
  if (!operand->type.IsNumeric() && !operand->type.IsInterval()) {
    return ErrorAt(kTypeMismatch, "Sign before a value that is no number: " + operand->type.ToString(),
                   place);
  }
  return operand;
}

Result<BoundExprPtr> ExpressionBinder::BindBinary(const BinaryExpression& node, const SourcePlace& place) {
  if (node.op == BinaryOperator::kOverlaps) return BindOverlaps(node, place);
  const char* function = RegistryName(node.op);
  if (function == nullptr)
    return NotSupported(std::string("operator ") + BinaryOperatorText(node.op), node.op_place);
  ASSIGN_OR_RETURN(BoundExprPtr left, Bind(*node.left));
  ASSIGN_OR_RETURN(BoundExprPtr right, Bind(*node.right));
  std::vector<BoundExprPtr> arguments;
  const bool flattens = node.op == BinaryOperator::kAnd || node.op == BinaryOperator::kOr;
  if (flattens && left->IsCall(function)) {
    arguments = left->children;
  } else {
    arguments.push_back(std::move(left));
  }
  arguments.push_back(std::move(right));
  return Call(function, std::move(arguments), place);
}

Result<BoundExprPtr> ExpressionBinder::BindOverlaps(const BinaryExpression& node, const SourcePlace& place) {
  const auto* left = node.left->As<RowConstructor>();
  const auto* right = node.right->As<RowConstructor>();
  if (left == nullptr || right == nullptr || left->items.size() != 2 || right->items.size() != 2) {
    return ErrorAt(kInvalidExpression, "OVERLAPS needs a (start, end) pair on both sides", place);
  }
  ASSIGN_OR_RETURN(std::vector<BoundExprPtr> arguments, BindAll(left->items));
  ASSIGN_OR_RETURN(std::vector<BoundExprPtr> others, BindAll(right->items));
  arguments.insert(arguments.end(), others.begin(), others.end());
  return Call("OVERLAPS", std::move(arguments), place);
}

Result<BoundExprPtr> ExpressionBinder::BindIs(const IsPredicate& node, const SourcePlace& place) {
  if (const char* json = JsonPredicateName(node.kind)) {
    ASSIGN_OR_RETURN(BoundExprPtr operand, Bind(*node.operand));
    ASSIGN_OR_RETURN(BoundExprPtr predicate, Call(json, {std::move(operand)}, place));
    return Not(node.negated, std::move(predicate), place);
  }
  const char* name = RegistryName(node.kind);
  if (name == nullptr) return NotSupported("this kind of IS predicate", place);
  ASSIGN_OR_RETURN(BoundExprPtr operand, Bind(*node.operand));
  return Call(std::string(node.negated ? "IS NOT " : "IS ") + name, {std::move(operand)}, place);
}

Result<BoundExprPtr> ExpressionBinder::BindBetween(const BetweenPredicate& node, const SourcePlace& place) {
  ASSIGN_OR_RETURN(BoundExprPtr operand, Bind(*node.operand));
  ASSIGN_OR_RETURN(BoundExprPtr low, Bind(*node.low));
  ASSIGN_OR_RETURN(BoundExprPtr high, Bind(*node.high));
  const auto between = [&](const BoundExprPtr& from, const BoundExprPtr& to) -> Result<BoundExprPtr> {
    ASSIGN_OR_RETURN(BoundExprPtr above, Call(">=", {operand, from}, place));
    ASSIGN_OR_RETURN(BoundExprPtr below, Call("<=", {operand, to}, place));
    return Call("AND", {std::move(above), std::move(below)}, place);
  };
  ASSIGN_OR_RETURN(BoundExprPtr predicate, between(low, high));
  if (node.symmetric) {
    ASSIGN_OR_RETURN(BoundExprPtr swapped, between(high, low));
    ASSIGN_OR_RETURN(predicate, Call("OR", {std::move(predicate), std::move(swapped)}, place));
  }
  return Not(node.negated, std::move(predicate), place);
}

Result<BoundExprPtr> ExpressionBinder::BindLike(const LikePredicate& node, const SourcePlace& place) {
  std::vector<BoundExprPtr> arguments;
  ASSIGN_OR_RETURN(BoundExprPtr operand, Bind(*node.operand));
  ASSIGN_OR_RETURN(BoundExprPtr pattern, Bind(*node.pattern));
  arguments = {std::move(operand), std::move(pattern)};
  if (node.escape != nullptr) {
    ASSIGN_OR_RETURN(BoundExprPtr escape, Bind(*node.escape));
    arguments.push_back(std::move(escape));
  }
  const char* function = node.kind == LikeKind::kLike        ? "LIKE"
                         : node.kind == LikeKind::kSimilarTo ? "SIMILAR TO"
                         : node.kind == LikeKind::kRLike     ? "REGEXP"
                                                             : nullptr;
  if (function == nullptr) return NotSupported("ILIKE", place);
  ASSIGN_OR_RETURN(BoundExprPtr predicate, Call(function, std::move(arguments), place));
  return Not(node.negated, std::move(predicate), place);
}

Result<BoundExprPtr> ExpressionBinder::BindIn(const InPredicate& node, const SourcePlace& place) {
  if (node.query != nullptr) return NotSupported("IN (sub-query)", node.query->place);
  std::vector<BoundExprPtr> arguments;
  ASSIGN_OR_RETURN(BoundExprPtr operand, Bind(*node.operand));
  arguments.push_back(std::move(operand));
  for (const ExpressionPtr& item : node.list) {
    ASSIGN_OR_RETURN(BoundExprPtr value, Bind(*item));
    arguments.push_back(std::move(value));
  }
  ASSIGN_OR_RETURN(BoundExprPtr predicate, Call("IN", std::move(arguments), place));
  return Not(node.negated, std::move(predicate), place);
}

Result<BoundExprPtr> ExpressionBinder::BindCase(const CaseExpression& node, const SourcePlace& place) {
  BoundExprPtr operand;
  if (node.operand != nullptr) {
    ASSIGN_OR_RETURN(operand, Bind(*node.operand));
  }
  const auto bind_condition = [&](const Expression& expression) -> Result<BoundExprPtr> {
    if (operand == nullptr) return BindPredicate(expression);
    ASSIGN_OR_RETURN(BoundExprPtr value, Bind(expression));
    return Call("=", {operand, std::move(value)}, expression.place);
  };
  std::vector<BoundExprPtr> children;
  std::vector<DataType> types;
  for (const WhenClause& when : node.whens) {
    ASSIGN_OR_RETURN(BoundExprPtr condition, bind_condition(*when.condition));
    for (const ExpressionPtr& further : when.further_values) {
      ASSIGN_OR_RETURN(BoundExprPtr other, bind_condition(*further));
      ASSIGN_OR_RETURN(condition, Call("OR", {std::move(condition), std::move(other)}, place));
    }
    ASSIGN_OR_RETURN(BoundExprPtr result, Bind(*when.result));
    types.push_back(result->type);
    children.push_back(std::move(condition));
    children.push_back(std::move(result));
  }
  BoundExprPtr otherwise = NullExpr(DataType::Null(), place);
  if (node.else_result != nullptr) {
    ASSIGN_OR_RETURN(otherwise, Bind(*node.else_result));
  }
  types.push_back(otherwise->type);
  children.push_back(std::move(otherwise));
  const bool untyped = std::all_of(types.begin(), types.end(), [](const DataType& one) {
    return one.kind() == millrace::TypeKind::kNull;
  });
  if (untyped) return NullExpr(DataType::Null(), place);
  const std::optional<DataType> type = CommonType(types);
  if (!type) return ErrorAt(kTypeMismatch, "Results of CASE have no common type", place);
  for (size_t i = 1; i < children.size(); i += 2) children[i] = CastExpr(children[i], *type);
  children.back() = CastExpr(children.back(), *type);
  return CaseExpr(std::move(children), *type, place);
}

Result<BoundExprPtr> ExpressionBinder::BindCast(const CastExpression& node, const SourcePlace& place) {
  ASSIGN_OR_RETURN(BoundExprPtr operand, Bind(*node.operand));
  ASSIGN_OR_RETURN(const DataType type, ResolveType(*node.type));
  if (!CanCastExplicitly(operand->type, type)) {
    return ErrorAt(kUnsupportedCast,
                   "No cast between these types: " + operand->type.ToStringWithoutNullability() + " to " +
                       type.ToStringWithoutNullability(),
                   place);
  }
  return CastExpr(std::move(operand), type, node.try_cast, place);
}

Result<BoundExprPtr> ExpressionBinder::BindCollection(const CollectionConstructor& node,
                                                      const SourcePlace& place) {
  if (node.query != nullptr) return NotSupported("a collection made of a sub-query", place);
  if (node.kind == CollectionKind::kMultiset) return NotSupported("MULTISET constructors", place);
  ASSIGN_OR_RETURN(std::vector<BoundExprPtr> items, BindAll(node.items));
  return Call(node.kind == CollectionKind::kArray ? "ARRAY" : "MAP", std::move(items), place);
}

Result<BoundExprPtr> ExpressionBinder::BindIntervalExpression(const IntervalExpression& node,
                                                              const SourcePlace& place) {
  ASSIGN_OR_RETURN(BoundExprPtr unit, OneUnitInterval(node.qualifier.from, place));
  ASSIGN_OR_RETURN(BoundExprPtr amount, Bind(*node.amount));
  return Call("*", {std::move(unit), std::move(amount)}, place);
}

Result<BoundExprPtr> ExpressionBinder::BindIntervalDifference(const IntervalDifference& node,
                                                              const SourcePlace& place) {
  ASSIGN_OR_RETURN(BoundExprPtr unit, OneUnitInterval(node.qualifier.from, place));
  ASSIGN_OR_RETURN(BoundExprPtr left, Bind(*node.left));
  ASSIGN_OR_RETURN(BoundExprPtr right, Bind(*node.right));
  ASSIGN_OR_RETURN(
      BoundExprPtr amount,
      Call("TIMESTAMPDIFF",
           {TextExpr(TimeUnitName(node.qualifier.from), place), std::move(right), std::move(left)}, place));
  return Call("*", {std::move(unit), std::move(amount)}, place);
}

}  // namespace millrace::sql
