#pragma once

#include <optional>
#include <string_view>

#include "core/expr/function_registry.h"
#include "core/expr/row_kernel.h"
#include "core/temporal/time_zone.h"

namespace millrace {

enum class TimeUnit : uint8_t {
  kMillennium,
  kCentury,
  kDecade,
  kYear,
  kIsoYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kDayOfYear,
  kDayOfWeek,
  kIsoDayOfWeek,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kNanosecond,
  kEpoch,
};

/// "YEAR", "DOW", ...; nullopt for other words.
std::optional<TimeUnit> ParseTimeUnit(std::string_view word);

/// The unit that a literal argument names; kInvalidArgument when it is none.
Result<TimeUnit> UnitOfArgument(std::string_view function, const ArgumentInfo& argument);

/// A datetime on a wall clock. DATE has no time of day, TIME is of day 0.
struct LocalDatetime {
  int32_t days = 0;
  int64_t nanos_of_day = 0;
};

/// Reads one datetime type; TIMESTAMP_LTZ in the session's zone.
class DatetimeReader {
 public:
  static Result<DatetimeReader> Prepare(const DataType& type, const SessionSettings& session);
  LocalDatetime operator()(const ColumnReader& column, uint32_t row) const;
  LocalDatetime operator()(const Row& row, size_t argument) const {
    return (*this)(row.Reader(argument), row.index());
  }
  /// Microseconds since the epoch: of UTC for TIMESTAMP_LTZ, else of the wall clock.
  int64_t Micros(const ColumnReader& column, uint32_t row) const;
  int64_t Micros(const Row& row, size_t argument) const { return Micros(row.Reader(argument), row.index()); }
  /// Whether the values are such microseconds, of the wall clock.
  bool IsWallClockMicros() const {
    return type_.kind() == TypeKind::kTimestamp && type_.physical() == PhysicalType::kInt64;
  }
  const TimeZone& zone() const { return zone_; }

 private:
  DatetimeReader(DataType type, TimeZone zone) : type_(std::move(type)), zone_(zone) {}

  DataType type_;
  TimeZone zone_;
};

/// FLOOR(x TO unit) and CEIL(x TO unit): the arguments are the datetime and the unit as a literal.
Result<ResolvedCall> ResolveFloorToUnit(std::string_view function, std::span<const ArgumentInfo> arguments);
Result<Kernel> FloorToUnitKernel(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                                 const SessionSettings& session, bool up);

}  // namespace millrace
