#include <fmt/format.h>

#include <cmath>
#include <deque>
#include <memory>

#include "core/expr/cast.h"
#include "core/functions/function_entry.h"
#include "core/functions/temporal_units.h"
#include "core/temporal/datetime_text.h"
#include "core/temporal/time_pattern.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

using PatternPtr = std::shared_ptr<const TimePattern>;

/// A pattern through a small cache of this thread; null when it is none.
PatternPtr FindPattern(std::string_view text) {
  constexpr size_t kEntriesMax = 32;
  thread_local std::deque<std::pair<std::string, PatternPtr>> cache;
  for (const auto& [known, pattern] : cache) {
    if (known == text) return pattern;
  }
  Result<TimePattern> compiled = TimePattern::Compile(text);
  if (cache.size() == kEntriesMax) cache.pop_back();
  cache.emplace_front(text,
                      compiled.ok() ? std::make_shared<const TimePattern>(*std::move(compiled)) : nullptr);
  return cache.front().second;
}

/// The pattern argument of a call: compiled once when it is constant. Null patterns make rows NULL.
class PatternArgument {
 public:
  static Result<PatternArgument> Prepare(std::span<const ArgumentInfo> arguments, size_t index,
                                         std::string_view otherwise) {
    PatternArgument argument;
    argument.index_ = index;
    std::optional<std::string> text = std::string(otherwise);
    if (index < arguments.size()) text = LiteralText(arguments[index]);
    if (text) {
      ASSIGN_OR_RETURN(TimePattern compiled, TimePattern::Compile(*text));
      argument.constant_ = std::make_shared<const TimePattern>(std::move(compiled));
    }
    return argument;
  }
  const PatternPtr& constant() const { return constant_; }
  PatternPtr operator()(const Row& row) const {
    return constant_ ? constant_ : FindPattern(row.Text(index_));
  }

 private:
  size_t index_ = 0;
  PatternPtr constant_;
};

PatternTime ToPatternTime(int64_t micros) {
  return {static_cast<int32_t>(FloorDiv(micros, kMicrosPerDay)), FloorMod(micros, kMicrosPerDay) * 1000, {}};
}
int64_t MicrosOf(const PatternTime& time) {
  return time.days * kMicrosPerDay + time.nanos_of_day / 1000;
}

/// "2026-03-02", "2026-03-02 07:58:30", "2026-03-02 07:58:30.123": what functions without a pattern read.
std::optional<PatternTime> ParseStandard(std::string_view text) {
  const std::optional<ParsedTimestamp> parsed = ParseTimestampText(text);
  if (!parsed) return std::nullopt;
  return PatternTime{parsed->days, parsed->nanos_of_day, {}};
}

std::optional<PatternTime> ParseWith(const PatternPtr& pattern, std::string_view text) {
  return pattern == nullptr ? std::nullopt : pattern->Parse(text);
}

constexpr int64_t CutToMillis(int64_t micros) {
  return micros - FloorMod(micros, kMicrosPerMilli);
}

// DATE_FORMAT(datetime or string, pattern)
Result<ResolvedCall> ResolveDateFormat(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2) return WrongArgumentCount("DATE_FORMAT", arguments.size(), "2");
  DataType type = arguments[0].type;
  if (type.kind() == TypeKind::kNull) type = DataType::Timestamp(3);
  const bool fits = type.IsCharacter() || type.IsTimestamp() || type.kind() == TypeKind::kDate;
  if (!fits) return WrongArgumentType("DATE_FORMAT", 0, type, "a TIMESTAMP or STRING");
  const DataType& pattern = arguments[1].type;
  if (!pattern.IsCharacter() && pattern.kind() != TypeKind::kNull) {
    return WrongArgumentType("DATE_FORMAT", 1, pattern, "a STRING");
  }
  return ResolvedCall{{type, pattern.IsCharacter() ? pattern : DataType::String()}, DataType::String()};
}

