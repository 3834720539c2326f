#pragma once

#include "core/status.h"
#include "sql/ast/expression.h"
#include "sql/plan/bound_expr.h"

namespace millrace::sql {

/// The constant that a literal means, typed as Flink does: the smallest of INT, BIGINT and DECIMAL for exact
/// numbers, CHAR(n) for text, fraction digits as written for times. `negative`: a minus sign stands before it
/// (numbers only). kInvalidLiteral when the text is none of its type.
Result<BoundExprPtr> BindLiteral(const Literal& literal, bool negative, const SourcePlace& place);

/// INTERVAL '1 12' DAY TO HOUR.
Result<BoundExprPtr> BindInterval(const IntervalLiteral& literal, const SourcePlace& place);

/// One `unit` as an interval: what INTERVAL (n) unit multiplies with.
Result<BoundExprPtr> OneUnitInterval(TimeUnit unit, const SourcePlace& place);

}  // namespace millrace::sql
