#include "core/functions/temporal_units.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/functions/function_entry.h"
#include "core/temporal/civil.h"

namespace millrace {
namespace {

constexpr std::pair<std::string_view, TimeUnit> kUnits[] = {
    {"MILLENNIUM", TimeUnit::kMillennium},
    {"CENTURY", TimeUnit::kCentury},
    {"DECADE", TimeUnit::kDecade},
    {"YEAR", TimeUnit::kYear},
    {"ISOYEAR", TimeUnit::kIsoYear},
    {"QUARTER", TimeUnit::kQuarter},
    {"MONTH", TimeUnit::kMonth},
    {"WEEK", TimeUnit::kWeek},
    {"DAY", TimeUnit::kDay},
    {"DOY", TimeUnit::kDayOfYear},
    {"DOW", TimeUnit::kDayOfWeek},
    {"ISODOW", TimeUnit::kIsoDayOfWeek},
    {"HOUR", TimeUnit::kHour},
    {"MINUTE", TimeUnit::kMinute},
    {"SECOND", TimeUnit::kSecond},
    {"MILLISECOND", TimeUnit::kMillisecond},
    {"MICROSECOND", TimeUnit::kMicrosecond},
    {"NANOSECOND", TimeUnit::kNanosecond},
    {"EPOCH", TimeUnit::kEpoch},
    // As TIMESTAMPADD and TIMESTAMPDIFF also write them.
    {"SQL_TSI_YEAR", TimeUnit::kYear},
    {"SQL_TSI_QUARTER", TimeUnit::kQuarter},
    {"SQL_TSI_MONTH", TimeUnit::kMonth},
    {"SQL_TSI_WEEK", TimeUnit::kWeek},
    {"SQL_TSI_DAY", TimeUnit::kDay},
    {"SQL_TSI_HOUR", TimeUnit::kHour},
    {"SQL_TSI_MINUTE", TimeUnit::kMinute},
    {"SQL_TSI_SECOND", TimeUnit::kSecond},
};

/// The first day of the unit that holds the day; weeks begin on Sunday.
int32_t FloorDays(int32_t days, TimeUnit unit) {
  const CivilDate date = CivilFromDays(days);
  switch (unit) {
    case TimeUnit::kMillennium:
      return DaysFromCivil({(date.year - 1) / 1000 * 1000 + 1, 1, 1});
    case TimeUnit::kCentury:
      return DaysFromCivil({(date.year - 1) / 100 * 100 + 1, 1, 1});
    case TimeUnit::kDecade:
      return DaysFromCivil({date.year / 10 * 10, 1, 1});
    case TimeUnit::kYear:
      return DaysFromCivil({date.year, 1, 1});
    case TimeUnit::kQuarter:
      return DaysFromCivil({date.year, (date.month - 1) / 3 * 3 + 1, 1});
    case TimeUnit::kMonth:
      return DaysFromCivil({date.year, date.month, 1});
    case TimeUnit::kWeek:
      return days - IsoDayOfWeek(days) % 7;
    default:
      return days;
  }
}

/// The first day of the unit after the one that begins at `first`.
int32_t NextDays(int32_t first, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMillennium:
      return AddMonths(first, 12000);
    case TimeUnit::kCentury:
      return AddMonths(first, 1200);
    case TimeUnit::kDecade:
      return AddMonths(first, 120);
    case TimeUnit::kYear:
      return AddMonths(first, 12);
    case TimeUnit::kQuarter:
      return AddMonths(first, 3);
    case TimeUnit::kMonth:
      return AddMonths(first, 1);
    case TimeUnit::kWeek:
      return first + 7;
    default:
      return first + 1;
  }
}

int64_t NanosOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kHour:
      return 3600 * kNanosPerSecond;
    case TimeUnit::kMinute:
      return 60 * kNanosPerSecond;
    case TimeUnit::kSecond:
      return kNanosPerSecond;
    case TimeUnit::kMillisecond:
      return 1'000'000;
    case TimeUnit::kMicrosecond:
      return 1'000;
    case TimeUnit::kNanosecond:
      return 1;
    default:
      return 0;
  }
}

LocalDatetime FloorOrCeil(LocalDatetime time, TimeUnit unit, bool up) {
  if (const int64_t nanos = NanosOf(unit); nanos > 0) {
    const int64_t rest = time.nanos_of_day % nanos;
    time.nanos_of_day -= rest;
    if (up && rest > 0) time.nanos_of_day += nanos;
    if (time.nanos_of_day == kNanosPerDay) return {time.days + 1, 0};
    return time;
  }
  const int32_t first = FloorDays(time.days, unit);
  if (!up || (first == time.days && time.nanos_of_day == 0)) return {first, 0};
  return {NextDays(first, unit), 0};
}

