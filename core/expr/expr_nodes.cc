#include "core/expr/expr_nodes.h"

#include <algorithm>
#include <iterator>

#include "core/expr/output_column.h"
#include "core/expr/shared_values.h"

namespace millrace {
namespace {

/// The rows that are not in `taken`; both in increasing order, `taken` a part of `rows`.
Selection Without(const Selection& rows, const Selection& taken) {
  Selection rest;
  rest.reserve(rows.size() - taken.size());
  std::set_difference(rows.begin(), rows.end(), taken.begin(), taken.end(), std::back_inserter(rest));
  return rest;
}

bool IsConstant(const Column& column) {
  return column.encoding() == Encoding::kConstant;
}

/// The one argument in dictionary encoding when the others are constant and entries repeat often enough.
std::optional<size_t> FindDictionary(const std::vector<ColumnPtr>& arguments, size_t num_rows) {
  std::optional<size_t> found;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (IsConstant(*arguments[i])) continue;
    if (found || arguments[i]->encoding() != Encoding::kDictionary) return std::nullopt;
    found = i;
  }
  if (found && size_t{arguments[*found]->dictionary()->size()} * 2 > num_rows) return std::nullopt;
  return found;
}

}  // namespace

ColumnPtr ColumnExpr::Evaluate(EvalContext& context) const {
  return context.batch.columns[index_];
}

ColumnPtr ConstantExpr::Evaluate(EvalContext& context) const {
  return Column::ConstantOf(one_row_, 0, context.batch.num_rows);
}

ColumnPtr CallExpr::Evaluate(EvalContext& context) const {
  std::vector<ColumnPtr> arguments;
  arguments.reserve(arguments_.size());
  for (const ExprPtr& argument : arguments_) arguments.push_back(argument->Evaluate(context));
  if (context.rows.empty()) return Column::NullConstant(type(), context.batch.num_rows);
  if (deterministic_ && !arguments.empty()) {
    if (std::all_of(arguments.begin(), arguments.end(),
                    [](const ColumnPtr& column) { return IsConstant(*column); })) {
      return EvaluateOnce(std::move(arguments), context);
    }
    if (const auto which = FindDictionary(arguments, context.rows.size())) {
      return EvaluateDictionary(std::move(arguments), *which, context);
    }
  }
  return kernel_({arguments, type(), context});
}

ColumnPtr CallExpr::EvaluateOnce(std::vector<ColumnPtr> arguments, EvalContext& context) const {
  for (ColumnPtr& argument : arguments) argument = Column::ConstantOf(argument, 0, 1);
  const Batch batch{.schema = nullptr, .num_rows = 1};
  const Selection rows{0};
  RowErrors errors;
  EvalContext once{batch, rows, context.session, context.processing_time_micros, errors, context.random};
  ColumnPtr result = kernel_({arguments, type(), once});
  if (!errors.empty()) {
    for (uint32_t row : context.rows) context.errors.Add(row, errors.First().second);
  }
  return Column::ConstantOf(std::move(result), 0, context.batch.num_rows);
}

ColumnPtr CallExpr::EvaluateDictionary(std::vector<ColumnPtr> arguments, size_t which,
                                       EvalContext& context) const {
  const ColumnPtr column = arguments[which];
  const uint32_t num_entries = column->dictionary()->size();
  const std::vector<uint32_t>& indices = column->indices();
  // Entries that no row refers to may be anything, so they are not looked at.
  std::vector<uint8_t> used(num_entries, 0);
  for (uint32_t row : context.rows) used[indices[row]] = 1;
  Selection entries;
  for (uint32_t entry = 0; entry < num_entries; ++entry) {
    if (used[entry] != 0) entries.push_back(entry);
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    arguments[i] = i == which ? column->dictionary() : Column::ConstantOf(arguments[i], 0, num_entries);
  }
  const Batch batch{.schema = nullptr, .num_rows = num_entries};
  RowErrors errors;
  EvalContext inner{batch, entries, context.session, context.processing_time_micros, errors, context.random};
  ColumnPtr result = kernel_({arguments, type(), inner});
  for (const auto& [entry, error] : errors.all()) {
    for (uint32_t row : context.rows) {
      if (indices[row] == entry) context.errors.Add(row, error);
    }
  }
  return Column::Dictionary(std::move(result), column->shared_indices());
}

/// Without a branch on values, which nobody can foresee.
ColumnPtr LogicalExpr::EvaluateAll(EvalContext& context) const {
  const uint8_t deciding = is_and_ ? 0 : 1;
  OutputColumn out(type(), context.batch.num_rows);
  uint8_t* const values = out.Values<uint8_t>();
  for (uint32_t row : context.rows) values[row] = 1 - deciding;
  Selection nulls;
  for (const ExprPtr& operand : operands_) {
    const ColumnPtr column = operand->Evaluate(context);
    const ColumnReader reader(*column);
    ForEachRow(context, [&, reader](uint32_t row) {
      if (reader.IsNull(row)) {
        nulls.push_back(row);
      } else {
        const uint8_t value = reader.Value<uint8_t>(row);
        values[row] = static_cast<uint8_t>(deciding == 0 ? values[row] & value : values[row] | value);
      }
    });
  }
  for (uint32_t row : nulls) {
    if (values[row] != deciding) out.SetNull(row);
  }
  return out.Finish();
}

