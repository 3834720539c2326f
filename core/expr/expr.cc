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

/// The rows for which `is_true(row)` is 1, and in `others`, unless null, those for which it is 0. Without
/// branches: the next place is written always, and kept by whom the row belongs to.
template <class IsTrue>
Selection Split(const Selection& rows, IsTrue is_true, Selection* others) {
  Selection selected(rows.size());
  uint32_t* out = selected.data();
  if (others == nullptr) {
    for (uint32_t row : rows) {
      *out = row;
      out += is_true(row);
    }
  } else {
    others->resize(rows.size());
    uint32_t* other = others->data();
    for (uint32_t row : rows) {
      const uint8_t taken = is_true(row);
      *out = row;
      *other = row;
      out += taken;
      other += 1 - taken;
    }
    others->resize(static_cast<size_t>(other - others->data()));
  }
  selected.resize(static_cast<size_t>(out - selected.data()));
  return selected;
}

}  // namespace

void DropFailedRows(const RowErrors& errors, Selection* rows) {
  if (errors.empty()) return;
  std::erase_if(*rows, [&](uint32_t row) { return errors.Contains(row); });
}

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

Selection Expr::SelectTrueRows(EvalContext& context, Selection* others) const {
  const ColumnPtr column = Evaluate(context);
  const ColumnReader reader(*column);
  Selection selected;
  if (reader.is_constant()) {
    const bool is_true = !reader.IsNull(0) && reader.Value<uint8_t>(0) != 0;
    if (is_true) selected = context.rows;
    if (others != nullptr) *others = is_true ? Selection() : context.rows;
  } else if (reader.is_flat() && !reader.has_nulls()) {
    const uint8_t* values = reader.Values<uint8_t>();
    selected = Split(
        context.rows, [values](uint32_t row) { return values[row]; }, others);
  } else {
    const auto is_true = [reader](uint32_t row) {
      return static_cast<uint8_t>(reader.IsNull(row) ? 0 : reader.Value<uint8_t>(row));
    };
    selected = Split(context.rows, is_true, others);
  }
  DropFailedRows(context.errors, &selected);
  if (others != nullptr) DropFailedRows(context.errors, others);
  return selected;
}

Selection SelectTrue(const Expr& predicate, EvalContext& context) {
  return predicate.SelectTrueRows(context, nullptr);
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
