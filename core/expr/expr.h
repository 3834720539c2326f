#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/column/batch.h"
#include "core/status.h"

namespace millrace::proto {
class Expression;
}

namespace millrace {

class Random;
class SharedValues;

/// What a query sees of its session, fixed when the job is submitted.
struct SessionSettings {
  std::string time_zone = "UTC";   // table.local-time-zone
  int64_t query_start_micros = 0;  // CURRENT_TIMESTAMP and friends in a bounded query; 0 in an unbounded one
};

/// The rows of one evaluation that failed, with the first error of each, by row number. A failed row's value
/// is unspecified.
class RowErrors {
 public:
  bool empty() const { return errors_.empty(); }
  bool Contains(uint32_t row) const;
  /// Keeps the earlier error of a row that has one.
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
  /// The rows to evaluate, in increasing order: never rows outside, so that a guarded expression cannot fail
  /// for rows its guard excludes (CASE, AND, OR narrow it).
  const Selection& rows;
  const SessionSettings& session;
  int64_t processing_time_micros = 0;  // PROCTIME(), CURRENT_TIMESTAMP of an unbounded query
  RowErrors& errors;
  Random* random = nullptr;  // RAND(), UUID(); null: a sequence seeded by the processing time
  int64_t watermark_micros = Watermark::kMin;  // CURRENT_WATERMARK(); kMin: none yet
  SharedValues* shared = nullptr;  // of the batch and its set of expressions; null: nothing is shared

  /// The same evaluation of other rows.
  EvalContext WithRows(const Selection& other_rows) const {
    return {batch, other_rows, session, processing_time_micros, errors, random, watermark_micros, shared};
  }
};

/// A typed, vectorised expression. Immutable and thread-safe after building.
class Expr {
 public:
  virtual ~Expr() = default;
  const DataType& type() const { return type_; }
  /// A column of batch.num_rows rows, with values at context.rows (others unspecified). Failed rows are added
  /// to context.errors; the call itself cannot fail.
  virtual ColumnPtr Evaluate(EvalContext& context) const = 0;
  /// See the function SelectTrue below. `others`, when not null, gets the rows for which it is FALSE or NULL;
  /// failed rows are in neither. Predicates that can tell the rows without a column override it.
  virtual Selection SelectTrueRows(EvalContext& context, Selection* others) const;
  /// The one-row column of an expression that has the same value in all rows, else null.
  virtual ColumnPtr ConstantValue() const { return nullptr; }

 protected:
  explicit Expr(DataType type) : type_(std::move(type)) {}

 private:
  DataType type_;
};
using ExprPtr = std::shared_ptr<const Expr>;

/// Builds the executable tree; checks column indices and types against `input`. Literals, patterns (LIKE,
/// REGEXP) and time zones that are constant are prepared once.
Result<ExprPtr> BuildExpr(const proto::Expression& expression, const Schema& input,
                          const SessionSettings& session);

/// Expressions over one input that are evaluated for the same batches.
struct ExprSet {
  std::vector<ExprPtr> roots;
  uint32_t num_shared = 0;  // for SharedValues
};
/// Builds them together: deterministic calls that are equal, within one and among several, become one node,
/// which has its value once a batch when it is evaluated with SharedValues.
Result<ExprSet> BuildExprs(std::span<const proto::Expression* const> expressions, const Schema& input,
                           const SessionSettings& session);

/// Evaluates an expression without columns (constant folding). The one-row constant column, or the row's
/// error.
Result<ColumnPtr> EvaluateConstant(const proto::Expression& expression, const SessionSettings& session);

/// Rows of the batch for which a BOOLEAN expression is TRUE (NULL and FALSE are not). Failed rows are in
/// `errors`.
Selection SelectTrue(const Expr& predicate, EvalContext& context);

/// All rows of the batch: its selection, or 0..num_rows-1.
Selection RowsOf(const Batch& batch);

}  // namespace millrace
