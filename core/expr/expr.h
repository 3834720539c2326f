#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/column/batch.h"
#include "core/status.h"

namespace millrace::proto {
class Expression;
}

namespace millrace {

/// What a query sees of its session, fixed when the job is submitted.
struct SessionSettings {
  std::string time_zone = "UTC";  // table.local-time-zone
  int64_t query_start_micros = 0;  // CURRENT_TIMESTAMP and friends in a bounded query
};

/// The rows of one evaluation that failed, with the first error of each. A failed row's value is unspecified.
class RowErrors {
 public:
  bool empty() const { return errors_.empty(); }
  bool Contains(uint32_t row) const;
  void Add(uint32_t row, Status error);
  /// The error of the smallest row number.
  const std::pair<uint32_t, Status>& First() const;
  const std::vector<std::pair<uint32_t, Status>>& all() const { return errors_; }
  void Clear() { errors_.clear(); }

 private:
  std::vector<std::pair<uint32_t, Status>> errors_;
};

/// The input and surroundings of one evaluation. Single-owner, lives for one batch.
struct EvalContext {
  const Batch& batch;
  /// The rows to evaluate, in increasing order: never rows outside, so that a guarded expression cannot fail for
  /// rows its guard excludes (CASE, AND, OR narrow it).
  const Selection& rows;
  const SessionSettings& session;
  int64_t processing_time_micros = 0;  // PROCTIME(), CURRENT_TIMESTAMP of an unbounded query
  RowErrors& errors;
};

/// A typed, vectorised expression. Immutable and thread-safe after building.
class Expr {
 public:
  virtual ~Expr() = default;
  const DataType& type() const { return type_; }
  /// A column of batch.num_rows rows, with values at context.rows (others unspecified). Failed rows are added to
  /// context.errors; the call itself cannot fail.
  virtual ColumnPtr Evaluate(EvalContext& context) const = 0;

 protected:
  explicit Expr(DataType type) : type_(std::move(type)) {}

 private:
  DataType type_;
};
using ExprPtr = std::shared_ptr<const Expr>;

/// Builds the executable tree; checks column indices and types against `input`. Literals, patterns (LIKE, REGEXP)
/// and time zones that are constant are prepared once.
Result<ExprPtr> BuildExpr(const proto::Expression& expression, const Schema& input, const SessionSettings& session);

/// Evaluates an expression without columns (constant folding). The one-row constant column, or the row's error.
Result<ColumnPtr> EvaluateConstant(const proto::Expression& expression, const SessionSettings& session);

/// Rows of the batch for which a BOOLEAN expression is TRUE (NULL and FALSE are not). Failed rows are in `errors`.
Selection SelectTrue(const Expr& predicate, EvalContext& context);

/// All rows of the batch: its selection, or 0..num_rows-1.
Selection RowsOf(const Batch& batch);

}  // namespace millrace