void ReturnFormatted(Row& row, const PatternPtr& pattern, const PatternTime& time) {
  if (pattern == nullptr)
    return row.Fail(kInvalidArgument, fmt::format("Invalid time pattern: {}", row.Text(1)));
  std::string& text = row.Scratch();
  pattern->Format(time, &text);
  row.ReturnText(text);
}

/// Formats rows with a constant pattern. Rows often have the same day or minute as the row before, and then
/// share the text: the column is a dictionary, or constant.
template <class LocalMicrosOf>
ColumnPtr FormatRows(const KernelCall& call, const TimePattern& pattern, const DatetimeReader& reader,
                     LocalMicrosOf local_micros_of) {
  const ColumnReader times(*call.arguments[0]);
  const uint64_t granularity_micros = static_cast<uint64_t>(pattern.granularity_nanos() / 1000);
  ColumnBuilder texts(call.result_type);
  std::string text;
  auto indices = std::make_shared<std::vector<uint32_t>>(call.context.batch.num_rows, 0u);
  uint64_t first_micros = 0;  // of the bucket of the text that was last needed
  uint64_t num_micros = 0;    // of that bucket; 0: the text is of no other time
  uint32_t index = 0;         // of that text
  std::optional<uint32_t> null_index;
  for (uint32_t row : call.context.rows) {
    if (times.IsNull(row)) {
      if (!null_index) {
        null_index = texts.size();
        texts.AppendNull();
      }
      (*indices)[row] = *null_index;
      continue;
    }
    const int64_t micros = local_micros_of(times, row);
    if (static_cast<uint64_t>(micros) - first_micros >= num_micros) {
      const LocalDatetime time = reader(times, row);
      text.clear();
      pattern.Format({time.days, time.nanos_of_day, {}}, &text);
      index = texts.size();
      texts.AppendString(text);
      num_micros = granularity_micros;
      if (num_micros > 0)
        first_micros = static_cast<uint64_t>(micros - FloorMod(micros, static_cast<int64_t>(num_micros)));
    }
    (*indices)[row] = index;
  }
  const uint32_t num_texts = texts.size();
  ColumnPtr column = texts.Finish();
  if (num_texts == 0) return Column::NullConstant(call.result_type, call.context.batch.num_rows);
  if (num_texts == 1) return Column::ConstantOf(std::move(column), 0, call.context.batch.num_rows);
  return Column::Dictionary(std::move(column), std::move(indices));
}

Kernel FormatKernel(PatternPtr pattern, const DatetimeReader& reader) {
  return [pattern = std::move(pattern), reader](const KernelCall& call) {
    if (reader.IsWallClockMicros()) {
      return FormatRows(call, *pattern, reader,
                        [](const ColumnReader& times, uint32_t row) { return times.Value<int64_t>(row); });
    }
    return FormatRows(call, *pattern, reader, [&reader](const ColumnReader& times, uint32_t row) {
      return reader.zone().ToLocalMicros(reader.Micros(times, row));
    });
  };
}

Result<Kernel> PrepareDateFormat(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                                 const SessionSettings& session) {
  ASSIGN_OR_RETURN(const PatternArgument pattern, PatternArgument::Prepare(arguments, 1, ""));
  if (call.argument_types[0].IsCharacter()) {
    return RowKernel([pattern](Row& row) {
      const std::optional<PatternTime> time = ParseStandard(row.Text(0));
      time ? ReturnFormatted(row, pattern(row), *time) : row.ReturnNull();
    });
  }
  ASSIGN_OR_RETURN(const DatetimeReader reader, DatetimeReader::Prepare(call.argument_types[0], session));
  if (pattern.constant() != nullptr) return FormatKernel(pattern.constant(), reader);
  return RowKernel([pattern, reader](Row& row) {
    const LocalDatetime time = reader(row, 0);
    ReturnFormatted(row, pattern(row), {time.days, time.nanos_of_day, {}});
  });
}

