#pragma once

#include <cstdint>

#include "core/column/column.h"
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

/// Reads event times of any precision as microseconds.
class TimeReader {
 public:
  explicit TimeReader(const Column& column)
      : reader_(column), is_wide_(column.physical() == PhysicalType::kTimestamp) {}
  bool IsNull(uint32_t row) const { return reader_.IsNull(row); }
  int64_t Micros(uint32_t row) const;

 private:
  const ColumnReader reader_;
  const bool is_wide_;
};

}  // namespace millrace
