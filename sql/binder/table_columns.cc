#include "sql/binder/table_columns.h"

#include "core/types/type_rules.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/error_codes.h"
#include "sql/parser/parser.h"

namespace millrace::sql {
namespace {

bool CanBeRowtime(const DataType& type) {
  return type.IsTimestamp() && type.precision() <= 3;
}

/// Columns that computed ones may use, over the produced row.
Scope ProducedScope(std::span<const TableColumn> columns) {
  PlanColumns produced;
  for (auto kind : {TableColumn::Kind::kPhysical, TableColumn::Kind::kMetadata}) {
    for (const TableColumn& column : columns) {
      if (column.kind == kind) produced.push_back({.name = column.name, .type = column.type});
    }
  }
  return Scope({""}, produced);
}

}  // namespace

Result<TableColumns> BindTableColumns(std::span<const TableColumn> columns,
                                      const BindEnvironment& environment) {
  TableColumns bound;
  const Scope produced = ProducedScope(columns);
  uint32_t num_physical = 0;
  for (const TableColumn& column : columns) num_physical += column.kind == TableColumn::Kind::kPhysical;
  uint32_t next_physical = 0;
  uint32_t next_metadata = num_physical;
  for (uint32_t i = 0; i < columns.size(); ++i) {
    const TableColumn& column = columns[i];
    PlanColumn planned{.name = column.name, .type = column.type};
    if (column.kind == TableColumn::Kind::kPhysical) {
      bound.physical.push_back(i);
      bound.expressions.push_back(ColumnExpr(next_physical++, column.type));
    } else if (column.kind == TableColumn::Kind::kMetadata) {
      bound.metadata.push_back(i);
      bound.expressions.push_back(ColumnExpr(next_metadata++, column.type));
    } else {
      const std::string context = "Computed column " + column.name;
      Result<ExpressionPtr> expression = ParseExpressionText(column.expression);
      if (!expression.ok()) return expression.status().WithContext(context);
      Result<BoundExprPtr> value = ExpressionBinder(produced, "a computed column").Bind(**expression);
      if (!value.ok()) return value.status().WithContext(context);
      planned.type = (*value)->type;
      if ((*value)->IsCall("PROCTIME")) planned.time = TimeAttribute::kProctime;
      bound.expressions.push_back(*value);
    }
    bound.columns.push_back(std::move(planned));
  }
  return bound;
}

Result<BoundWatermark> BindWatermark(const std::string& column, const Expression& expression,
                                     TableColumns* columns) {
  std::vector<std::string> names;
  uint32_t index = 0;
  for (const PlanColumn& candidate : columns->columns) names.push_back(candidate.name);
  while (index < names.size() && names[index] != column) ++index;
  if (index == names.size()) {
    if (column.find('.') != std::string::npos) return NotSupported("a watermark on a field of a ROW", {});
    return Status(kUnknownColumn, "Unknown column of WATERMARK: " + column)
        .WithSuggestion(DidYouMean(ClosestName(column, names)));
  }
  if (!CanBeRowtime(columns->columns[index].type)) {
    return Status(kInvalidTimeAttribute,
                  "Column of WATERMARK must be TIMESTAMP or TIMESTAMP_LTZ of at most 3 digits: " + column +
                      " is " + columns->columns[index].type.ToStringWithoutNullability());
  }
  const Scope scope({""}, columns->columns);
  ASSIGN_OR_RETURN(BoundExprPtr value, ExpressionBinder(scope, "WATERMARK").Bind(expression));
  if (!value->type.IsTimestamp() || value->type.precision() > 3) {
    return Status(kInvalidTimeAttribute,
                  "Expression of WATERMARK must be TIMESTAMP or TIMESTAMP_LTZ of at most 3 digits: " +
                      value->type.ToStringWithoutNullability());
  }
  columns->columns[index].time = TimeAttribute::kRowtime;
  return BoundWatermark{index, std::move(value)};
}

}  // namespace millrace::sql
