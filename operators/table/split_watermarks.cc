#include "operators/table/split_watermarks.h"

#include <algorithm>

namespace millrace {

void SplitWatermarks::AddSplit(int64_t watermark_micros, int64_t now_micros) {
  splits_.push_back({.watermark = watermark_micros, .last_row_micros = now_micros});
}

void SplitWatermarks::Raise(uint32_t split, int64_t micros) {
  splits_[split].watermark = std::max(splits_[split].watermark, micros);
}

void SplitWatermarks::MarkActive(uint32_t split, int64_t now_micros) {
  splits_[split].last_row_micros = now_micros;
  splits_[split].idle = false;
}

int64_t SplitWatermarks::CheckIdle(int64_t now_micros) {
  int64_t next = INT64_MAX;
  if (idle_timeout_micros_ <= 0) return next;
  for (SplitProgress& split : splits_) {
    if (split.idle || split.ended) continue;
    const int64_t idle_at = split.last_row_micros + idle_timeout_micros_;
    if (idle_at <= now_micros) {
      split.idle = true;
    } else {
      next = std::min(next, idle_at);
    }
  }
  return next;
}

int64_t SplitWatermarks::Combined() {
  int64_t smallest = INT64_MAX;
  bool any = false;
  for (const SplitProgress& split : splits_) {
    if (split.idle || split.ended) continue;
    smallest = std::min(smallest, split.watermark);
    any = true;
  }
  if (any) combined_ = std::max(combined_, smallest);
  return combined_;
}

bool SplitWatermarks::AllIdle() const {
  return std::all_of(splits_.begin(), splits_.end(),
                     [](const SplitProgress& split) { return split.idle || split.ended; });
}

}  // namespace millrace