void ReturnDatetime(LocalDatetime time, const DataType& type, const TimeZone& zone, Row& row) {
  if (type.kind() == TypeKind::kDate) return row.ReturnInt(time.days);
  if (type.kind() == TypeKind::kTime)
    return row.ReturnInt(static_cast<int32_t>(time.nanos_of_day / 1'000'000));
  int64_t micros = time.days * kMicrosPerDay + time.nanos_of_day / 1000;
  if (type.kind() == TypeKind::kTimestampLtz) micros = zone.ToUtcMicros(micros);
  if (type.physical() == PhysicalType::kInt64) return row.ReturnLong(micros);
  WideTimestamp wide = WideFromMicros(micros);
  wide.nanos_of_milli += static_cast<int32_t>(time.nanos_of_day % 1000);
  row.Return<WideTimestamp>(wide);
}

}  // namespace

std::optional<TimeUnit> ParseTimeUnit(std::string_view word) {
  for (const auto& [name, unit] : kUnits) {
    if (name == word) return unit;
  }
  return std::nullopt;
}

Result<TimeUnit> UnitOfArgument(std::string_view function, const ArgumentInfo& argument) {
  const std::optional<std::string> word = LiteralText(argument);
  const std::optional<TimeUnit> unit = word ? ParseTimeUnit(*word) : std::nullopt;
  if (!unit) {
    return Status(kInvalidArgument,
                  fmt::format("Unknown time unit of {}: {}", function, word.value_or("no literal")))
        .WithSuggestion("units are YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND and others");
  }
  return *unit;
}

Result<DatetimeReader> DatetimeReader::Prepare(const DataType& type, const SessionSettings& session) {
  if (type.kind() != TypeKind::kTimestampLtz) return DatetimeReader(type, TimeZone::Utc());
  ASSIGN_OR_RETURN(const TimeZone zone, TimeZone::Load(session.time_zone));
  return DatetimeReader(type, zone);
}

int64_t DatetimeReader::Micros(const ColumnReader& column, uint32_t row) const {
  switch (type_.kind()) {
    case TypeKind::kDate:
      return column.Value<int32_t>(row) * kMicrosPerDay;
    case TypeKind::kTime:
      return column.Value<int32_t>(row) * kMicrosPerMilli;
    default:
      break;
  }
  return type_.physical() == PhysicalType::kInt64 ? column.Value<int64_t>(row)
                                                  : MicrosFromWide(column.Value<WideTimestamp>(row));
}

LocalDatetime DatetimeReader::operator()(const ColumnReader& column, uint32_t row) const {
  const int64_t micros = zone_.ToLocalMicros(Micros(column, row));
  const int64_t days = FloorDiv(micros, kMicrosPerDay);
  int64_t nanos = FloorMod(micros, kMicrosPerDay) * 1000;
  if (type_.physical() == PhysicalType::kTimestamp)
    nanos += column.Value<WideTimestamp>(row).nanos_of_milli % 1000;
  return {static_cast<int32_t>(days), nanos};
}

Result<ResolvedCall> ResolveFloorToUnit(std::string_view function, std::span<const ArgumentInfo> arguments) {
  const DataType& type = arguments[0].type;
  const bool is_datetime = type.kind() >= TypeKind::kDate && type.kind() <= TypeKind::kTimestampLtz;
  if (!is_datetime) return WrongArgumentType(function, 0, type, "a DATE, TIME or TIMESTAMP");
  ASSIGN_OR_RETURN(const TimeUnit unit, UnitOfArgument(function, arguments[1]));
  const bool is_part = unit == TimeUnit::kDayOfYear || unit == TimeUnit::kDayOfWeek ||
                       unit == TimeUnit::kIsoDayOfWeek || unit == TimeUnit::kEpoch ||
                       unit == TimeUnit::kIsoYear;
  if (is_part) return Status(kInvalidArgument, fmt::format("{} has no such unit", function));
  return ResolvedCall{{type, arguments[1].type}, type};
}

Result<Kernel> FloorToUnitKernel(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                                 const SessionSettings& session, bool up) {
  ASSIGN_OR_RETURN(const TimeUnit unit, UnitOfArgument(up ? "CEIL" : "FLOOR", arguments[1]));
  ASSIGN_OR_RETURN(const DatetimeReader reader, DatetimeReader::Prepare(call.argument_types[0], session));
  return RowKernel([unit, reader, up, type = call.result_type](Row& row) {
    ReturnDatetime(FloorOrCeil(reader(row, 0), unit, up), type, reader.zone(), row);
  });
}

}  // namespace millrace
