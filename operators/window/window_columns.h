#pragma once

#include <cstdint>
#include <vector>

#include "core/column/column_builder.h"
#include "core/status.h"
#include "core/types/schema.h"
#include "operators/window/window_clock.h"

namespace millrace {

/// Appends window_start, window_end and window_time of windows, row by row. Single-owner.
class WindowColumns {
 public:
  /// `schema`: ends in the three columns.
  WindowColumns(const Schema& schema, const WindowClock& clock);

  void Append(int64_t start, int64_t end);
  /// The three columns of the rows so far.
  std::vector<ColumnPtr> Finish();
  /// The same for `num_rows` rows of one window.
  std::vector<ColumnPtr> Constant(int64_t start, int64_t end, uint32_t num_rows);

 private:
  const WindowClock clock_;
  std::vector<ColumnBuilder> builders_;
  int64_t last_end_ = INT64_MIN;
  int64_t last_time_ = 0;
};

/// Error kBadOperatorConfig unless the schema ends in three TIMESTAMP columns behind `num_columns` others.
Status CheckWindowColumns(const Schema& schema, size_t num_columns);

}  // namespace millrace
