#pragma once

#include <optional>
#include <vector>

#include "core/expr/expr.h"
#include "core/expr/function_registry.h"

namespace millrace {

/// Takes rows with an error out of `rows`.
void DropFailedRows(const RowErrors& errors, Selection* rows);

/// A column of the input.
class ColumnExpr : public Expr {
 public:
  ColumnExpr(DataType type, uint32_t index) : Expr(std::move(type)), index_(index) {}
  ColumnPtr Evaluate(EvalContext& context) const override;

 private:
  uint32_t index_;
};

/// One value for all rows.
class ConstantExpr : public Expr {
 public:
  ConstantExpr(DataType type, ColumnPtr one_row) : Expr(std::move(type)), one_row_(std::move(one_row)) {}
  ColumnPtr Evaluate(EvalContext& context) const override;
  ColumnPtr ConstantValue() const override { return one_row_; }

 private:
  ColumnPtr one_row_;
};

/// A kernel over the columns of its arguments. Constant arguments are computed once a batch, a dictionary
/// once an entry, when the function is deterministic.
class CallExpr : public Expr {
 public:
  CallExpr(DataType type, Kernel kernel, std::vector<ExprPtr> arguments, bool deterministic)
      : Expr(std::move(type)),
        kernel_(std::move(kernel)),
        arguments_(std::move(arguments)),
        deterministic_(deterministic) {}
  ColumnPtr Evaluate(EvalContext& context) const override;

 private:
  ColumnPtr EvaluateOnce(std::vector<ColumnPtr> arguments, EvalContext& context) const;
  ColumnPtr EvaluateDictionary(std::vector<ColumnPtr> arguments, size_t which, EvalContext& context) const;

  Kernel kernel_;
  std::vector<ExprPtr> arguments_;
  bool deterministic_;
};

/// AND, OR: an operand is evaluated for the rows that the ones before it leave open; `is_eager`, for operands
/// that cost less than finding those rows and cannot fail: for all, where a value is wanted.
class LogicalExpr : public Expr {
 public:
  LogicalExpr(DataType type, bool is_and, bool is_eager, std::vector<ExprPtr> operands)
      : Expr(std::move(type)), is_and_(is_and), is_eager_(is_eager), operands_(std::move(operands)) {}
  ColumnPtr Evaluate(EvalContext& context) const override;
  Selection SelectTrueRows(EvalContext& context, Selection* others) const override;

 private:
  ColumnPtr EvaluateAll(EvalContext& context) const;
  Selection SelectAll(EvalContext& context) const;
  Selection SelectAny(EvalContext& context) const;

  bool is_and_;
  bool is_eager_;
  std::vector<ExprPtr> operands_;
};

/// CASE, IF: each condition for the rows left over by those before it, each result for the rows it is taken
/// for.
class CaseExpr : public Expr {
 public:
  CaseExpr(DataType type, std::vector<ExprPtr> conditions, std::vector<ExprPtr> results, ExprPtr otherwise)
      : Expr(std::move(type)),
        conditions_(std::move(conditions)),
        results_(std::move(results)),
        otherwise_(std::move(otherwise)) {}
  ColumnPtr Evaluate(EvalContext& context) const override;

 private:
  std::vector<ExprPtr> conditions_;
  std::vector<ExprPtr> results_;
  ExprPtr otherwise_;
};

/// COALESCE, IFNULL: each argument for the rows that are NULL in all before it.
class CoalesceExpr : public Expr {
 public:
  CoalesceExpr(DataType type, std::vector<ExprPtr> arguments)
      : Expr(std::move(type)), arguments_(std::move(arguments)) {}
  ColumnPtr Evaluate(EvalContext& context) const override;

 private:
  std::vector<ExprPtr> arguments_;
};

/// A field of a ROW; NULL where the row is.
class FieldExpr : public Expr {
 public:
  FieldExpr(DataType type, ExprPtr input, size_t index)
      : Expr(std::move(type)), input_(std::move(input)), index_(index) {}
  ColumnPtr Evaluate(EvalContext& context) const override;

 private:
  ExprPtr input_;
  size_t index_;
};

/// A node that several others refer to. With SharedValues in the context it is evaluated once for each row.
class SharedExpr : public Expr {
 public:
  explicit SharedExpr(ExprPtr node) : Expr(node->type()), node_(std::move(node)) {}
  ColumnPtr Evaluate(EvalContext& context) const override;
  Selection SelectTrueRows(EvalContext& context, Selection* others) const override;

  /// While building only: until then every reference evaluates the node itself.
  void Share(uint32_t slot) { slot_ = slot; }
  bool is_shared() const { return slot_.has_value(); }

 private:
  ExprPtr node_;
  std::optional<uint32_t> slot_;  // in SharedValues
};

}  // namespace millrace