std::optional<PatternTime> ParseStandardDate(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  const std::optional<int32_t> days = ParseDateText(text);
  if (!days) return std::nullopt;
  return PatternTime{*days, 0, {}};
}

// TO_DATE(string [, pattern]), TO_TIMESTAMP(string [, pattern])
template <class ReturnTime>
FunctionFamily::Prepare ParseFunction(std::optional<PatternTime> (*parse)(std::string_view),
                                      ReturnTime return_time) {
  return [parse, return_time](const ResolvedCall&, std::span<const ArgumentInfo> arguments,
                              const SessionSettings&) -> Result<Kernel> {
    if (arguments.size() == 1) {
      return RowKernel([parse, return_time](Row& row) {
        const std::optional<PatternTime> time = parse(row.Text(0));
        time ? return_time(row, *time) : row.ReturnNull();
      });
    }
    ASSIGN_OR_RETURN(const PatternArgument pattern, PatternArgument::Prepare(arguments, 1, ""));
    return RowKernel([return_time, pattern](Row& row) {
      const std::optional<PatternTime> time = ParseWith(pattern(row), row.Text(0));
      time ? return_time(row, *time) : row.ReturnNull();
    });
  };
}

// TO_TIMESTAMP_LTZ(number [, precision]), TO_TIMESTAMP_LTZ(string [, pattern [, zone]])
Result<ResolvedCall> ResolveToLtz(std::span<const ArgumentInfo> arguments) {
  if (arguments.empty() || arguments.size() > 3)
    return WrongArgumentCount("TO_TIMESTAMP_LTZ", arguments.size(), "1 to 3");
  const DataType& type = arguments[0].type;
  ResolvedCall call{{}, DataType::TimestampLtz(3).WithNullable(true)};
  if (type.IsCharacter()) {
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!arguments[i].type.IsCharacter())
        return WrongArgumentType("TO_TIMESTAMP_LTZ", i, arguments[i].type, "a STRING");
      call.argument_types.push_back(arguments[i].type);
    }
    return call;
  }
  if (!type.IsNumeric() && type.kind() != TypeKind::kNull) {
    return WrongArgumentType("TO_TIMESTAMP_LTZ", 0, type, "a number or STRING");
  }
  if (arguments.size() == 3) return WrongArgumentCount("TO_TIMESTAMP_LTZ", 3, "1 to 2 with a number");
  const bool exact = type.IsInteger() || type.kind() == TypeKind::kNull;
  call.argument_types.push_back(
      (exact ? DataType::Bigint() : DataType::Double()).WithNullable(type.nullable()));
  if (arguments.size() == 2) {
    const DataType& precision = arguments[1].type;
    if (!precision.IsInteger()) return WrongArgumentType("TO_TIMESTAMP_LTZ", 1, precision, "an integer");
    call.argument_types.push_back(DataType::Bigint().WithNullable(precision.nullable()));
  }
  return call;
}

Kernel LtzOfNumber(bool exact) {
  return RowKernel([exact](Row& row) {
    const int64_t precision = row.num_arguments() > 1 ? row.Long(1) : 3;
    if (precision != 0 && precision != 3) {
      return row.Fail(
          kInvalidArgument,
          fmt::format("TO_TIMESTAMP_LTZ takes precision 0 (seconds) or 3 (milliseconds), not {}", precision));
    }
    const int64_t unit = precision == 0 ? kMicrosPerSecond : kMicrosPerMilli;
    int64_t micros = 0;
    if (exact) {
      if (__builtin_mul_overflow(row.Long(0), unit, &micros)) return row.ReturnNull();
    } else {
      // Fractions of the unit are dropped, as Flink does.
      const double scaled = std::trunc(row.Double(0)) * static_cast<double>(unit);
      if (!(std::fabs(scaled) < 9e18)) return row.ReturnNull();
      micros = static_cast<int64_t>(scaled);
    }
    // Years 1 to 9999.
    if (micros < -62135596800 * kMicrosPerSecond || micros >= 253402300800 * kMicrosPerSecond)
      return row.ReturnNull();
    row.ReturnLong(micros);
  });
}

