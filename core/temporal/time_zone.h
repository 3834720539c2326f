#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <string_view>

#include "core/status.h"

namespace millrace {

/// Conversion between instants and local times of a zone. An immutable value, thread-safe.
class TimeZone {
 public:
  /// A region ("Europe/Berlin"), "UTC", "GMT", "Z", or an offset ("+05:30", "UTC+8", "GMT-03:00").
  /// kInvalidArgument for others.
  static Result<TimeZone> Load(std::string_view name);
  static TimeZone Utc() { return TimeZone(absl::UTCTimeZone()); }

  /// Microseconds since the epoch, of UTC and of the zone's wall clock.
  int64_t ToLocalMicros(int64_t utc_micros) const;
  /// Local times that do not exist (spring) move forward by the gap; those that exist twice (autumn) are the
  /// first.
  int64_t ToUtcMicros(int64_t local_micros) const;
  /// When the wall clock last shows this time; where it skips the time, when it does so.
  int64_t ToLastUtcMicros(int64_t local_micros) const;

 private:
  explicit TimeZone(absl::TimeZone zone) : zone_(zone), is_utc_(zone == absl::UTCTimeZone()) {}

  absl::TimeZone zone_;
  bool is_utc_;
};

}  // namespace millrace
