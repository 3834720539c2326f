#include "sql/rules/rules.h"

#include "sql/rules/fold_constants.h"

namespace millrace::sql {
namespace {

bool IsTrue(const BoundExpr& expr) {
  return expr.IsLiteral() && !expr.IsNullLiteral() && ColumnReader(*expr.literal).Value<uint8_t>(0) != 0;
}

}  // namespace

PlanRoots FoldConstantExpressions(const PlanRoots& roots, const std::string& time_zone) {
  return RewritePlans(roots, [&](const PlanPtr& node) {
    PlanPtr folded = MapExpressions(node, [&](const BoundExprPtr& expr) { return FoldConstants(expr, time_zone); });
    const auto* calc = folded->As<CalcNode>();
    if (calc == nullptr || calc->filter == nullptr || !IsTrue(*calc->filter)) return folded;
    return PlanPtr(std::make_shared<CalcNode>(calc->input(), nullptr, calc->projections, NamesOf(*calc)));
  });
}

PlanRoots Optimize(const PlanRoots& roots, const std::string& time_zone) {
  PlanRoots plans = FoldConstantExpressions(roots, time_zone);
  plans = ShareSubPlans(plans);
  plans = MergeCalcs(plans);
  plans = PushFilters(plans);
  plans = ExtractJoinKeys(plans);
  plans = MergeCalcs(plans);
  plans = MergeWindows(plans);
  plans = ShareSubPlans(plans);
  plans = PruneColumns(plans);
  plans = MergeCalcs(plans);
  plans = PushFiltersIntoScans(plans);
  return ShareSubPlans(plans);
}

}  // namespace millrace::sql
