#include "sql/lowering/narrow_rows.h"

#include <map>

#include "sql/plan/field_path.h"

namespace millrace::sql {
namespace {

/// Which fields of a value are read.
struct Use {
  bool whole = false;
  std::map<uint32_t, Use> fields;
};

DataType Narrowed(const DataType& type, const Use& use) {
  if (use.whole || use.fields.empty()) return type;
  std::vector<Field> fields;
  for (const auto& [index, inner] : use.fields) {
    const Field& field = type.fields()[index];
    fields.push_back({field.name, Narrowed(field.type, inner)});
  }
  return DataType::Row(std::move(fields)).WithNullable(type.nullable());
}

/// The path over the narrowed column.
BoundExprPtr Access(const BoundExpr& expr, const FieldPath& path, const DataType& column_type,
                    const Use& column_use) {
  BoundExprPtr value = ColumnExpr(path.column, column_type, expr.place);
  const Use* use = &column_use;
  for (uint32_t field : path.fields) {
    uint32_t position = field;
    if (!use->whole)
      position = static_cast<uint32_t>(std::distance(use->fields.begin(), use->fields.find(field)));
    const DataType type = value->type.fields()[position].type;
    value =
        FieldExpr(value, position, type.WithNullable(type.nullable() || value->type.nullable()), expr.place);
    static const Use kWhole{.whole = true};
    use = use->whole ? &kWhole : &use->fields.at(field);
  }
  return value;
}

}  // namespace

void NarrowRows(std::vector<Field>* columns, std::vector<BoundExprPtr>* expressions) {
  std::vector<Use> uses(columns->size());
  for (const BoundExprPtr& expr : *expressions) {
    VisitFieldPaths(*expr, [&](const FieldPath& path) {
      if (path.column >= uses.size()) return;
      Use* use = &uses[path.column];
      for (uint32_t field : path.fields) use = &use->fields[field];
      use->whole = true;
    });
  }
  for (size_t i = 0; i < columns->size(); ++i) (*columns)[i].type = Narrowed((*columns)[i].type, uses[i]);
  for (BoundExprPtr& expr : *expressions) {
    expr = Rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
      const std::optional<FieldPath> path = AsFieldPath(*node);
      if (!path || path->column >= uses.size()) return nullptr;
      return Access(*node, *path, (*columns)[path->column].type, uses[path->column]);
    });
  }
}

}  // namespace millrace::sql
