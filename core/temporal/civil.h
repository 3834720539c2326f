#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/column/wide_types.h"

namespace millrace {

/// Arithmetic and text of the proleptic Gregorian calendar, without time zones. Pure and thread-safe. All of
/// it floors, so that times before 1970 are right.

inline constexpr int64_t kMillisPerSecond = 1'000;
inline constexpr int64_t kMillisPerDay = 86'400'000;
inline constexpr int64_t kMicrosPerMilli = 1'000;
inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerDay = 86'400'000'000;
inline constexpr int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr int64_t kNanosPerDay = 86'400'000'000'000;

/// Quotient rounded towards minus infinity, and the remainder that goes with it; divisor > 0.
constexpr int64_t FloorDiv(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}
constexpr int64_t FloorMod(int64_t value, int64_t divisor) {
  const int64_t rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

struct CivilDate {
  int32_t year = 1970;
  int32_t month = 1;  // 1..12
  int32_t day = 1;    // 1..31
  friend bool operator==(const CivilDate&, const CivilDate&) = default;
};

/// Days since 1970-01-01. The date must be valid.
int32_t DaysFromCivil(CivilDate date);
CivilDate CivilFromDays(int32_t days);
bool IsLeapYear(int32_t year);
int32_t DaysInMonth(int32_t year, int32_t month);
/// Whether the date exists and its year is 1..9999.
bool IsValidDate(CivilDate date);
/// ISO: 1 is Monday, 7 is Sunday.
int32_t IsoDayOfWeek(int32_t days);
int32_t DayOfYear(int32_t days);
/// The ISO week (1..53) of the date and the year that week belongs to.
struct IsoWeek {
  int32_t year;
  int32_t week;
};
IsoWeek IsoWeekOf(int32_t days);
/// The same day `months` later, or the last day of that month when it is shorter.
int32_t AddMonths(int32_t days, int64_t months);

inline WideTimestamp WideFromMicros(int64_t micros) {
  return {FloorDiv(micros, kMicrosPerMilli), static_cast<int32_t>(FloorMod(micros, kMicrosPerMilli) * 1000),
          0};
}
/// Nanoseconds below a microsecond are dropped.
inline int64_t MicrosFromWide(WideTimestamp time) {
  return time.millis * kMicrosPerMilli + time.nanos_of_milli / 1000;
}

/// "2020-01-31". Years outside 0..9999 get as many digits as they need.
void AppendDate(int32_t days, std::string* out);
/// "10:10:10.123" of milliseconds of the day, with `precision` (0..9) fraction digits: those that do not fit
/// are cut.
void AppendTime(int64_t millis_of_day, int precision, std::string* out);
/// "2020-01-31 10:10:10.123", likewise.
void AppendTimestamp(int64_t micros, int precision, std::string* out);
void AppendTimestamp(WideTimestamp time, int precision, std::string* out);

/// A parsed date and time of day.
struct ParsedTimestamp {
  int32_t days = 0;
  int64_t nanos_of_day = 0;
  /// Seconds east of UTC where the text named an offset ("Z", "+08:00").
  std::optional<int32_t> offset_seconds;

  /// Microseconds since the epoch, offset applied; nanoseconds below a microsecond are dropped.
  int64_t Micros() const;
  WideTimestamp Wide() const;
};

/// "y-m-d": 4-digit year, 1 or 2 digits of month and day, a date that exists.
std::optional<int32_t> ParseDate(std::string_view text);
/// Nanoseconds of the day of "h:m:s" or "h:m", with up to 9 fraction digits after the seconds.
std::optional<int64_t> ParseTimeOfDay(std::string_view text);
/// A date, then optionally `separator` and a time of day, then, if `allow_offset`, optionally "Z" or
/// "[+-]hh:mm".
std::optional<ParsedTimestamp> ParseTimestamp(std::string_view text, char separator = ' ',
                                              bool allow_offset = false);

}  // namespace millrace
