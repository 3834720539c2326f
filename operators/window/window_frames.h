#pragma once

#include <cstdint>

#include "core/status.h"

namespace millrace::proto {
class WindowSpec;
}

namespace millrace {

/// Where windows and their slices lie in time. A slice is the longest span that no window cuts; it is named
/// by its end, a window too (in one stream the end tells the start). All times are microseconds of the clock
/// the windows follow, ends excluded. An immutable value.
class WindowFrames {
 public:
  static constexpr int64_t kNone = INT64_MIN;

  /// Error kBadOperatorConfig for sizes that give no windows. Not for ATTACHED windows.
  static Result<WindowFrames> Create(const proto::WindowSpec& spec);
  /// Windows given by their ends: every slice is a window of its own.
  static WindowFrames Attached() { return WindowFrames(); }

  /// The end of the slice of a time; kNone when no window holds it (HOP with gaps).
  int64_t SliceEnd(int64_t time) const;
  /// Whether the time lies in the slice that ends at `slice`. Not for attached windows.
  bool IsInSlice(int64_t time, int64_t slice) const { return time < slice && slice - slice_ <= time; }
  /// The first window behind `after` that holds the slice; kNone when there is none.
  int64_t NextWindowEnd(int64_t slice, int64_t after) const;
  int64_t LastWindowEnd(int64_t slice) const;
  /// Not for attached windows.
  int64_t WindowStart(int64_t window_end) const;
  /// The slices of a window are those behind this and up to its end.
  int64_t SlicesBegin(int64_t window_end) const {
    return attached_ ? window_end - 1 : WindowStart(window_end);
  }

  /// Whether windows may share slices.
  bool shares_slices() const { return slide_ != size_ && !attached_; }
  /// CUMULATE: a window holds all slices of the one before it.
  bool is_cumulative() const { return cumulative_; }
  /// CUMULATE: the slice that the windows of `slice` begin with.
  int64_t FirstSlice(int64_t slice) const { return WindowStart(slice) + slide_; }

 private:
  WindowFrames() = default;

  int64_t size_ = 1;
  int64_t slide_ = 1;
  int64_t offset_ = 0;
  int64_t slice_ = 1;
  bool cumulative_ = false;
  bool attached_ = true;
};

}  // namespace millrace
