#include <algorithm>

#include "sql/plan/field_path.h"
#include "sql/rules/rules.h"

namespace millrace::sql {
namespace {

bool IsTrivial(const BoundExpr& expr) {
  return expr.IsLiteral() || AsFieldPath(expr).has_value();
}

/// Whether the outer calculation can take over the inner one's work without doing any of it twice.
bool CanMerge(const CalcNode& outer, const CalcNode& inner, bool shared) {
  std::vector<size_t> uses(inner.projections.size(), 0);
  const auto count = [&](const BoundExpr& expr) {
    VisitExpr(expr, [&](const BoundExpr& node) {
      if (node.IsColumn()) ++uses[node.index];
    });
  };
  if (outer.filter != nullptr) count(*outer.filter);
  for (const BoundExprPtr& projection : outer.projections) count(*projection);
  for (size_t i = 0; i < uses.size(); ++i) {
    const BoundExpr& expr = *inner.projections[i];
    if (IsTrivial(expr)) continue;
    if (shared || uses[i] > 1 || MakesJson(expr)) return false;
    if (uses[i] == 0 || IsDeterministic(expr)) continue;
    // A value that differs from call to call is drawn for every row, also those that the outer filter drops.
    if (outer.filter != nullptr) return false;
  }
  return true;
}

PlanPtr Merge(const CalcNode& outer, const CalcNode& inner) {
  std::vector<BoundExprPtr> conjuncts = Conjuncts(inner.filter);
  if (outer.filter != nullptr) {
    for (BoundExprPtr& conjunct : Conjuncts(Substitute(outer.filter, inner.projections)))
      conjuncts.push_back(conjunct);
  }
  std::vector<BoundExprPtr> projections;
  for (const BoundExprPtr& projection : outer.projections)
    projections.push_back(Substitute(projection, inner.projections));
  return std::make_shared<CalcNode>(inner.input(), Conjunction(std::move(conjuncts)), std::move(projections),
                                    NamesOf(outer));
}

}  // namespace

PlanRoots MergeCalcs(const PlanRoots& roots) {
  const std::map<const PlanNode*, int> consumers = CountConsumers(roots);
  // New nodes stand for old ones; a node that was shared stays in `shared` under its new pointer.
  std::map<const PlanNode*, bool> shared;
  std::map<const PlanNode*, PlanPtr> done;
  const std::function<PlanPtr(const PlanPtr&)> rewrite = [&](const PlanPtr& node) -> PlanPtr {
    if (auto found = done.find(node.get()); found != done.end()) return found->second;
    std::vector<PlanPtr> inputs;
    bool changed = false;
    for (const PlanPtr& input : node->inputs()) {
      inputs.push_back(rewrite(input));
      changed = changed || inputs.back() != input;
    }
    PlanPtr result = changed ? node->WithInputs(std::move(inputs)) : node;
    const auto* outer = result->As<CalcNode>();
    while (outer != nullptr) {
      const auto* inner = outer->input()->As<CalcNode>();
      if (inner == nullptr || !CanMerge(*outer, *inner, shared[inner])) break;
      result = Merge(*outer, *inner);
      outer = result->As<CalcNode>();
    }
    if (outer != nullptr && outer->filter == nullptr && outer->ProjectsNothing()) result = outer->input();
    const auto count = consumers.find(node.get());
    if (count != consumers.end() && count->second > 1) shared[result.get()] = true;
    done[node.get()] = result;
    return result;
  };
  PlanRoots rewritten;
  for (const PlanPtr& root : roots) rewritten.push_back(rewrite(root));
  return rewritten;
}

}  // namespace millrace::sql
