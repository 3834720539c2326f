#pragma once

#include <cstdint>
#include <vector>

#include "core/column/batch.h"

namespace millrace {

/// Progress of event time in the splits of one source subtask: each split has its own watermark, and the
/// operator's is the smallest of the splits that are neither idle nor ended. It never goes back.
/// Single-owner.
class SplitWatermarks {
 public:
  /// `idle_timeout_micros`: a split without rows for so long is idle; 0 = never.
  explicit SplitWatermarks(int64_t idle_timeout_micros) : idle_timeout_micros_(idle_timeout_micros) {}

  /// Adds the next split, active from now on.
  void AddSplit(int64_t watermark_micros, int64_t now_micros);
  uint32_t num_splits() const { return static_cast<uint32_t>(splits_.size()); }
  int64_t watermark(uint32_t split) const { return splits_[split].watermark; }

  /// The split's watermark rises to `micros`; lower values do nothing.
  void Raise(uint32_t split, int64_t micros);
  /// The split gave rows: it is active.
  void MarkActive(uint32_t split, int64_t now_micros);
  void MarkEnded(uint32_t split) { splits_[split].ended = true; }
  /// Makes splits idle whose time has come. Returns when to call again; INT64_MAX = not before new rows come.
  int64_t CheckIdle(int64_t now_micros);

  /// The operator's watermark.
  int64_t Combined();
  /// Whether no split holds the watermark back or brings it forward: all are idle or ended.
  bool AllIdle() const;

 private:
  struct SplitProgress {
    int64_t watermark = Watermark::kMin;
    int64_t last_row_micros = 0;
    bool idle = false;
    bool ended = false;
  };

  const int64_t idle_timeout_micros_;
  std::vector<SplitProgress> splits_;
  int64_t combined_ = Watermark::kMin;
};

}  // namespace millrace
