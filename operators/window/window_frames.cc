#include "operators/window/window_frames.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "core/temporal/civil.h"
#include "operators/api/error_codes.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

/// The largest multiple of `unit` (counted from `offset`) that is at most `time`.
int64_t FloorTo(int64_t time, int64_t unit, int64_t offset) {
  return FloorDiv(time - offset, unit) * unit + offset;
}

/// Sizes and offsets beyond this (about 10,000 years) could overflow sums.
constexpr int64_t kMillisMax = int64_t{10'000} * 366 * kMillisPerDay;

}  // namespace

Result<WindowFrames> WindowFrames::Create(const proto::WindowSpec& spec) {
  const bool tumbles = spec.kind() == proto::WindowSpec::TUMBLE;
  const int64_t slide_ms = tumbles ? spec.size_ms() : spec.slide_ms();
  if (spec.size_ms() <= 0 || slide_ms <= 0 || spec.size_ms() > kMillisMax || slide_ms > kMillisMax ||
      spec.offset_ms() < -kMillisMax || spec.offset_ms() > kMillisMax) {
    return Status(kBadOperatorConfig,
                  "the size and the slide of a window must be positive: " + std::to_string(spec.size_ms()) +
                      " ms, " + std::to_string(slide_ms) + " ms");
  }
  WindowFrames frames;
  frames.attached_ = false;
  frames.cumulative_ = spec.kind() == proto::WindowSpec::CUMULATE;
  frames.size_ = spec.size_ms() * kMicrosPerMilli;
  frames.slide_ = slide_ms * kMicrosPerMilli;
  frames.offset_ = spec.offset_ms() * kMicrosPerMilli;
  frames.slice_ = frames.cumulative_ ? frames.slide_ : std::gcd(frames.size_, frames.slide_);
  if (frames.cumulative_ && frames.size_ % frames.slide_ != 0) {
    return Status(kBadOperatorConfig, "the maximal size of a CUMULATE window is no multiple of its step: " +
                                          std::to_string(spec.size_ms()) + " ms, " +
                                          std::to_string(slide_ms) + " ms");
  }
  return frames;
}

int64_t WindowFrames::SliceEnd(int64_t time) const {
  if (attached_) return time;
  const int64_t slice = FloorTo(time, slice_, offset_) + slice_;
  return NextWindowEnd(slice, kNone) == kNone ? kNone : slice;
}

int64_t WindowFrames::NextWindowEnd(int64_t slice, int64_t after) const {
  if (attached_) return slice > after ? slice : kNone;
  const int64_t last = LastWindowEnd(slice);
  if (cumulative_) {
    const int64_t next = after < slice ? slice : FloorTo(after, slide_, offset_) + slide_;
    return next <= last ? next : kNone;
  }
  // Ends lie `size_` behind starts, and starts on the grid of the slide.
  const int64_t earliest = after < slice ? slice : after + 1;
  const int64_t next = FloorTo(earliest - size_ + slide_ - 1, slide_, offset_) + size_;
  return next <= last ? next : kNone;
}

int64_t WindowFrames::LastWindowEnd(int64_t slice) const {
  if (attached_) return slice;
  if (cumulative_) return WindowStart(slice) + size_;
  return FloorTo(slice - slice_, slide_, offset_) + size_;
}

int64_t WindowFrames::WindowStart(int64_t window_end) const {
  return cumulative_ ? FloorTo(window_end - 1, size_, offset_) : window_end - size_;
}

}  // namespace millrace
