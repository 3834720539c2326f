#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "operators/aggregate/aggregate_set.h"
#include "operators/aggregate/scratch_groups.h"
#include "operators/window/staged_groups.h"

namespace millrace {

/// The groups of windows that overlap, at a cost a window that does not depend on how many slices it has: two
/// stacks (Tangwongsan, Hirzel, Schneider, Wu: General Incremental Sliding-Window Aggregation, VLDB 2015),
/// for all keys at once. The front holds for every row of the older slices the merge of its key's rows from
/// there to the front's newest slice; the back holds one total a key of the slices that came since. A slice
/// leaves by moving its keys on to their next row of the front; when the front is used up, the whole window
/// becomes the front. So a row is merged a few times in all, in the order of the slices. Derived from the
/// slices and in memory only. Single-owner.
class SlidingTotals {
 public:
  using MergeHeaders = void (*)(const Groups& from, const Groups& into);
  /// `aggregates` must outlive this.
  SlidingTotals(AggregateSet& aggregates, MergeHeaders merge_headers);

  /// Rows of this slice changed: what was merged may not be true any more.
  void OnSliceChanged(int64_t slice) { is_valid_ &= slice > last_slice_; }
  /// Goes on to the window of the slices begin < slice <= end, which ends behind the last one.
  Status MoveTo(int64_t begin, int64_t end, SliceTable& slices);

  /// Groups of the window, and some that have left it and have no rows.
  size_t size() const { return back_.size(); }
  std::string_view key(size_t group) const { return back_.key(group); }
  /// Groups first, first + 1, ...; valid until the next call.
  Groups Totals(size_t first, size_t count);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct FrontSlice {
    int64_t slice;
    size_t first_row;
    size_t end_row;
  };
  struct FrontRow {
    uint32_t group;
    uint32_t next;  // the row of the next newer slice with this key, or kNone
  };
  /// What is merged into what, group by group.
  struct Merges {
    std::vector<uint8_t*> from_payloads, into_payloads;
    std::vector<RowRef> from_rows, into_rows;
    void Add(uint8_t* from, RowRef from_row, uint8_t* into, RowRef into_row);
    void Clear();
  };

  void Leave(int64_t begin);
  Status Enter(int64_t end, SliceTable& slices);
  Status Rebuild(int64_t begin, int64_t end, SliceTable& slices);
  Status PushFront(int64_t slice, SliceTable& slices);
  uint32_t GroupOf(std::string_view key);
  void Merge(BlobAccess& from, BlobAccess& into);

  AggregateSet& aggregates_;
  const MergeHeaders merge_headers_;
  bool is_valid_ = false;
  int64_t last_slice_ = INT64_MIN;        // the newest that was entered
  int64_t first_back_slice_ = INT64_MAX;  // the oldest of the back

  std::vector<FrontSlice> front_slices_;  // the oldest last
  StagedGroups front_;
  std::vector<FrontRow> front_rows_;      // parallel to front_
  std::vector<uint32_t> front_of_group_;  // its oldest row of the front, or kNone
  ScratchGroups back_;                    // all groups, those without a row in the back, too

  // Scratch.
  StagedGroups entering_;
  std::vector<uint32_t> entering_groups_;
  StagedGroups totals_;
  Merges merges_;
};

}  // namespace millrace
