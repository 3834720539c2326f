#include "operators/stateless/expressions.h"

#include "core/env/env.h"
#include "proto/expression.pb.h"

namespace millrace {

Result<Expressions> Expressions::Build(
    const google::protobuf::RepeatedPtrField<proto::Expression>& expressions, const Schema& input,
    OperatorContext& context) {
  std::vector<const proto::Expression*> pointers;
  for (const proto::Expression& expression : expressions) pointers.push_back(&expression);
  return Build(pointers, input, context);
}

Result<Expressions> Expressions::Build(std::span<const proto::Expression* const> expressions,
                                       const Schema& input, OperatorContext& context) {
  Expressions built(context);
  ASSIGN_OR_RETURN(ExprSet set, BuildExprs(expressions, input, context.session()));
  for (size_t i = 0; i < expressions.size(); ++i) {
    const proto::Expression& expression = *expressions[i];
    const bool is_column = expression.kind_case() == proto::Expression::kColumn;
    built.expressions_.push_back(
        {std::move(set.roots[i]), is_column ? static_cast<int64_t>(expression.column()) : -1});
  }
  built.num_shared_ = set.num_shared;
  return built;
}

EvalContext Expressions::ContextOf(const Batch& batch, const Selection& rows, RowErrors& errors,
                                   SharedValues& shared) const {
  return {.batch = batch,
          .rows = rows,
          .session = context_->session(),
          .processing_time_micros = context_->ProcessingTimeMicros(),
          .errors = errors,
          .random = &context_->env().random(),
          .watermark_micros = watermark_.micros,
          .shared = &shared};
}

Result<ColumnPtr> Expressions::Evaluate(size_t index, const Batch& batch, const Selection& rows) const {
  SharedValues shared = Share(rows);
  return Evaluate(index, batch, rows, shared);
}

Result<Selection> Expressions::SelectTrue(size_t index, const Batch& batch, const Selection& rows) const {
  SharedValues shared = Share(rows);
  return SelectTrue(index, batch, rows, shared);
}

Result<ColumnPtr> Expressions::Evaluate(size_t index, const Batch& batch, const Selection& rows,
                                        SharedValues& shared) const {
  const Entry& entry = expressions_[index];
  if (entry.column >= 0) return batch.columns[static_cast<size_t>(entry.column)];
  RowErrors errors;
  EvalContext context = ContextOf(batch, rows, errors, shared);
  ColumnPtr column = entry.expr->Evaluate(context);
  if (!errors.empty()) return errors.First().second;
  return column;
}

Result<Selection> Expressions::SelectTrue(size_t index, const Batch& batch, const Selection& rows,
                                          SharedValues& shared) const {
  RowErrors errors;
  EvalContext context = ContextOf(batch, rows, errors, shared);
  Selection selected = millrace::SelectTrue(*expressions_[index].expr, context);
  if (!errors.empty()) return errors.First().second;
  return selected;
}

}  // namespace millrace