ColumnPtr LogicalExpr::Evaluate(EvalContext& context) const {
  if (is_eager_) return EvaluateAll(context);
  // FALSE decides AND, TRUE decides OR; of undecided rows those with a NULL operand are NULL.
  const uint8_t deciding = is_and_ ? 0 : 1;
  OutputColumn out(type(), context.batch.num_rows);
  uint8_t* values = out.Values<uint8_t>();
  for (uint32_t row : context.rows) values[row] = 1 - deciding;
  Selection open = context.rows;
  Selection nulls;
  for (const ExprPtr& operand : operands_) {
    EvalContext narrowed = context.WithRows(open);
    const ColumnPtr column = operand->Evaluate(narrowed);
    const ColumnReader reader(*column);
    const bool last = &operand == &operands_.back();
    size_t num_left = 0;
    for (uint32_t row : open) {
      if (reader.IsNull(row)) {
        nulls.push_back(row);
        if (!last) open[num_left++] = row;
      } else if (reader.Value<uint8_t>(row) == deciding) {
        values[row] = deciding;
      } else if (!last) {
        open[num_left++] = row;
      }
    }
    open.resize(num_left);
    DropFailedRows(context.errors, &open);
    if (open.empty()) break;
  }
  for (uint32_t row : nulls) {
    if (values[row] != deciding) out.SetNull(row);
  }
  return out.Finish();
}

Selection LogicalExpr::SelectTrueRows(EvalContext& context, Selection* others) const {
  Selection selected = is_and_ ? SelectAll(context) : SelectAny(context);
  if (others != nullptr) {
    *others = Without(context.rows, selected);
    DropFailedRows(context.errors, others);
  }
  return selected;
}

Selection LogicalExpr::SelectAll(EvalContext& context) const {
  Selection selected = context.rows;
  for (const ExprPtr& operand : operands_) {
    if (selected.empty()) break;
    EvalContext narrowed = context.WithRows(selected);
    Selection next = operand->SelectTrueRows(narrowed, nullptr);
    selected = std::move(next);
  }
  return selected;
}

Selection LogicalExpr::SelectAny(EvalContext& context) const {
  Selection selected;
  Selection open = context.rows;
  for (const ExprPtr& operand : operands_) {
    if (open.empty()) break;
    EvalContext narrowed = context.WithRows(open);
    Selection left;
    const Selection found = operand->SelectTrueRows(narrowed, &left);
    Selection merged;
    merged.reserve(selected.size() + found.size());
    std::merge(selected.begin(), selected.end(), found.begin(), found.end(), std::back_inserter(merged));
    selected = std::move(merged);
    open = std::move(left);
  }
  return selected;
}

ColumnPtr CaseExpr::Evaluate(EvalContext& context) const {
  std::vector<Branch> branches;
  Selection open = context.rows;
  for (size_t i = 0; i < conditions_.size() && !open.empty(); ++i) {
    EvalContext undecided = context.WithRows(open);
    Selection left;
    Selection taken = conditions_[i]->SelectTrueRows(undecided, &left);
    open = std::move(left);
    if (taken.empty()) continue;
    EvalContext chosen = context.WithRows(taken);
    ColumnPtr column = results_[i]->Evaluate(chosen);
    branches.push_back({std::move(column), std::move(taken)});
  }
  if (!open.empty()) {
    EvalContext rest = context.WithRows(open);
    ColumnPtr column = otherwise_->Evaluate(rest);
    branches.push_back({std::move(column), std::move(open)});
  }
  return MergeBranches(type(), context.batch.num_rows, context.rows.size(), branches);
}

ColumnPtr CoalesceExpr::Evaluate(EvalContext& context) const {
  std::vector<Branch> branches;
  Selection open = context.rows;
  for (const ExprPtr& argument : arguments_) {
    if (open.empty()) break;
    EvalContext narrowed = context.WithRows(open);
    ColumnPtr column = argument->Evaluate(narrowed);
    const ColumnReader reader(*column);
    if (!reader.has_nulls()) {
      branches.push_back({std::move(column), std::move(open)});
      break;
    }
    Selection taken;
    Selection left;
    for (uint32_t row : open) (reader.IsNull(row) ? left : taken).push_back(row);
    DropFailedRows(context.errors, &left);
    branches.push_back({std::move(column), std::move(taken)});
    open = std::move(left);
  }
  return MergeBranches(type(), context.batch.num_rows, context.rows.size(), branches);
}

ColumnPtr FieldExpr::Evaluate(EvalContext& context) const {
  const ColumnPtr input = input_->Evaluate(context);
  const Column& payload = input->encoding() == Encoding::kDictionary ? *input->dictionary() : *input;
  if (payload.encoding() == Encoding::kConstant) {
    if (payload.IsNull(0)) return Column::NullConstant(type(), context.batch.num_rows);
    return Column::ConstantOf(payload.parts().children[index_], 0, context.batch.num_rows)->WithType(type());
  }
  ColumnPtr field = payload.parts().children[index_];
  if (input->encoding() == Encoding::kDictionary)
    field = Column::Dictionary(std::move(field), input->shared_indices());
  return field->WithType(type());
}

ColumnPtr SharedExpr::Evaluate(EvalContext& context) const {
  if (!slot_ || context.shared == nullptr) return node_->Evaluate(context);
  return context.shared->Evaluate(*slot_, *node_, context);
}

Selection SharedExpr::SelectTrueRows(EvalContext& context, Selection* others) const {
  if (!slot_ || context.shared == nullptr) return node_->SelectTrueRows(context, others);
  return Expr::SelectTrueRows(context, others);
}

}  // namespace millrace