Result<Kernel> PrepareToLtz(const ResolvedCall& call, std::span<const ArgumentInfo> arguments,
                            const SessionSettings&) {
  if (!call.argument_types[0].IsCharacter())
    return LtzOfNumber(call.argument_types[0].kind() == TypeKind::kBigint);
  ASSIGN_OR_RETURN(const PatternArgument pattern,
                   PatternArgument::Prepare(arguments, 1, "yyyy-MM-dd HH:mm:ss"));
  const bool standard = arguments.size() == 1;
  std::optional<TimeZone> constant_zone = TimeZone::Utc();
  if (arguments.size() > 2) {
    constant_zone.reset();
    if (const std::optional<std::string> name = LiteralText(arguments[2])) {
      ASSIGN_OR_RETURN(constant_zone, TimeZone::Load(*name));
    }
  }
  return RowKernel([pattern, standard, constant_zone](Row& row) {
    const std::optional<PatternTime> time =
        standard ? ParseStandard(row.Text(0)) : ParseWith(pattern(row), row.Text(0));
    if (!time) return row.ReturnNull();
    const int64_t micros = CutToMillis(MicrosOf(*time));
    if (time->offset_seconds) return row.ReturnLong(micros - *time->offset_seconds * kMicrosPerSecond);
    if (constant_zone) return row.ReturnLong(constant_zone->ToUtcMicros(micros));
    const Result<TimeZone> zone = TimeZone::Load(row.Text(2));
    if (!zone.ok()) return row.Fail(kInvalidArgument, zone.status().message());
    row.ReturnLong(zone->ToUtcMicros(micros));
  });
}

// FROM_UNIXTIME(seconds [, pattern]) and UNIX_TIMESTAMP([string [, pattern]]), in the session's zone
Result<Kernel> PrepareFromUnixTime(const ResolvedCall&, std::span<const ArgumentInfo> arguments,
                                   const SessionSettings& session) {
  ASSIGN_OR_RETURN(const TimeZone zone, TimeZone::Load(session.time_zone));
  ASSIGN_OR_RETURN(const PatternArgument pattern,
                   PatternArgument::Prepare(arguments, 1, "yyyy-MM-dd HH:mm:ss"));
  return RowKernel([zone, pattern](Row& row) {
    int64_t micros = 0;
    const PatternPtr compiled = pattern(row);
    if (compiled == nullptr || __builtin_mul_overflow(row.Long(0), kMicrosPerSecond, &micros))
      return row.ReturnNull();
    const int64_t local = zone.ToLocalMicros(micros);
    PatternTime time = ToPatternTime(local);
    time.offset_seconds = static_cast<int32_t>((local - micros) / kMicrosPerSecond);
    std::string& text = row.Scratch();
    compiled->Format(time, &text);
    row.ReturnText(text);
  });
}

Result<Kernel> PrepareUnixTimestamp(const ResolvedCall&, std::span<const ArgumentInfo> arguments,
                                    const SessionSettings& session) {
  if (arguments.empty()) {
    return RowKernel(
        [](Row& row) { row.ReturnLong(FloorDiv(row.context().processing_time_micros, kMicrosPerSecond)); });
  }
  ASSIGN_OR_RETURN(const TimeZone zone, TimeZone::Load(session.time_zone));
  ASSIGN_OR_RETURN(const PatternArgument pattern,
                   PatternArgument::Prepare(arguments, 1, "yyyy-MM-dd HH:mm:ss"));
  return RowKernel([zone, pattern](Row& row) {
    const std::optional<PatternTime> time = ParseWith(pattern(row), row.Text(0));
    if (!time) return row.ReturnNull();
    const int64_t micros = MicrosOf(*time);
    const int64_t utc =
        time->offset_seconds ? micros - *time->offset_seconds * kMicrosPerSecond : zone.ToUtcMicros(micros);
    row.ReturnLong(FloorDiv(utc, kMicrosPerSecond));
  });
}

