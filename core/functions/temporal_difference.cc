#include <algorithm>

#include "core/functions/function_entry.h"
#include "core/functions/temporal_units.h"
#include "core/temporal/civil.h"

namespace millrace {
namespace {

bool HasDate(const DataType& type) {
  return type.kind() == TypeKind::kDate || type.IsTimestamp();
}

/// Months of a unit of months, else 0; microseconds of a unit of fixed length, else 0.
int64_t MonthsOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMillennium:
      return 12000;
    case TimeUnit::kCentury:
      return 1200;
    case TimeUnit::kDecade:
      return 120;
    case TimeUnit::kYear:
      return 12;
    case TimeUnit::kQuarter:
      return 3;
    case TimeUnit::kMonth:
      return 1;
    default:
      return 0;
  }
}
int64_t MicrosOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kWeek:
      return 7 * kMicrosPerDay;
    case TimeUnit::kDay:
      return kMicrosPerDay;
    case TimeUnit::kHour:
      return 3600 * kMicrosPerSecond;
    case TimeUnit::kMinute:
      return 60 * kMicrosPerSecond;
    case TimeUnit::kSecond:
      return kMicrosPerSecond;
    case TimeUnit::kMillisecond:
      return kMicrosPerMilli;
    case TimeUnit::kMicrosecond:
      return 1;
    default:
      return 0;
  }
}

Result<TimeUnit> LengthUnit(std::string_view function, const ArgumentInfo& argument) {
  ASSIGN_OR_RETURN(const TimeUnit unit, UnitOfArgument(function, argument));
  if (MonthsOf(unit) == 0 && MicrosOf(unit) == 0) {
    return Status(kInvalidArgument,
                  std::string(function) + " has no such unit: " + LiteralText(argument).value_or(""));
  }
  return unit;
}

Result<ResolvedCall> ResolveAdd(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 3) return WrongArgumentCount("TIMESTAMPADD", arguments.size(), "3");
  ASSIGN_OR_RETURN(const TimeUnit unit, LengthUnit("TIMESTAMPADD", arguments[0]));
  const DataType& count = arguments[1].type;
  if (!count.IsInteger() && count.kind() != TypeKind::kNull) {
    return WrongArgumentType("TIMESTAMPADD", 1, count, "an integer");
  }
  DataType type = arguments[2].type;
  if (type.kind() == TypeKind::kNull) type = DataType::Timestamp(3);
  const bool is_short = MicrosOf(unit) != 0 && MicrosOf(unit) < kMicrosPerDay;
  if (!HasDate(type) && !(type.kind() == TypeKind::kTime && is_short)) {
    return WrongArgumentType("TIMESTAMPADD", 2, type, "a DATE or TIMESTAMP");
  }
  // A part of a day makes a date a timestamp.
  if (type.kind() == TypeKind::kDate && is_short) type = DataType::Timestamp(6).WithNullable(type.nullable());
  ResolvedCall call{{arguments[0].type, DataType::Bigint().WithNullable(count.nullable()), type}, type};
  call.result_type = call.result_type.WithNullable(AnyNullable(arguments));
  return call;
}

Result<Kernel> PrepareAdd(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                          const SessionSettings&) {
  ASSIGN_OR_RETURN(const TimeUnit unit, LengthUnit("TIMESTAMPADD", arguments[0]));
  const DataType& type = call.argument_types[2];
  const int64_t months = MonthsOf(unit);
  const int64_t micros = MicrosOf(unit);
  return RowKernel([=, kind = type.kind(), physical = type.physical()](Row& row) {
    int64_t amount = 0;
    int64_t shifted = 0;
    if (__builtin_mul_overflow(row.Long(1), months != 0 ? months : micros, &amount) ||
        (months != 0 && (amount > 120'000 || amount < -120'000))) {
      return row.Fail(kNumericOverflow, "Timestamp out of range");
    }
    if (kind == TypeKind::kDate) {
      return row.ReturnInt(months != 0 ? AddMonths(row.Int(2), amount)
                                       : row.Int(2) + static_cast<int32_t>(amount / kMicrosPerDay));
    }
    if (kind == TypeKind::kTime) {
      return row.ReturnInt(
          static_cast<int32_t>(FloorMod(row.Int(2) + amount / kMicrosPerMilli, kMillisPerDay)));
    }
    const bool wide = physical == PhysicalType::kTimestamp;
    const WideTimestamp given = wide ? row.Get<WideTimestamp>(2) : WideTimestamp{};
    const int64_t time = wide ? MicrosFromWide(given) : row.Long(2);
    if (months != 0) {
      const auto days = static_cast<int32_t>(FloorDiv(time, kMicrosPerDay));
      shifted = AddMonths(days, amount) * kMicrosPerDay + FloorMod(time, kMicrosPerDay);
    } else if (__builtin_add_overflow(time, amount, &shifted)) {
      return row.Fail(kNumericOverflow, "Timestamp out of range");
    }
    if (!wide) return row.ReturnLong(shifted);
    WideTimestamp result = WideFromMicros(shifted);
    result.nanos_of_milli += given.nanos_of_milli % 1000;
    row.Return<WideTimestamp>(result);
  });
}

/// Whole months from `b` to `a`, toward zero.
int64_t MonthsBetween(LocalDatetime a, LocalDatetime b) {
  const CivilDate date_a = CivilFromDays(a.days);
  const CivilDate date_b = CivilFromDays(b.days);
  const bool ahead = a.days > b.days || (a.days == b.days && a.nanos_of_day >= b.nanos_of_day);
  if (!ahead) return -MonthsBetween(b, a);
  int64_t months = int64_t{date_a.year - date_b.year} * 12 + date_a.month - date_b.month;
  const int32_t reached = AddMonths(b.days, months);
  if (reached > a.days || (reached == a.days && b.nanos_of_day > a.nanos_of_day)) --months;
  return months;
}

