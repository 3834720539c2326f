#pragma once

#include <string>

#include "sql/plan/plan_node.h"

namespace millrace::sql {

/// Bytes that two expressions share exactly when they mean the same.
std::string ExprKey(const BoundExpr& expr);

/// Bytes that two nodes over the same inputs share exactly when they give the same rows; names of columns do
/// not count.
std::string PlanKey(const PlanNode& node);

/// Stable text of what a window does.
std::string WindowKey(const PlanWindow& window);

}  // namespace millrace::sql
