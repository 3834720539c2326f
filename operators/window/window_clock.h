#pragma once

#include <cstdint>
#include <vector>

#include "core/column/batch.h"
#include "core/status.h"
#include "core/temporal/time_zone.h"

namespace millrace::proto {
class WindowSpec;
}

namespace millrace {

/// The clock that windows follow: windows of a TIMESTAMP_LTZ column (and of processing time) align in a time
/// zone, watermarks are instants. Times are microseconds. An immutable value.
class WindowClock {
 public:
  /// `time_type`: of the time column; TIMESTAMP columns follow no zone.
  static Result<WindowClock> Create(const proto::WindowSpec& spec, const DataType& time_type);

  int64_t ToLocal(int64_t instant) const { return is_utc_ ? instant : zone_.ToLocalMicros(instant); }
  /// The watermark at which a window ends, and the value of window_time: the instant of its last millisecond.
  int64_t LastInstant(int64_t window_end) const { return zone_.ToLastUtcMicros(window_end - 1000); }
  bool is_utc() const { return is_utc_; }

 private:
  WindowClock(TimeZone zone, bool is_utc) : zone_(zone), is_utc_(is_utc) {}
  TimeZone zone_;
  bool is_utc_;
};

/// Replaces `micros` by the event times of the selected rows, which may have any precision; false when one is
/// NULL.
bool ReadMicros(const Batch& batch, uint32_t time_column, std::vector<int64_t>* micros);

}  // namespace millrace
