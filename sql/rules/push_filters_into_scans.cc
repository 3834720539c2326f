#include "sql/rules/rules.h"

namespace millrace::sql {

PlanRoots PushFiltersIntoScans(const PlanRoots& roots) {
  const std::map<const PlanNode*, int> consumers = CountConsumers(roots);
  return RewritePlans(roots, [&](const PlanPtr& node) {
    const auto* calc = node->As<CalcNode>();
    if (calc == nullptr || calc->filter == nullptr || !IsDeterministic(*calc->filter)) return node;
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
