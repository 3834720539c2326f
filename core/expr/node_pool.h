#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/expr/expr.h"
#include "core/expr/expr_traits.h"

namespace millrace {

class SharedExpr;

/// The nodes of an ExprSet while it is built: what computes the same is built once. Single-owner.
class NodePool {
 public:
  /// The node that was added with this key, or null. Keys name what a node computes, its inputs by address.
  ExprPtr Find(const std::string& key) const;
  /// Adds a node that columns and constants are cheaper than: parents get what is returned. From its second
  /// reference on it is shared. Without a key (not deterministic) it is the node itself and nobody else's.
  /// `own` are its traits without those of the inputs.
  ExprPtr AddCall(const std::string& key, ExprPtr node, std::span<const ExprPtr> inputs,
                  const ExprTraits& own);
  /// Adds a node that is had for nothing once its input, unless null, is there.
  ExprPtr AddLeaf(const std::string& key, ExprPtr node, const ExprPtr& input = nullptr);
  /// Of a node that was added.
  const ExprTraits& TraitsOf(const ExprPtr& node) const { return traits_.at(node.get()); }
  /// Counts a reference that is no node's: a root.
  void Refer(const ExprPtr& node);

  uint32_t num_shared() const { return num_shared_; }

 private:
  struct Reference {
    std::shared_ptr<SharedExpr> node;
    bool is_referred = false;
  };

  std::unordered_map<std::string, ExprPtr> by_key_;
  std::unordered_map<const Expr*, Reference> calls_;
  std::unordered_map<const Expr*, ExprTraits> traits_;
  std::vector<ExprPtr> alive_;  // so that no address comes twice
  uint32_t num_shared_ = 0;
};

}  // namespace millrace
