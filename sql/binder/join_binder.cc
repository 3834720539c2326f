#include <algorithm>

#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

PlanJoinType TypeOf(JoinKind kind) {
  switch (kind) {
    case JoinKind::kLeft:
      return PlanJoinType::kLeft;
    case JoinKind::kRight:
      return PlanJoinType::kRight;
    case JoinKind::kFull:
      return PlanJoinType::kFull;
    default:
      return PlanJoinType::kInner;
  }
}

/// Columns of USING, or those that a natural join merges.
Result<std::vector<Identifier>> MergedNames(const Join& join, const Scope& left, const Scope& right) {
  if (!join.natural) return join.using_columns;
  std::vector<Identifier> names;
  for (const ScopeColumn& column : left.star()) {
    const auto& others = right.star();
    const bool shared = std::any_of(others.begin(), others.end(),
                                    [&](const ScopeColumn& other) { return other.name == column.name; });
    if (shared) names.push_back({.text = column.name, .place = join.right->place});
  }
  return names;
}

struct MergedColumns {
  std::vector<BoundExprPtr> conditions;
  std::vector<ScopeColumn> columns;
};

Result<MergedColumns> MergeColumns(const std::vector<Identifier>& names, const FromItem& left,
                                   const FromItem& right, PlanJoinType type) {
  const auto left_width = static_cast<int64_t>(left.plan->columns().size());
  MergedColumns merged;
  for (const Identifier& name : names) {
    ASSIGN_OR_RETURN(const BoundExprPtr left_column, left.scope.ResolveColumn(name));
    ASSIGN_OR_RETURN(const BoundExprPtr unshifted, right.scope.ResolveColumn(name));
    const BoundExprPtr right_column = ShiftColumns(unshifted, left_width);
    ASSIGN_OR_RETURN(BoundExprPtr equal, BindFunction("=", {left_column, right_column}, name.place));
    merged.conditions.push_back(std::move(equal));
    BoundExprPtr value = type == PlanJoinType::kRight ? right_column : left_column;
    if (type == PlanJoinType::kFull) {
      const auto nullable = [](const BoundExprPtr& expr) {
        return ColumnExpr(expr->index, expr->type.WithNullable(true));
      };
      ASSIGN_OR_RETURN(value, BindFunction("COALESCE",
                                           {left_column->IsColumn() ? nullable(left_column) : left_column,
                                            right_column->IsColumn() ? nullable(right_column) : right_column},
                                           name.place));
    }
    merged.columns.push_back({.name = name.text, .expr = std::move(value)});
  }
  return merged;
}

}  // namespace

Result<FromItem> QueryBinder::BindJoin(const Join& join, const SourcePlace& place) {
  ASSIGN_OR_RETURN(FromItem left, BindTableReference(*join.left));
  ASSIGN_OR_RETURN(FromItem right, BindTableReference(*join.right));
  const PlanJoinType type = TypeOf(join.kind);
  const auto left_width = static_cast<uint32_t>(left.plan->columns().size());
  Scope scope = Scope::Join(left.scope, right.scope, left_width);
  BoundExprPtr condition;
  std::vector<ScopeColumn> merged_columns;
  if (join.on != nullptr) {
    ASSIGN_OR_RETURN(condition, ExpressionBinder(scope, "ON").BindPredicate(*join.on));
  } else {
    ASSIGN_OR_RETURN(const std::vector<Identifier> names, MergedNames(join, left.scope, right.scope));
    ASSIGN_OR_RETURN(MergedColumns merged, MergeColumns(names, left, right, type));
    condition = Conjunction(std::move(merged.conditions));
    merged_columns = std::move(merged.columns);
  }
  PlanPtr plan = std::make_shared<JoinNode>(left.plan, right.plan, type, std::vector<uint32_t>(),
                                            std::vector<uint32_t>(), std::move(condition));
  if (!merged_columns.empty()) scope.Merge(std::move(merged_columns));
  scope.SetTypes(plan->columns());
  return FromItem{std::move(plan), std::move(scope)};
}

}  // namespace millrace::sql
