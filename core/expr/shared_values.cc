#include "core/expr/shared_values.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/expr/output_column.h"

namespace millrace {

ColumnPtr SharedValues::Evaluate(uint32_t slot, const Expr& node, EvalContext& context) {
  Value& value = values_[slot];
  if (value.is_complete) return value.column;
  const uint32_t num_batch_rows = context.batch.num_rows;
  if (value.column == nullptr) {
    AddRows(&value, node.Evaluate(context), context.rows, num_batch_rows);
    return value.column;
  }
  Selection missing;
  for (uint32_t row : context.rows) {
    if (value.known[row] == 0) missing.push_back(row);
  }
  if (missing.empty()) return value.column;
  EvalContext rest = context.WithRows(missing);
  ColumnPtr column = node.Evaluate(rest);
  // Branches that exclude each other have no row in common: putting their values together would be for
  // nothing.
  if (missing.size() == context.rows.size()) {
    if (missing.size() > value.rows.size()) {
      value = {};
      AddRows(&value, column, missing, num_batch_rows);
    }
    return column;
  }
  std::vector<Branch> branches;
  branches.push_back({value.column, value.rows});
  branches.push_back({std::move(column), missing});
  const size_t num_known = value.rows.size() + missing.size();
  AddRows(&value, MergeBranches(node.type(), num_batch_rows, num_known, branches), missing, num_batch_rows);
  return value.column;
}

void SharedValues::AddRows(Value* value, ColumnPtr column, const Selection& rows,
                           uint32_t num_batch_rows) const {
  value->column = std::move(column);
  value->is_complete = value->rows.size() + rows.size() == num_rows_;
  if (value->is_complete) return;
  value->known.resize(num_batch_rows, 0);
  for (uint32_t row : rows) value->known[row] = 1;
  Selection all;
  all.reserve(value->rows.size() + rows.size());
  std::merge(value->rows.begin(), value->rows.end(), rows.begin(), rows.end(), std::back_inserter(all));
  value->rows = std::move(all);
}

void SharedValues::Narrow(const Selection& rows) {
  num_rows_ = rows.size();
  for (Value& value : values_) {
    if (value.column == nullptr || value.is_complete) continue;
    value.rows.clear();
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(value.rows),
                 [&value](uint32_t row) { return value.known[row] != 0; });
    value.is_complete = value.rows.size() == num_rows_;
  }
}

void SharedValues::Take(const SelectionPtr& rows) {
  num_rows_ = rows->size();
  for (Value& value : values_) {
    if (value.column == nullptr) continue;
    value.column = Column::Dictionary(value.column, rows);
    if (value.is_complete) continue;
    std::vector<uint8_t> known(rows->size());
    value.rows.clear();
    for (uint32_t i = 0; i < rows->size(); ++i) {
      known[i] = value.known[(*rows)[i]];
      if (known[i] != 0) value.rows.push_back(i);
    }
    value.known = std::move(known);
    value.is_complete = value.rows.size() == num_rows_;
  }
}

}  // namespace millrace
