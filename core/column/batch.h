#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "core/column/column.h"
#include "core/column/column_builder.h"
#include "core/ids.h"
#include "core/types/schema.h"

namespace millrace {

/// Row numbers in increasing order.
using Selection = std::vector<uint32_t>;
using SelectionPtr = std::shared_ptr<const Selection>;

/// Immutable columns with one row count. When `selection` is set only those rows belong to the batch.
/// `weights` (TINYINT, +1 or -1 a row) is set in updating streams only; null means every row is +1. An update
/// is a -1 of the old row and a +1 of the new one; nothing couples the two inside the engine.
struct Batch {
  SchemaPtr schema;
  uint32_t num_rows = 0;  // length of the columns, before the selection
  std::vector<ColumnPtr> columns;
  SelectionPtr selection;
  ColumnPtr weights;

  uint32_t NumSelected() const { return selection ? static_cast<uint32_t>(selection->size()) : num_rows; }
  /// Calls `fn(row)` for every row that belongs to the batch.
  template <class Fn>
  void ForEachRow(Fn&& fn) const {
    if (selection) {
      for (uint32_t row : *selection) fn(row);
    } else {
      for (uint32_t row = 0; row < num_rows; ++row) fn(row);
    }
  }
  int8_t Weight(uint32_t row) const {
    return weights ? ColumnReader(*weights).Value<int8_t>(row) : int8_t{1};
  }
  size_t RetainedBytes() const;
};

/// The batch without a selection: rows that do not belong to it are gone, columns become dictionary columns
/// over the old ones (no bytes are copied).
Batch Compact(const Batch& batch);
/// Rows [first, first + count) of a compact batch, sharing the bytes.
Batch Slice(const Batch& batch, uint32_t first, uint32_t count);
/// The given rows of the batch (row numbers from 0 to num_rows - 1, in any order), sharing the bytes; its
/// selection is not looked at.
Batch Take(const Batch& batch, std::shared_ptr<const Selection> rows);
/// All rows copied into flat columns, so that nothing of the inputs is kept alive. At least one batch; the
/// column types must be equal.
Batch Concatenate(std::span<const Batch> batches);

/// All rows whose event time is at most `micros` have been seen. Microseconds since the epoch.
struct Watermark {
  static constexpr int64_t kMin = INT64_MIN;
  static constexpr int64_t kMax = INT64_MAX;  // end of the stream
  int64_t micros = kMin;
  friend auto operator<=>(const Watermark&, const Watermark&) = default;
};

/// The sender is idle (or active again): its watermark does not hold others back.
struct Idle {
  bool idle = true;
};

/// Separates the rows of two epochs.
struct Barrier {
  Epoch epoch;
  /// The job ends after this checkpoint (stop with savepoint): sources send nothing behind it.
  bool terminal = false;
  /// With `terminal`: sources end event time first, so that all windows fire.
  bool drain = false;
};

/// No more elements follow.
struct EndOfInput {};

/// What flows on every channel, in order.
using Element = std::variant<Batch, Watermark, Idle, Barrier, EndOfInput>;

/// Builds a Batch row by row. Single-owner.
class BatchBuilder {
 public:
  explicit BatchBuilder(SchemaPtr schema);
  const SchemaPtr& schema() const { return schema_; }
  ColumnBuilder& column(size_t index) { return columns_[index]; }
  size_t num_columns() const { return columns_.size(); }
  uint32_t num_rows() const { return num_rows_; }
  /// Call after appending one value to every column.
  void FinishRow(int8_t weight = 1) {
    if (weight != 1 || has_weights_) AppendWeight(weight);
    ++num_rows_;
  }
  /// Drops what was appended to columns since the last FinishRow: for a row that turned out bad midway.
  void AbandonRow();
  /// The rows so far; the builder is empty afterwards. `weights` is set only if some weight was not +1.
  Batch Finish();

 private:
  void AppendWeight(int8_t weight);

  SchemaPtr schema_;
  std::vector<ColumnBuilder> columns_;
  uint32_t num_rows_ = 0;
  bool has_weights_ = false;
  std::vector<int8_t> weights_;
};

}  // namespace millrace
