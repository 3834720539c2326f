#pragma once

#include <string>

#include "sql/plan/bound_expr.h"

namespace millrace::sql {

/// Replaces calls of deterministic functions on constants by their value. What fails to evaluate stays as it
/// is: the error belongs to the rows that reach it.
BoundExprPtr FoldConstants(const BoundExprPtr& expr, const std::string& time_zone);

}  // namespace millrace::sql
