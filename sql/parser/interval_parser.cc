#include "sql/parser/interval_parser.h"

#include <fmt/format.h>

#include "sql/lexer/error_codes.h"
#include "sql/parser/spelling.h"

namespace millrace::sql {
namespace {

constexpr int kIntervalPrecisionMax = 10;

struct UnitName {
  Keyword keyword;
  TimeUnit unit;
};

/// The units of intervals with their plurals.
constexpr UnitName kIntervalUnits[] = {
    {"YEAR"_kw, TimeUnit::kYear},       {"YEARS"_kw, TimeUnit::kYear},
    {"QUARTER"_kw, TimeUnit::kQuarter}, {"QUARTERS"_kw, TimeUnit::kQuarter},
    {"MONTH"_kw, TimeUnit::kMonth},     {"MONTHS"_kw, TimeUnit::kMonth},
    {"WEEK"_kw, TimeUnit::kWeek},       {"WEEKS"_kw, TimeUnit::kWeek},
    {"DAY"_kw, TimeUnit::kDay},         {"DAYS"_kw, TimeUnit::kDay},
    {"HOUR"_kw, TimeUnit::kHour},       {"HOURS"_kw, TimeUnit::kHour},
    {"MINUTE"_kw, TimeUnit::kMinute},   {"MINUTES"_kw, TimeUnit::kMinute},
    {"SECOND"_kw, TimeUnit::kSecond},   {"SECONDS"_kw, TimeUnit::kSecond},
};

constexpr UnitName kTimeUnits[] = {
    {"NANOSECOND"_kw, TimeUnit::kNanosecond},
    {"MICROSECOND"_kw, TimeUnit::kMicrosecond},
    {"MILLISECOND"_kw, TimeUnit::kMillisecond},
    {"SECOND"_kw, TimeUnit::kSecond},
    {"MINUTE"_kw, TimeUnit::kMinute},
    {"HOUR"_kw, TimeUnit::kHour},
    {"DAY"_kw, TimeUnit::kDay},
    {"WEEK"_kw, TimeUnit::kWeek},
    {"MONTH"_kw, TimeUnit::kMonth},
    {"QUARTER"_kw, TimeUnit::kQuarter},
    {"YEAR"_kw, TimeUnit::kYear},
    {"DECADE"_kw, TimeUnit::kDecade},
    {"CENTURY"_kw, TimeUnit::kCentury},
    {"MILLENNIUM"_kw, TimeUnit::kMillennium},
    {"EPOCH"_kw, TimeUnit::kEpoch},
    {"DOW"_kw, TimeUnit::kDayOfWeek},
    {"DAYOFWEEK"_kw, TimeUnit::kDayOfWeek},
    {"DOY"_kw, TimeUnit::kDayOfYear},
    {"DAYOFYEAR"_kw, TimeUnit::kDayOfYear},
    {"ISODOW"_kw, TimeUnit::kIsoDayOfWeek},
    {"ISOYEAR"_kw, TimeUnit::kIsoYear},
    {"FRAC_SECOND"_kw, TimeUnit::kMicrosecond},
    {"SQL_TSI_FRAC_SECOND"_kw, TimeUnit::kNanosecond},
    {"SQL_TSI_MICROSECOND"_kw, TimeUnit::kMicrosecond},
    {"SQL_TSI_SECOND"_kw, TimeUnit::kSecond},
    {"SQL_TSI_MINUTE"_kw, TimeUnit::kMinute},
    {"SQL_TSI_HOUR"_kw, TimeUnit::kHour},
    {"SQL_TSI_DAY"_kw, TimeUnit::kDay},
    {"SQL_TSI_WEEK"_kw, TimeUnit::kWeek},
    {"SQL_TSI_MONTH"_kw, TimeUnit::kMonth},
    {"SQL_TSI_QUARTER"_kw, TimeUnit::kQuarter},
    {"SQL_TSI_YEAR"_kw, TimeUnit::kYear},
};

Result<TimeUnit> ParseIntervalUnit(TokenStream& tokens) {
  for (const UnitName& name : kIntervalUnits) {
    if (tokens.Accept(name.keyword)) return name.unit;
  }
  return tokens.Unexpected("an interval unit such as DAY or SECOND");
}

/// Which units may follow TO.
bool IsRange(TimeUnit from, TimeUnit to) {
  switch (from) {
    case TimeUnit::kYear:
      return to == TimeUnit::kMonth;
    case TimeUnit::kDay:
      return to == TimeUnit::kHour || to == TimeUnit::kMinute || to == TimeUnit::kSecond;
    case TimeUnit::kHour:
      return to == TimeUnit::kMinute || to == TimeUnit::kSecond;
    case TimeUnit::kMinute:
      return to == TimeUnit::kSecond;
    default:
      return false;
  }
}

Status ParsePrecisions(TokenStream& tokens, IntervalQualifier& qualifier) {
  if (!tokens.Accept(TokenKind::kLeftParen)) return Status::Ok();
  ASSIGN_OR_RETURN(qualifier.leading_precision,
                   tokens.ExpectInteger("an interval precision", kIntervalPrecisionMax));
  if (qualifier.from == TimeUnit::kSecond && tokens.Accept(TokenKind::kComma)) {
    ASSIGN_OR_RETURN(qualifier.fraction_precision,
                     tokens.ExpectInteger("an interval precision", kIntervalPrecisionMax));
  }
  return tokens.Expect(TokenKind::kRightParen);
}

}  // namespace

Result<IntervalQualifier> ParseIntervalQualifier(TokenStream& tokens, bool single_unit) {
  IntervalQualifier qualifier;
  qualifier.place = tokens.Here();
  ASSIGN_OR_RETURN(qualifier.from, ParseIntervalUnit(tokens));
  RETURN_IF_ERROR(ParsePrecisions(tokens, qualifier));
  if (!single_unit && tokens.Is("TO"_kw)) {
    tokens.Take();
    const SourcePlace place = tokens.Here();
    ASSIGN_OR_RETURN(qualifier.to, ParseIntervalUnit(tokens));
    if (!IsRange(qualifier.from, *qualifier.to)) {
      return Status(kUnknownWord, fmt::format("no such interval range: {} TO {}",
                                              TimeUnitName(qualifier.from), TimeUnitName(*qualifier.to)))
          .WithPlace(place)
          .WithSuggestion(
              "ranges are YEAR TO MONTH, and from DAY, HOUR or MINUTE to a smaller unit down to SECOND");
    }
    if (*qualifier.to == TimeUnit::kSecond && tokens.Accept(TokenKind::kLeftParen)) {
      ASSIGN_OR_RETURN(qualifier.fraction_precision,
                       tokens.ExpectInteger("an interval precision", kIntervalPrecisionMax));
      RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
    }
  }
  qualifier.place = tokens.RangeFrom(qualifier.place);
  return qualifier;
}

bool AtIntervalUnit(TokenStream& tokens) {
  for (const UnitName& name : kIntervalUnits) {
    if (tokens.Is(name.keyword)) return true;
  }
  return false;
}

Result<TimeUnit> ParseTimeUnit(TokenStream& tokens) {
  const Token token = tokens.Peek();
  for (const UnitName& name : kTimeUnits) {
    if (token.keyword != name.keyword) continue;
    tokens.Take();
    if (name.unit == TimeUnit::kWeek && tokens.Is(TokenKind::kLeftParen)) {
      return Status(kUnsupportedSyntax, "WEEK with a first day is not supported").WithPlace(tokens.Here());
    }
    return name.unit;
  }
  if (token.kind != TokenKind::kWord) return tokens.Unexpected("a time unit such as DAY or SECOND");
  std::string suggestion =
      "units are YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND and others";
  size_t best = static_cast<size_t>(-1);
  for (const UnitName& name : kTimeUnits) {
    const std::string_view text = KeywordText(name.keyword);
    const size_t distance = EditDistance(token.text, text);
    if (distance >= best || !IsLikelyMisspelling(token.text, text)) continue;
    best = distance;
    suggestion = fmt::format("did you mean {}?", text);
  }
  return Status(kUnknownWord, fmt::format("unknown time unit: {}", token.text))
      .WithPlace(token.place)
      .WithSuggestion(suggestion);
}

}  // namespace millrace::sql
