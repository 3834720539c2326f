#include "core/functions/binary_kernel.h"
#include "core/functions/function_entry.h"
#include "core/functions/temporal_units.h"
#include "core/temporal/civil.h"

namespace millrace {
namespace {

int64_t FieldOf(LocalDatetime time, TimeUnit unit) {
  const int64_t nanos_of_second = time.nanos_of_day % kNanosPerSecond;
  const int64_t second_of_day = time.nanos_of_day / kNanosPerSecond;
  switch (unit) {
    case TimeUnit::kMillennium:
      return (CivilFromDays(time.days).year + 999) / 1000;
    case TimeUnit::kCentury:
      return (CivilFromDays(time.days).year + 99) / 100;
    case TimeUnit::kDecade:
      return CivilFromDays(time.days).year / 10;
    case TimeUnit::kYear:
      return CivilFromDays(time.days).year;
    case TimeUnit::kIsoYear:
      return IsoWeekOf(time.days).year;
    case TimeUnit::kQuarter:
      return (CivilFromDays(time.days).month - 1) / 3 + 1;
    case TimeUnit::kMonth:
      return CivilFromDays(time.days).month;
    case TimeUnit::kWeek:
      return IsoWeekOf(time.days).week;
    case TimeUnit::kDay:
      return CivilFromDays(time.days).day;
    case TimeUnit::kDayOfYear:
      return DayOfYear(time.days);
    case TimeUnit::kDayOfWeek:
      return IsoDayOfWeek(time.days) % 7 + 1;
    case TimeUnit::kIsoDayOfWeek:
      return IsoDayOfWeek(time.days);
    case TimeUnit::kHour:
      return second_of_day / 3600;
    case TimeUnit::kMinute:
      return second_of_day / 60 % 60;
    case TimeUnit::kSecond:
      return second_of_day % 60;
    case TimeUnit::kMillisecond:
      return nanos_of_second / 1'000'000;
    case TimeUnit::kMicrosecond:
      return nanos_of_second / 1'000;
    case TimeUnit::kNanosecond:
      return nanos_of_second;
    case TimeUnit::kEpoch:
      return time.days * int64_t{86400} + second_of_day;
  }
  return 0;
}

/// Fields of INTERVAL YEAR TO MONTH and DAY TO SECOND.
std::optional<int64_t> FieldOfMonths(int64_t months, TimeUnit unit) {
  if (unit == TimeUnit::kYear) return months / 12;
  if (unit == TimeUnit::kMonth) return months % 12;
  return std::nullopt;
}
std::optional<int64_t> FieldOfMillis(int64_t millis, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kDay:
      return millis / kMillisPerDay;
    case TimeUnit::kHour:
      return millis / 3'600'000 % 24;
    case TimeUnit::kMinute:
      return millis / 60'000 % 60;
    case TimeUnit::kSecond:
      return millis / 1000 % 60;
    case TimeUnit::kMillisecond:
      return millis % 1000;
    case TimeUnit::kEpoch:
      return millis / 1000;
    default:
      return std::nullopt;
  }
}

bool HasDate(const DataType& type) {
  return type.kind() == TypeKind::kDate || type.IsTimestamp();
}

bool IsTimeOfDay(TimeUnit unit) {
  return unit >= TimeUnit::kHour && unit <= TimeUnit::kNanosecond;
}

Result<ResolvedCall> ResolveField(std::string_view function, TimeUnit unit, size_t index,
                                  const DataType& type) {
  bool fits = HasDate(type) || (type.kind() == TypeKind::kTime && IsTimeOfDay(unit));
  if (type.kind() == TypeKind::kIntervalYearMonth) fits = FieldOfMonths(0, unit).has_value();
  if (type.kind() == TypeKind::kIntervalDayTime) fits = FieldOfMillis(0, unit).has_value();
  if (type.kind() == TypeKind::kNull) return ResolvedCall{{DataType::Timestamp(3)}, DataType::Bigint()};
  if (!fits) return WrongArgumentType(function, index, type, "a datetime or interval that has the unit");
  return ResolvedCall{{type}, DataType::Bigint().WithNullable(type.nullable())};
}

/// Hours, minutes and seconds of microseconds without a zone; null for other units.
Kernel TimeOfDayKernel(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kHour:
      return UnaryKernel<int64_t, int64_t>(
          [](int64_t micros) { return FloorMod(micros, kMicrosPerDay) / (3600 * kMicrosPerSecond); });
    case TimeUnit::kMinute:
      return UnaryKernel<int64_t, int64_t>(
          [](int64_t micros) { return FloorMod(micros, 3600 * kMicrosPerSecond) / (60 * kMicrosPerSecond); });
    case TimeUnit::kSecond:
      return UnaryKernel<int64_t, int64_t>(
          [](int64_t micros) { return FloorMod(micros, 60 * kMicrosPerSecond) / kMicrosPerSecond; });
    default:
      return nullptr;
  }
}

