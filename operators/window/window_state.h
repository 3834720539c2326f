#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "operators/aggregate/aggregate_set.h"
#include "operators/aggregate/key_rows.h"
#include "operators/aggregate/scratch_groups.h"
#include "operators/window/sliding_totals.h"
#include "operators/window/staged_groups.h"
#include "operators/window/window_frames.h"

namespace millrace {

// state: what payloads of the table "slices" begin with, version 1.
struct WindowHeader {
  int64_t num_rows = 0;      // sum of weights; a group is in its window while it is positive
  int64_t window_start = 0;  // attached windows
};

/// The slices of a window aggregation: rows go in by slice, the groups of a window come out merged from its
/// slices. Owned by one operator.
class WindowState {
 public:
  /// `key_columns`: of the batches that Update gets.
  WindowState(WindowFrames frames, AggregateSet aggregates, std::vector<uint32_t> key_columns,
              std::vector<DataType> key_types, uint32_t max_parallelism);
  Status Open(KeyedState& state);

  struct Rows {
    const Batch& batch;                    // its selected rows ..
    const int64_t* slices;                 // .. and the slice of each
    const int64_t* starts;                 // attached windows, else null
    std::optional<uint32_t> first_column;  // GLOBAL: of the accumulators; the last column counts rows
  };
  Status Update(const Rows& rows);

  std::vector<int64_t> Slices() const { return slices_->Slices(); }
  /// The first slice behind `after` that holds rows.
  std::optional<int64_t> NextSlice(int64_t after) const { return slices_->NextSlice(after); }
  /// CUMULATE without DISTINCT: slices of windows that were sent are merged into the first one.
  bool folds() const { return frames_.is_cumulative() && !aggregates_.has_distinct(); }
  /// Forgets a slice and its values.
  Status Drop(int64_t slice);

  /// Groups of a window, some at a time; the key in row i of `keys` has group i.
  using Visit = std::function<Status(const Groups& groups, const Batch& keys)>;
  Status ForEachGroup(int64_t window_end, const Visit& visit);
  const AggregateSet& aggregates() const { return aggregates_; }

 private:
  Status Fold(int64_t window_end);
  Status MergeIntoSlice(int64_t slice, size_t first, size_t count);
  Status MergeStaged();
  Status VisitStaged(const Visit& visit);
  Status VisitMerged(int64_t window_end, const Visit& visit);
  Status VisitTotals(const Visit& visit);
  /// Keys as columns; DecodeKeys fills key_rows_.keys(), too.
  Status DecodeKeys(const std::function<std::string_view(size_t)>& key, size_t count, Batch* keys);
  Status DecodeColumns(const std::function<std::string_view(size_t)>& key, size_t count, Batch* keys);
  std::vector<int64_t> SlicesOf(int64_t window_end) const;
  static void MergeHeaders(const Groups& from, const Groups& into);

  const WindowFrames frames_;
  AggregateSet aggregates_;
  const std::vector<uint32_t> key_columns_;
  const std::vector<DataType> key_types_;
  KeyBatch keys_;
  KeyRows key_rows_;
  SliceTable* slices_ = nullptr;
  std::optional<TableBlobs<SliceTable>> blobs_;
  StagedGroups staged_;
  ScratchGroups merged_;
  std::optional<SlidingTotals> totals_;  // of windows that overlap, but for DISTINCT

  // Scratch.
  std::vector<RowRef> rows_;
  std::vector<uint8_t> inserted_;
  std::vector<uint8_t*> payloads_;
  std::vector<uint32_t> row_numbers_;
  std::vector<int8_t> weights_;
  std::vector<int64_t> target_slices_;
  std::vector<std::string_view> key_bytes_;
};

}  // namespace millrace
