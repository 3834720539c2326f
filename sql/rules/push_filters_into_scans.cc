#include <algorithm>

#include "sql/plan/field_path.h"
#include "sql/rules/rules.h"

namespace millrace::sql {
namespace {

/// Such a calculation keeps its filter: what both need it computes once, and the rest for rows that pass.
bool Computes(const CalcNode& calc) {
  return std::any_of(calc.projections.begin(), calc.projections.end(), [](const BoundExprPtr& expr) {
    return !expr->IsLiteral() && !AsFieldPath(*expr).has_value();
  });
}

}  // namespace

PlanRoots PushFiltersIntoScans(const PlanRoots& roots) {
  const std::map<const PlanNode*, int> consumers = CountConsumers(roots);
  return RewritePlans(roots, [&](const PlanPtr& node) {
    const auto* calc = node->As<CalcNode>();
    if (calc == nullptr || calc->filter == nullptr || Computes(*calc)) return node;
    if (!IsDeterministic(*calc->filter)) return node;
    const auto* scan = calc->input()->As<ScanNode>();
    // Deletions of an upsert source hold the key only: no filter may judge them.
    if (scan == nullptr || scan->table->upsert || consumers.at(scan) != 1) return node;
    std::vector<BoundExprPtr> conjuncts = Conjuncts(scan->filter);
    for (BoundExprPtr& conjunct : Conjuncts(calc->filter)) conjuncts.push_back(conjunct);
    PlanPtr filtered =
        std::make_shared<ScanNode>(scan->table, scan->output, Conjunction(std::move(conjuncts)));
    auto projected = std::make_shared<CalcNode>(filtered, nullptr, calc->projections, NamesOf(*calc));
    return projected->ProjectsNothing() ? filtered : PlanPtr(projected);
  });
}

}  // namespace millrace::sql
