#include <numeric>

#include "core/expr/expr.h"

namespace millrace {

Selection RowsOf(const Batch& batch) {
  if (batch.selection) return *batch.selection;
  Selection rows(batch.num_rows);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

}  // namespace millrace
