#pragma once

#include <vector>

#include "core/types/data_type.h"
#include "sql/plan/bound_expr.h"

namespace millrace::sql {

/// Leaves the fields that no expression reads out of ROW columns. `expressions` are over `columns` (and
/// columns behind them, which stay) and are changed to the new types.
void NarrowRows(std::vector<Field>* columns, std::vector<BoundExprPtr>* expressions);

}  // namespace millrace::sql
