#include "sql/rules/fold_constants.h"

#include <algorithm>

#include "core/expr/expr.h"
#include "core/expr/function_registry.h"
#include "proto/expression.pb.h"

namespace millrace::sql {
namespace {

bool FoldsByItself(const BoundExpr& expr) {
  switch (expr.kind) {
    case BoundExpr::Kind::kCast:
    case BoundExpr::Kind::kField:
    case BoundExpr::Kind::kCase:
      return true;
    case BoundExpr::Kind::kCall: {
      // A constructor around them would take their value for plain text.
      if (MakesJson(expr)) return false;
      const ScalarFunction* function = FunctionRegistry::BuiltIn().Find(expr.function);
      return function != nullptr && function->deterministic;
    }
    default:
      return false;
  }
}

BoundExprPtr Evaluate(const BoundExprPtr& expr, const std::string& time_zone) {
  proto::Expression message;
  ToProto(*expr, &message);
  SessionSettings session;
  session.time_zone = time_zone;
  Result<ColumnPtr> value = EvaluateConstant(message, session);
  if (!value.ok() || *value == nullptr) return expr;
  // Functions may answer NULL where their type says NOT NULL.
  if ((*value)->IsNull(0)) return expr->type.nullable() ? NullExpr(expr->type, expr->place) : expr;
  return LiteralExpr((*value)->WithType(expr->type), expr->place);
}

bool IsBoolean(const BoundExprPtr& expr, bool value) {
  return expr->IsLiteral() && expr->type.kind() == TypeKind::kBoolean && !expr->IsNullLiteral() &&
         (ColumnReader(*expr->literal).Value<uint8_t>(0) != 0) == value;
}

/// TRUE AND x is x, FALSE AND x is FALSE; OR the other way round.
BoundExprPtr SimplifyLogic(const BoundExprPtr& expr) {
  const bool is_and = expr->IsCall("AND");
  if (!is_and && !expr->IsCall("OR")) return expr;
  std::vector<BoundExprPtr> kept;
  for (const BoundExprPtr& child : expr->children) {
    // What stands before a constant that decides must not be dropped: it may fail.
    if (IsBoolean(child, !is_and) && kept.empty()) return child;
    if (!IsBoolean(child, is_and)) kept.push_back(child);
  }
  if (kept.size() == expr->children.size()) return expr;
  if (kept.empty()) return BooleanExpr(is_and);
  if (kept.size() == 1) return kept.front();
  return CallExpr(expr->function, std::move(kept), expr->type, expr->place);
}

}  // namespace

BoundExprPtr FoldConstants(const BoundExprPtr& expr, const std::string& time_zone) {
  if (expr->children.empty() && expr->kind != BoundExpr::Kind::kCall) return expr;
  auto folded = std::make_shared<BoundExpr>(*expr);
  for (BoundExprPtr& child : folded->children) child = FoldConstants(child, time_zone);
  const bool constant = std::all_of(folded->children.begin(), folded->children.end(),
                                    [](const BoundExprPtr& child) { return child->IsLiteral(); });
  if (constant && FoldsByItself(*folded)) {
    BoundExprPtr value = Evaluate(folded, time_zone);
    if (value->IsLiteral()) return value;
  }
  return SimplifyLogic(folded);
}

}  // namespace millrace::sql
