#include <optional>
#include <string_view>
#include <vector>

#include "core/column/column_builder.h"
#include "core/temporal/civil.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/literal_binder.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

constexpr int64_t kMinuteMillis = 60'000;
constexpr int64_t kHourMillis = 60 * kMinuteMillis;
constexpr int64_t kDayMillis = 24 * kHourMillis;

/// Months or milliseconds of one unit.
struct UnitSize {
  bool months = false;
  int64_t size = 0;
};

std::optional<UnitSize> SizeOfUnit(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kYear:
      return UnitSize{true, 12};
    case TimeUnit::kQuarter:
      return UnitSize{true, 3};
    case TimeUnit::kMonth:
      return UnitSize{true, 1};
    case TimeUnit::kWeek:
      return UnitSize{false, 7 * kDayMillis};
    case TimeUnit::kDay:
      return UnitSize{false, kDayMillis};
    case TimeUnit::kHour:
      return UnitSize{false, kHourMillis};
    case TimeUnit::kMinute:
      return UnitSize{false, kMinuteMillis};
    case TimeUnit::kSecond:
      return UnitSize{false, 1000};
    case TimeUnit::kMillisecond:
      return UnitSize{false, 1};
    default:
      return std::nullopt;
  }
}

BoundExprPtr IntervalExpr(bool months, int64_t value, const SourcePlace& place) {
  if (months) {
    ColumnBuilder builder(DataType::IntervalYearMonth().NotNull());
    builder.Append<int32_t>(static_cast<int32_t>(value));
    return LiteralExpr(builder.Finish(), place);
  }
  ColumnBuilder builder(DataType::IntervalDayTime().NotNull());
  builder.Append<int64_t>(value);
  return LiteralExpr(builder.Finish(), place);
}

/// Reads unsigned numbers between separators.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool AtEnd() const { return at_ == text_.size(); }
  bool Take(char c) {
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::optional<int64_t> Number() {
    const size_t begin = at_;
    int64_t value = 0;
    while (!AtEnd() && text_[at_] >= '0' && text_[at_] <= '9') {
      if (at_ - begin >= 15) return std::nullopt;
      value = value * 10 + (text_[at_++] - '0');
    }
    return at_ == begin ? std::nullopt : std::optional(value);
  }
  /// Milliseconds of ".123"; digits below a millisecond are dropped.
  std::optional<int64_t> Fraction() {
    if (!Take('.')) return 0;
    int64_t millis = 0;
    int digits = 0;
    for (; !AtEnd() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_, ++digits) {
      if (digits < 3) millis = millis * 10 + (text_[at_] - '0');
    }
    if (digits == 0 || digits > 9) return std::nullopt;
    for (; digits < 3; ++digits) millis *= 10;
    return millis;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

/// The units from `from` to `to`, with what stands before each in the text.
std::vector<std::pair<TimeUnit, char>> UnitsOf(TimeUnit from, TimeUnit to) {
  static const std::vector<std::pair<TimeUnit, char>> kDayTime = {
      {TimeUnit::kDay, '\0'}, {TimeUnit::kHour, ' '}, {TimeUnit::kMinute, ':'}, {TimeUnit::kSecond, ':'}};
  if (from == TimeUnit::kYear && to == TimeUnit::kMonth) return {{from, '\0'}, {to, '-'}};
  std::vector<std::pair<TimeUnit, char>> units;
  bool within = false;
  for (const auto& [unit, separator] : kDayTime) {
    within = within || unit == from;
    if (within) units.emplace_back(unit, separator);
    if (within && unit == to) return units;
  }
  return from == to ? std::vector<std::pair<TimeUnit, char>>{{from, '\0'}}
                    : std::vector<std::pair<TimeUnit, char>>{};
}

std::optional<int64_t> ParseIntervalText(std::string_view text, const IntervalQualifier& qualifier) {
  Reader reader(text);
  const bool minus = reader.Take('-');
  if (!minus) reader.Take('+');
  const auto units = UnitsOf(qualifier.from, qualifier.to.value_or(qualifier.from));
  if (units.empty()) return std::nullopt;
  int64_t total = 0;
  for (size_t i = 0; i < units.size(); ++i) {
    if (i > 0 && !reader.Take(units[i].second)) return std::nullopt;
    const std::optional<int64_t> number = reader.Number();
    const std::optional<UnitSize> size = SizeOfUnit(units[i].first);
    if (!number || !size) return std::nullopt;
    if (*number > INT64_MAX / size->size / 4) return std::nullopt;
    total += *number * size->size;
    if (units[i].first == TimeUnit::kSecond) {
      const std::optional<int64_t> fraction = reader.Fraction();
      if (!fraction) return std::nullopt;
      total += *fraction;
    }
  }
  if (!reader.AtEnd()) return std::nullopt;
  return minus ? -total : total;
}

}  // namespace

Result<BoundExprPtr> BindInterval(const IntervalLiteral& literal, const SourcePlace& place) {
  const std::optional<UnitSize> size = SizeOfUnit(literal.qualifier.from);
  if (!size) {
    return ErrorAt(kInvalidLiteral,
                   std::string("Interval of a unit that has none: ") + TimeUnitName(literal.qualifier.from),
                   place);
  }
  const std::optional<int64_t> value = ParseIntervalText(literal.text, literal.qualifier);
  if (!value || (size->months && (*value > INT32_MAX || *value < INT32_MIN))) {
    std::string unit = TimeUnitName(literal.qualifier.from);
    if (literal.qualifier.to) unit += std::string(" TO ") + TimeUnitName(*literal.qualifier.to);
    return ErrorAt(kInvalidLiteral, "Literal is not a valid interval of " + unit + ": '" + literal.text + "'",
                   place);
  }
  return IntervalExpr(size->months, literal.negative ? -*value : *value, place);
}

Result<BoundExprPtr> OneUnitInterval(TimeUnit unit, const SourcePlace& place) {
  const std::optional<UnitSize> size = SizeOfUnit(unit);
  if (!size)
    return ErrorAt(kInvalidLiteral, std::string("Interval of a unit that has none: ") + TimeUnitName(unit),
                   place);
  return IntervalExpr(size->months, size->size, place);
}

}  // namespace millrace::sql