Result<ResolvedCall> ResolveDifference(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 3) return WrongArgumentCount("TIMESTAMPDIFF", arguments.size(), "3");
  ASSIGN_OR_RETURN(const TimeUnit unit, LengthUnit("TIMESTAMPDIFF", arguments[0]));
  (void)unit;
  ResolvedCall call{{arguments[0].type}, DataType::Integer().WithNullable(AnyNullable(arguments))};
  for (size_t i = 1; i < 3; ++i) {
    const DataType& type = arguments[i].type;
    const DataType& other = arguments[3 - i].type;
    if (type.kind() == TypeKind::kNull) {
      call.argument_types.push_back(HasDate(other) ? other.WithNullable(true) : DataType::Timestamp(3));
      continue;
    }
    if (!HasDate(type) && !(type.kind() == TypeKind::kTime && other.kind() == TypeKind::kTime)) {
      return WrongArgumentType("TIMESTAMPDIFF", i, type, "a DATE or TIMESTAMP");
    }
    // A local timestamp beside one without a zone is read in the session's zone.
    const bool to_wall_clock =
        type.kind() == TypeKind::kTimestampLtz && other.kind() != TypeKind::kTimestampLtz;
    call.argument_types.push_back(
        to_wall_clock ? DataType::Timestamp(type.precision()).WithNullable(type.nullable()) : type);
  }
  return call;
}

Result<Kernel> PrepareDifference(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                                 const SessionSettings& session) {
  ASSIGN_OR_RETURN(const TimeUnit unit, LengthUnit("TIMESTAMPDIFF", arguments[0]));
  ASSIGN_OR_RETURN(const DatetimeReader from, DatetimeReader::Prepare(call.argument_types[1], session));
  ASSIGN_OR_RETURN(const DatetimeReader to, DatetimeReader::Prepare(call.argument_types[2], session));
  if (const int64_t months = MonthsOf(unit); months != 0) {
    return RowKernel([=](Row& row) {
      row.ReturnInt(static_cast<int32_t>(MonthsBetween(to(row, 2), from(row, 1)) / months));
    });
  }
  return RowKernel([=, length = MicrosOf(unit)](Row& row) {
    row.ReturnInt(static_cast<int32_t>((to.Micros(row, 2) - from.Micros(row, 1)) / length));
  });
}

/// (start, end or interval) OVERLAPS (start, end or interval).
Result<ResolvedCall> ResolveOverlaps(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 4) return WrongArgumentCount("OVERLAPS", arguments.size(), "4");
  ResolvedCall call{{}, DataType::Boolean().WithNullable(AnyNullable(arguments))};
  const DataType& first = arguments[0].type;
  for (size_t i = 0; i < 4; ++i) {
    const DataType& type = arguments[i].type;
    const bool is_datetime = type.kind() == first.kind() && type.kind() >= TypeKind::kDate &&
                             type.kind() <= TypeKind::kTimestampLtz;
    if (!is_datetime && !(i % 2 == 1 && type.IsInterval())) {
      return WrongArgumentType("OVERLAPS", i, type,
                               i % 2 == 1 ? "an end or an INTERVAL" : "a datetime as the others");
    }
    call.argument_types.push_back(type);
  }
  return call;
}

Result<Kernel> PrepareOverlaps(const ResolvedCall& call, std::span<const ArgumentInfo>,
                               const SessionSettings& session) {
  std::vector<DatetimeReader> readers;
  for (const DataType& type : call.argument_types) {
    ASSIGN_OR_RETURN(DatetimeReader reader, DatetimeReader::Prepare(type, session));
    readers.push_back(std::move(reader));
  }
  return RowKernel([readers, types = call.argument_types](Row& row) {
    int64_t bounds[4];
    for (size_t i = 0; i < 4; ++i) {
      if (types[i].kind() == TypeKind::kIntervalDayTime) {
        bounds[i] = bounds[i - 1] + row.Long(i) * kMicrosPerMilli;
      } else if (types[i].kind() == TypeKind::kIntervalYearMonth) {
        const auto days = static_cast<int32_t>(FloorDiv(bounds[i - 1], kMicrosPerDay));
        bounds[i] = AddMonths(days, row.Int(i)) * kMicrosPerDay + FloorMod(bounds[i - 1], kMicrosPerDay);
      } else {
        bounds[i] = readers[i].Micros(row, i);
      }
    }
    if (bounds[0] > bounds[1]) std::swap(bounds[0], bounds[1]);
    if (bounds[2] > bounds[3]) std::swap(bounds[2], bounds[3]);
    row.ReturnBool(bounds[1] >= bounds[2] && bounds[3] >= bounds[0]);
  });
}

}  // namespace

void AddTemporalArithmeticFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "temporal");
  family.AddResolved("TIMESTAMPADD(unit, count, datetime)", "A datetime a number of units later", ResolveAdd,
                     PrepareAdd);
  family.AddResolved("TIMESTAMPDIFF(unit, from, to)", "The whole units between two datetimes",
                     ResolveDifference, PrepareDifference);
  family.AddResolved("OVERLAPS(start, end, start, end)", "Whether two periods have a time in common",
                     ResolveOverlaps, PrepareOverlaps);
}

}  // namespace millrace
