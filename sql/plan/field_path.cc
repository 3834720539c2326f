#include "sql/plan/field_path.h"

namespace millrace::sql {

std::optional<FieldPath> AsFieldPath(const BoundExpr& expr) {
  if (expr.IsColumn()) return FieldPath{expr.index, {}};
  if (expr.kind != BoundExpr::Kind::kField) return std::nullopt;
  std::optional<FieldPath> path = AsFieldPath(*expr.children[0]);
  if (path) path->fields.push_back(expr.index);
  return path;
}

void VisitFieldPaths(const BoundExpr& expr, const std::function<void(const FieldPath&)>& visit) {
  if (const std::optional<FieldPath> path = AsFieldPath(expr)) {
    visit(*path);
    return;
  }
  for (const BoundExprPtr& child : expr.children) VisitFieldPaths(*child, visit);
}

}  // namespace millrace::sql