// CONVERT_TZ(string, from_zone, to_zone)
Result<Kernel> PrepareConvertZone(const ResolvedCall&, std::span<const ArgumentInfo> arguments,
                                  const SessionSettings&) {
  std::optional<TimeZone> constants[2];
  for (size_t i = 0; i < 2; ++i) {
    if (const std::optional<std::string> name = LiteralText(arguments[i + 1])) {
      ASSIGN_OR_RETURN(constants[i], TimeZone::Load(*name));
    }
  }
  return RowKernel([from = constants[0], to = constants[1]](Row& row) {
    const std::optional<PatternTime> time = ParseStandard(row.Text(0));
    if (!time) return row.ReturnNull();
    const Result<TimeZone> from_zone = from ? *from : TimeZone::Load(row.Text(1));
    const Result<TimeZone> to_zone = to ? *to : TimeZone::Load(row.Text(2));
    if (!from_zone.ok()) return row.Fail(kInvalidArgument, from_zone.status().message());
    if (!to_zone.ok()) return row.Fail(kInvalidArgument, to_zone.status().message());
    std::string& text = row.Scratch();
    AppendTimestamp(to_zone->ToLocalMicros(from_zone->ToUtcMicros(MicrosOf(*time))), 0, &text);
    row.ReturnText(text);
  });
}

}  // namespace

void AddTemporalTextFunctions(FunctionRegistry* registry) {
  FunctionFamily family(registry, "temporal");
  const ArgumentRule text_and_pattern = ArgumentRule{Takes::kString}.Optional({Takes::kString});
  family.AddResolved("DATE_FORMAT(datetime, pattern)",
                     "A datetime as text in a pattern such as yyyy-MM-dd HH:mm", ResolveDateFormat,
                     PrepareDateFormat);
  family.AddPrepared(
      "TO_DATE(string [, pattern])", "The date of a text; NULL when it is none", text_and_pattern,
      GivesNullable(DataType::Date()),
      ParseFunction(ParseStandardDate, [](Row& row, const PatternTime& time) { row.ReturnInt(time.days); }));
  family.AddPrepared("TO_TIMESTAMP(string [, pattern])", "The timestamp of a text; NULL when it is none",
                     text_and_pattern, GivesNullable(DataType::Timestamp(3)),
                     ParseFunction(ParseStandard, [](Row& row, const PatternTime& time) {
                       row.ReturnLong(CutToMillis(MicrosOf(time)));
                     }));
  family.AddResolved("TO_TIMESTAMP_LTZ(number [, precision]) or (string [, pattern [, zone]])",
                     "The instant of seconds or milliseconds since 1970, or of a text", ResolveToLtz,
                     PrepareToLtz);
  family.AddPrepared("FROM_UNIXTIME(seconds [, pattern])", "The local time of seconds since 1970 as text",
                     ArgumentRule{Takes::kInteger}.Optional({Takes::kString}),
                     GivesNullable(DataType::String()), PrepareFromUnixTime);
  family.AddPrepared(
      "UNIX_TIMESTAMP([string [, pattern]])", "Seconds since 1970, of now or of a local time as text",
      ArgumentRule{}.Optional({Takes::kString, Takes::kString}),
      [](std::span<const DataType> types) -> Result<DataType> {
        return DataType::Bigint().WithNullable(!types.empty());
      },
      PrepareUnixTimestamp, false);
  family.AddPrepared("CONVERT_TZ(string, from_zone, to_zone)",
                     "The local time of one zone in another, as text",
                     {Takes::kString, Takes::kString, Takes::kString}, GivesNullable(DataType::String()),
                     PrepareConvertZone);
}

}  // namespace millrace
