#include "sql/rules/fold_constants.h"
#include "sql/rules/rules.h"

namespace millrace::sql {
namespace {

/// The rows of a projection of constant rows, when it has no filter and every value is known; else null.
PlanPtr ProjectValues(const CalcNode& calc, const std::string& time_zone) {
  const auto* values = calc.input()->As<ValuesNode>();
  if (values == nullptr || calc.filter != nullptr) return nullptr;
  std::vector<std::vector<BoundExprPtr>> rows;
  for (const auto& row : values->rows) {
    rows.emplace_back();
    for (const BoundExprPtr& projection : calc.projections) {
      rows.back().push_back(FoldConstants(Substitute(projection, row), time_zone));
      if (!rows.back().back()->IsLiteral()) return nullptr;
    }
  }
  return std::make_shared<ValuesNode>(calc.columns(), std::move(rows));
}

bool IsTrue(const BoundExpr& expr) {
  return expr.IsLiteral() && !expr.IsNullLiteral() && ColumnReader(*expr.literal).Value<uint8_t>(0) != 0;
}

}  // namespace

PlanRoots FoldConstantExpressions(const PlanRoots& roots, const std::string& time_zone) {
  return RewritePlans(roots, [&](const PlanPtr& node) {
    PlanPtr folded =
        MapExpressions(node, [&](const BoundExprPtr& expr) { return FoldConstants(expr, time_zone); });
    const auto* calc = folded->As<CalcNode>();
    if (calc == nullptr) return folded;
    if (const PlanPtr values = ProjectValues(*calc, time_zone)) return values;
    if (calc->filter == nullptr || !IsTrue(*calc->filter)) return folded;
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
  plans = FoldConstantExpressions(plans, time_zone);
  plans = PushFieldsIntoScans(plans);
  plans = PushFiltersIntoScans(plans);
  return ShareSubPlans(plans);
}

}  // namespace millrace::sql
