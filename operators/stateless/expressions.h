#pragma once

#include <span>
#include <vector>

#include "core/expr/expr.h"
#include "core/expr/shared_values.h"
#include "operators/api/operator.h"

namespace google::protobuf {
template <class T>
class RepeatedPtrField;
}

namespace millrace {

/// The expressions of an operator's configuration, built once and evaluated batch by batch. The first row
/// that fails ends the evaluation with its error. Single-owner; borrows the operator's context.
class Expressions {
 public:
  static Result<Expressions> Build(const google::protobuf::RepeatedPtrField<proto::Expression>& expressions,
                                   const Schema& input, OperatorContext& context);
  static Result<Expressions> Build(std::span<const proto::Expression* const> expressions, const Schema& input,
                                   OperatorContext& context);

  /// What CURRENT_WATERMARK() sees from now on.
  void SetWatermark(Watermark watermark) { watermark_ = watermark; }

  size_t size() const { return expressions_.size(); }
  const DataType& type(size_t index) const { return expressions_[index].expr->type(); }
  /// Whether expression `index` is only a column of the input.
  bool IsColumn(size_t index) const { return expressions_[index].column >= 0; }

  /// The value of expression `index` for `rows` of the batch: a column of batch.num_rows rows. Columns of the
  /// input come back as they are.
  Result<ColumnPtr> Evaluate(size_t index, const Batch& batch, const Selection& rows) const;
  /// Rows among `rows` for which the BOOLEAN expression `index` is TRUE.
  Result<Selection> SelectTrue(size_t index, const Batch& batch, const Selection& rows) const;

  /// For several expressions over one batch: what they have in common is computed once. Give the same
  /// `shared`, made for all rows of the batch, to each.
  SharedValues Share(const Selection& rows) const { return SharedValues(num_shared_, rows.size()); }
  Result<ColumnPtr> Evaluate(size_t index, const Batch& batch, const Selection& rows,
                             SharedValues& shared) const;
  Result<Selection> SelectTrue(size_t index, const Batch& batch, const Selection& rows,
                               SharedValues& shared) const;

 private:
  struct Entry {
    ExprPtr expr;
    int64_t column = -1;  // the input column that it is, or -1
  };

  explicit Expressions(OperatorContext& context) : context_(&context) {}

  EvalContext ContextOf(const Batch& batch, const Selection& rows, RowErrors& errors,
                        SharedValues& shared) const;

  OperatorContext* context_;
  Watermark watermark_;
  std::vector<Entry> expressions_;
  uint32_t num_shared_ = 0;
};

}  // namespace millrace
