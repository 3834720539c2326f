#pragma once

#include <functional>
#include <map>
#include <vector>

#include "sql/plan/plan_node.h"

namespace millrace::sql {

using PlanRoots = std::vector<PlanPtr>;

/// Replaces every node below the roots, inputs first: `rule` gets a node over its new inputs. A shared node
/// is rewritten once and stays shared.
PlanRoots RewritePlans(const PlanRoots& roots, const std::function<PlanPtr(const PlanPtr&)>& rule);

/// How many nodes (or roots) read each node.
std::map<const PlanNode*, int> CountConsumers(const PlanRoots& roots);

/// Every node once, inputs before their consumers.
std::vector<PlanPtr> NodesInOrder(const PlanRoots& roots);

/// The node with every expression replaced by what `change` gives.
PlanPtr MapExpressions(const PlanPtr& node, const std::function<BoundExprPtr(const BoundExprPtr&)>& change);

std::vector<std::string> NamesOf(const PlanNode& node);

}  // namespace millrace::sql
