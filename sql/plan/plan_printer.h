#pragma once

#include <string>
#include <vector>

#include "sql/plan/plan_node.h"

namespace millrace::sql {

/// The plans as indented trees, one node a line, as EXPLAIN shows them. A node with several consumers is
/// printed once and referred to by number. `with_changelog`: also which changes each node sends, [I] or
/// [I,UB,UA,D].
std::string PrintPlans(const std::vector<PlanPtr>& roots, bool with_changelog);

}  // namespace millrace::sql
