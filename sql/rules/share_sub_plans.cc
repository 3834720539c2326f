#include <fmt/format.h>

#include <unordered_map>

#include "sql/plan/plan_key.h"
#include "sql/rules/rules.h"

namespace millrace::sql {

PlanRoots ShareSubPlans(const PlanRoots& roots) {
  std::unordered_map<std::string, PlanPtr> known;
  return RewritePlans(roots, [&](const PlanPtr& node) {
    // Every INSERT stays one of its own, also of equal rows into one table.
    if (node->kind() == PlanKind::kSink || node->kind() == PlanKind::kCollect) return node;
    std::string key = PlanKey(*node);
    for (const PlanPtr& input : node->inputs()) key += fmt::format("|{}", fmt::ptr(input.get()));
    return known.emplace(std::move(key), node).first->second;
  });
}

}  // namespace millrace::sql
