#pragma once

#include <memory>
#include <vector>

#include "operators/api/operator.h"
#include "operators/window/window_clock.h"
#include "operators/window/window_frames.h"

namespace millrace {

/// Finds the slice of each row of a batch, as a WindowSpec says. Single-owner.
class WindowSlices {
 public:
  /// `input`: of the batches; checks the columns that the spec names. The context gives the processing time.
  static Result<WindowSlices> Create(const proto::WindowSpec& spec, const Schema& input,
                                     OperatorContext& context);

  const WindowFrames& frames() const { return frames_; }
  const WindowClock& clock() const { return clock_; }
  bool processing_time() const { return processing_time_; }
  bool attached() const { return attached_; }

  /// slices[i]: of the i-th selected row (WindowFrames::kNone: in no window). Attached windows: starts[i]
  /// too. Processing-time windows lie behind `floor_micros`. Error kNullEventTime.
  Status Find(const Batch& batch, int64_t floor_micros, std::vector<int64_t>* slices,
              std::vector<int64_t>* starts) const;

 private:
  WindowSlices(WindowFrames frames, WindowClock clock, OperatorContext& context)
      : frames_(frames), clock_(clock), context_(&context) {}

  WindowFrames frames_;
  WindowClock clock_;
  OperatorContext* context_;
  bool processing_time_ = false;
  bool attached_ = false;
  uint32_t time_column_ = 0;  // attached: the window's end
  uint32_t start_column_ = 0;
};

}  // namespace millrace
