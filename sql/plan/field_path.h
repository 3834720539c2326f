#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sql/plan/bound_expr.h"

namespace millrace::sql {

/// column.field.field: a field reached from a column through ROWs.
struct FieldPath {
  uint32_t column = 0;
  std::vector<uint32_t> fields;  // empty: the column itself
  friend auto operator<=>(const FieldPath&, const FieldPath&) = default;
};

/// The path that the expression is; nullopt when it is none.
std::optional<FieldPath> AsFieldPath(const BoundExpr& expr);

/// Calls `visit` for every longest path in the expression.
void VisitFieldPaths(const BoundExpr& expr, const std::function<void(const FieldPath&)>& visit);

}  // namespace millrace::sql
