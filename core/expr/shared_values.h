#pragma once

#include <cstdint>
#include <vector>

#include "core/expr/expr.h"

namespace millrace {

/// The values that the shared nodes of an ExprSet have for one batch. Each row is evaluated at most once, and
/// only when it is asked for, so that a guarded expression still cannot fail for rows its guard excludes.
/// Single-owner, lives for one batch.
class SharedValues {
 public:
  /// `num_rows`: how many rows are evaluated at most. All that are asked for belong to them.
  SharedValues(uint32_t num_shared, size_t num_rows) : values_(num_shared), num_rows_(num_rows) {}

  /// The value of the node in `slot` at the context's rows.
  ColumnPtr Evaluate(uint32_t slot, const Expr& node, EvalContext& context);

  /// From now on only these of the rows are asked for.
  void Narrow(const Selection& rows);
  /// From now on the batch is the one that millrace::Take makes of `rows`, and all its rows may be asked for.
  void Take(const SelectionPtr& rows);

 private:
  struct Value {
    ColumnPtr column;            // null: no row is known
    bool is_complete = false;    // every row that may be asked for is known; else
    Selection rows;              // the known ones
    std::vector<uint8_t> known;  // the same for each row of the batch
  };

  void AddRows(Value* value, ColumnPtr column, const Selection& rows, uint32_t num_batch_rows) const;

  std::vector<Value> values_;
  size_t num_rows_;
};

}  // namespace millrace
