#include "core/expr/node_pool.h"

#include <utility>

#include "core/expr/expr_nodes.h"

namespace millrace {

ExprPtr NodePool::Find(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

ExprPtr NodePool::AddCall(const std::string& key, ExprPtr node, std::span<const ExprPtr> inputs,
                          const ExprTraits& own) {
  ExprTraits traits = own;
  for (const ExprPtr& input : inputs) {
    Refer(input);
    traits.Include(TraitsOf(input));
  }
  if (key.empty()) {
    alive_.push_back(node);
    traits_[node.get()] = traits;
    return node;
  }
  auto shared = std::make_shared<SharedExpr>(std::move(node));
  traits_[shared.get()] = traits;
  calls_[shared.get()].node = shared;
  by_key_[key] = shared;
  return shared;
}

ExprPtr NodePool::AddLeaf(const std::string& key, ExprPtr node, const ExprPtr& input) {
  by_key_[key] = node;
  traits_[node.get()] = input == nullptr ? ExprTraits() : TraitsOf(input);
  return node;
}

void NodePool::Refer(const ExprPtr& node) {
  const auto found = calls_.find(node.get());
  if (found == calls_.end()) return;
  Reference& reference = found->second;
  if (reference.is_referred && !reference.node->is_shared()) reference.node->Share(num_shared_++);
  reference.is_referred = true;
}

}  // namespace millrace
