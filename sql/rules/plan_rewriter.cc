#include "sql/rules/plan_rewriter.h"

#include <set>

namespace millrace::sql {
namespace {

class Rewriter {
 public:
  explicit Rewriter(const std::function<PlanPtr(const PlanPtr&)>& rule) : rule_(rule) {}

  PlanPtr Run(const PlanPtr& node) {
    if (auto found = done_.find(node.get()); found != done_.end()) return found->second;
    std::vector<PlanPtr> inputs;
    bool changed = false;
    for (const PlanPtr& input : node->inputs()) {
      inputs.push_back(Run(input));
      changed = changed || inputs.back() != input;
    }
    PlanPtr result = rule_(changed ? node->WithInputs(std::move(inputs)) : node);
    done_[node.get()] = result;
    return result;
  }

 private:
  const std::function<PlanPtr(const PlanPtr&)>& rule_;
  std::map<const PlanNode*, PlanPtr> done_;
};

void Collect(const PlanPtr& node, std::set<const PlanNode*>* seen, std::vector<PlanPtr>* order) {
  if (!seen->insert(node.get()).second) return;
  for (const PlanPtr& input : node->inputs()) Collect(input, seen, order);
  order->push_back(node);
}

}  // namespace

PlanRoots RewritePlans(const PlanRoots& roots, const std::function<PlanPtr(const PlanPtr&)>& rule) {
  Rewriter rewriter(rule);
  PlanRoots rewritten;
  for (const PlanPtr& root : roots) rewritten.push_back(rewriter.Run(root));
  return rewritten;
}

std::vector<PlanPtr> NodesInOrder(const PlanRoots& roots) {
  std::set<const PlanNode*> seen;
  std::vector<PlanPtr> order;
  for (const PlanPtr& root : roots) Collect(root, &seen, &order);
  return order;
}

std::map<const PlanNode*, int> CountConsumers(const PlanRoots& roots) {
  std::map<const PlanNode*, int> counts;
  for (const PlanPtr& root : roots) ++counts[root.get()];
  for (const PlanPtr& node : NodesInOrder(roots)) {
    for (const PlanPtr& input : node->inputs()) ++counts[input.get()];
  }
  return counts;
}

std::vector<std::string> NamesOf(const PlanNode& node) {
  std::vector<std::string> names;
  for (const PlanColumn& column : node.columns()) names.push_back(column.name);
  return names;
}

PlanPtr MapExpressions(const PlanPtr& node, const std::function<BoundExprPtr(const BoundExprPtr&)>& change) {
  if (const auto* calc = node->As<CalcNode>()) {
    BoundExprPtr filter = calc->filter == nullptr ? nullptr : change(calc->filter);
    std::vector<BoundExprPtr> projections;
    for (const BoundExprPtr& projection : calc->projections) projections.push_back(change(projection));
    return std::make_shared<CalcNode>(calc->input(), std::move(filter), std::move(projections),
                                      NamesOf(*node));
  }
  if (const auto* join = node->As<JoinNode>(); join != nullptr && join->condition != nullptr) {
    return std::make_shared<JoinNode>(join->inputs()[0], join->inputs()[1], join->type, join->left_keys,
                                      join->right_keys, change(join->condition));
  }
  return node;
}

}  // namespace millrace::sql
