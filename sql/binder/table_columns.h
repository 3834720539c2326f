#pragma once

#include <span>
#include <vector>

#include "sql/binder/binder.h"
#include "sql/plan/plan_node.h"

namespace millrace::sql {

/// A table's columns in declared order, and what computes each from the produced row: physical columns, then
/// metadata columns.
struct TableColumns {
  PlanColumns columns;
  std::vector<BoundExprPtr> expressions;
  std::vector<uint32_t> physical;  // numbers in `columns`
  std::vector<uint32_t> metadata;
};

/// Binds computed columns. Errors name the column; they have no place, the text is the catalog's.
Result<TableColumns> BindTableColumns(std::span<const TableColumn> columns,
                                      const BindEnvironment& environment);

/// The watermark's column (made a time attribute in `columns`) and its expression over `columns`.
struct BoundWatermark {
  uint32_t column = 0;
  BoundExprPtr expression;
};
Result<BoundWatermark> BindWatermark(const std::string& column, const Expression& expression,
                                     TableColumns* columns);

}  // namespace millrace::sql
