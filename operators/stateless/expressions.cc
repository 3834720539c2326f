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
  for (const proto::Expression* expression : expressions) {
    ASSIGN_OR_RETURN(ExprPtr expr, BuildExpr(*expression, input, context.session()));
    const bool is_column = expression->kind_case() == proto::Expression::kColumn;
    built.expressions_.push_back(
        {std::move(expr), is_column ? static_cast<int64_t>(expression->column()) : -1});
  }
  return built;
}

EvalContext Expressions::ContextOf(const Batch& batch, const Selection& rows, RowErrors& errors) const {
  return {.batch = batch,
          .rows = rows,
          .session = context_->session(),
          .processing_time_micros = context_->ProcessingTimeMicros(),
          .errors = errors,
          .random = &context_->env().random(),
          .watermark_micros = watermark_.micros};
}

Result<ColumnPtr> Expressions::Evaluate(size_t index, const Batch& batch, const Selection& rows) const {
  const Entry& entry = expressions_[index];
  if (entry.column >= 0) return batch.columns[static_cast<size_t>(entry.column)];
  RowErrors errors;
  EvalContext context = ContextOf(batch, rows, errors);
  ColumnPtr column = entry.expr->Evaluate(context);
  if (!errors.empty()) return errors.First().second;
  return column;
}

Result<Selection> Expressions::SelectTrue(size_t index, const Batch& batch, const Selection& rows) const {
  RowErrors errors;
  EvalContext context = ContextOf(batch, rows, errors);
  Selection selected = millrace::SelectTrue(*expressions_[index].expr, context);
  if (!errors.empty()) return errors.First().second;
  return selected;
}

}  // namespace millrace