Result<Kernel> FieldKernel(TimeUnit unit, size_t index, const DataType& type,
                           const SessionSettings& session) {
  if (type.kind() == TypeKind::kIntervalYearMonth) {
    return RowKernel(
        [unit, index](Row& row) { row.ReturnLong(FieldOfMonths(row.Int(index), unit).value_or(0)); });
  }
  if (type.kind() == TypeKind::kIntervalDayTime) {
    return RowKernel(
        [unit, index](Row& row) { row.ReturnLong(FieldOfMillis(row.Long(index), unit).value_or(0)); });
  }
  if (type.kind() == TypeKind::kTimestamp && type.physical() == PhysicalType::kInt64) {
    if (Kernel kernel = TimeOfDayKernel(unit)) {
      return Kernel([kernel = std::move(kernel), index](const KernelCall& call) {
        return kernel({call.arguments.subspan(index), call.result_type, call.context});
      });
    }
  }
  ASSIGN_OR_RETURN(const DatetimeReader reader, DatetimeReader::Prepare(type, session));
  // Seconds of the epoch are those of UTC, whatever the zone.
  if (unit == TimeUnit::kEpoch) {
    return RowKernel(
        [reader, index](Row& row) { row.ReturnLong(FloorDiv(reader.Micros(row, index), kMicrosPerSecond)); });
  }
  return RowKernel([unit, reader, index](Row& row) { row.ReturnLong(FieldOf(reader(row, index), unit)); });
}

void AddField(FunctionFamily* family, const char* name, const char* description, TimeUnit unit) {
  family->AddResolved(
      std::string(name) + "(datetime)", description,
      [name, unit](std::span<const ArgumentInfo> arguments) -> Result<ResolvedCall> {
        if (arguments.size() != 1) return WrongArgumentCount(name, arguments.size(), "1");
        return ResolveField(name, unit, 0, arguments[0].type);
      },
      [unit](const ResolvedCall& call, std::span<const ArgumentInfo>, const SessionSettings& session) {
        return FieldKernel(unit, 0, call.argument_types[0], session);
      });
}

Result<ResolvedCall> ResolveExtract(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2) return WrongArgumentCount("EXTRACT", arguments.size(), "a unit and a value");
  ASSIGN_OR_RETURN(const TimeUnit unit, UnitOfArgument("EXTRACT", arguments[0]));
  ASSIGN_OR_RETURN(ResolvedCall call, ResolveField("EXTRACT", unit, 1, arguments[1].type));
  call.argument_types.insert(call.argument_types.begin(), arguments[0].type);
  return call;
}

}  // namespace

void AddTemporalFieldFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "temporal");
  family.AddResolved("EXTRACT(unit FROM datetime)", "A field of a datetime or interval", ResolveExtract,
                     [](const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                        const SessionSettings& session) -> Result<Kernel> {
                       ASSIGN_OR_RETURN(const TimeUnit unit, UnitOfArgument("EXTRACT", arguments[0]));
                       return FieldKernel(unit, 1, call.argument_types[1], session);
                     });
  AddField(&family, "YEAR", "The year", TimeUnit::kYear);
  AddField(&family, "QUARTER", "The quarter, 1 to 4", TimeUnit::kQuarter);
  AddField(&family, "MONTH", "The month, 1 to 12", TimeUnit::kMonth);
  AddField(&family, "WEEK", "The ISO week, 1 to 53", TimeUnit::kWeek);
  AddField(&family, "DAYOFYEAR", "The day of the year, 1 to 366", TimeUnit::kDayOfYear);
  AddField(&family, "DAYOFMONTH", "The day of the month, 1 to 31", TimeUnit::kDay);
  AddField(&family, "DAYOFWEEK", "The day of the week, 1 (Sunday) to 7", TimeUnit::kDayOfWeek);
  AddField(&family, "HOUR", "The hour, 0 to 23", TimeUnit::kHour);
  AddField(&family, "MINUTE", "The minute, 0 to 59", TimeUnit::kMinute);
  AddField(&family, "SECOND", "The second, 0 to 59", TimeUnit::kSecond);
}

}  // namespace millrace
