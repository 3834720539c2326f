#include "core/expr/expr.h"

#include <algorithm>

#include "core/check.h"
#include "core/column/column.h"
#include "proto/expression.pb.h"

namespace millrace {
namespace {

auto FindRow(auto& errors, uint32_t row) {
  return std::lower_bound(errors.begin(), errors.end(), row,
                          [](const auto& error, uint32_t wanted) { return error.first < wanted; });
}

}  // namespace

bool RowErrors::Contains(uint32_t row) const {
  const auto at = FindRow(errors_, row);
  return at != errors_.end() && at->first == row;
}

void RowErrors::Add(uint32_t row, Status error) {
  const auto at = FindRow(errors_, row);
  if (at != errors_.end() && at->first == row) return;
  errors_.insert(at, {row, std::move(error)});
}

const std::pair<uint32_t, Status>& RowErrors::First() const {
  CHECK(!errors_.empty());
  return errors_.front();
}

Selection Expr::SelectTrueRows(EvalContext& context) const {
  const ColumnPtr column = Evaluate(context);
  const ColumnReader reader(*column);
  Selection selected;
  if (reader.is_constant()) {
    if (!context.rows.empty() && !reader.IsNull(0) && reader.Value<uint8_t>(0) != 0) selected = context.rows;
  } else if (reader.is_flat() && !reader.has_nulls()) {
    // Without branches: the next place is written always and kept only for TRUE.
    selected.resize(context.rows.size());
    const uint8_t* values = reader.Values<uint8_t>();
    size_t count = 0;
    for (uint32_t row : context.rows) {
      selected[count] = row;
      count += values[row];
    }
    selected.resize(count);
  } else {
    for (uint32_t row : context.rows) {
      if (!reader.IsNull(row) && reader.Value<uint8_t>(row) != 0) selected.push_back(row);
    }
  }
  if (!context.errors.empty()) {
    std::erase_if(selected, [&](uint32_t row) { return context.errors.Contains(row); });
  }
  return selected;
}

Selection SelectTrue(const Expr& predicate, EvalContext& context) {
  return predicate.SelectTrueRows(context);
}

Result<ColumnPtr> EvaluateConstant(const proto::Expression& expression, const SessionSettings& session) {
  ASSIGN_OR_RETURN(const ExprPtr expr, BuildExpr(expression, Schema{}, session));
  const Batch batch{.schema = nullptr, .num_rows = 1};
  const Selection rows{0};
  RowErrors errors;
  EvalContext context{batch, rows, session, session.query_start_micros, errors};
  ColumnPtr column = expr->Evaluate(context);
  if (!errors.empty()) return errors.First().second;
  return Column::ConstantOf(std::move(column), 0, 1);
}

}  // namespace millrace
