#include "core/temporal/civil.h"

#include <cstring>

namespace millrace {
namespace {

constexpr int32_t kPowersOfTen[10] = {1,      10,      100,      1000,      10000,
                                      100000, 1000000, 10000000, 100000000, 1000000000};

char* WriteTwoDigits(uint32_t value, char* at) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
  return at + 2;
}

char* WriteDigits(uint32_t value, int num_digits, char* at) {
  for (int i = num_digits - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return at + num_digits;
}

char* WriteDate(int32_t days, char* at) {
  const CivilDate date = CivilFromDays(days);
  uint32_t year = static_cast<uint32_t>(date.year);
  if (date.year < 0) {
    *at++ = '-';
    year = 0u - year;
  }
  int num_digits = 4;
  for (uint32_t rest = year / 10000; rest > 0; rest /= 10) ++num_digits;
  at = WriteDigits(year, num_digits, at);
  *at++ = '-';
  at = WriteTwoDigits(static_cast<uint32_t>(date.month), at);
  *at++ = '-';
  return WriteTwoDigits(static_cast<uint32_t>(date.day), at);
}

char* WriteTime(uint32_t second_of_day, uint32_t nanos, int precision, char* at) {
  at = WriteTwoDigits(second_of_day / 3600, at);
  *at++ = ':';
  at = WriteTwoDigits(second_of_day / 60 % 60, at);
  *at++ = ':';
  at = WriteTwoDigits(second_of_day % 60, at);
  if (precision <= 0) return at;
  *at++ = '.';
  return WriteDigits(nanos / static_cast<uint32_t>(kPowersOfTen[9 - precision]), precision, at);
}

void AppendDateTime(int64_t seconds, uint32_t nanos, int precision, std::string* out) {
  char buffer[48];
  char* end = WriteDate(static_cast<int32_t>(FloorDiv(seconds, 86400)), buffer);
  *end++ = ' ';
  end = WriteTime(static_cast<uint32_t>(FloorMod(seconds, 86400)), nanos, precision, end);
  out->append(buffer, static_cast<size_t>(end - buffer));
}

/// Reads between `min_digits` and `max_digits` digits off the front of `text`; -1 when there are fewer.
int32_t TakeNumber(std::string_view& text, int min_digits, int max_digits) {
  int32_t value = 0;
  int count = 0;
  while (count < max_digits && count < static_cast<int>(text.size()) && text[count] >= '0' &&
         text[count] <= '9') {
    value = value * 10 + (text[count] - '0');
    ++count;
  }
  if (count < min_digits) return -1;
  text.remove_prefix(static_cast<size_t>(count));
  return value;
}

bool TakeChar(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int32_t> TakeDate(std::string_view& text) {
  CivilDate date;
  date.year = TakeNumber(text, 4, 4);
  if (date.year < 0 || !TakeChar(text, '-')) return std::nullopt;
  date.month = TakeNumber(text, 1, 2);
  if (date.month < 0 || !TakeChar(text, '-')) return std::nullopt;
  date.day = TakeNumber(text, 1, 2);
  if (!IsValidDate(date)) return std::nullopt;
  return DaysFromCivil(date);
}

std::optional<int64_t> TakeTimeOfDay(std::string_view& text) {
  const int32_t hour = TakeNumber(text, 1, 2);
  if (hour < 0 || hour > 23 || !TakeChar(text, ':')) return std::nullopt;
  const int32_t minute = TakeNumber(text, 1, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  int32_t second = 0;
  int64_t nanos = 0;
  if (TakeChar(text, ':')) {
    second = TakeNumber(text, 1, 2);
    if (second < 0 || second > 59) return std::nullopt;
    if (TakeChar(text, '.')) {
      const size_t before = text.size();
      nanos = TakeNumber(text, 0, 9);
      nanos *= kPowersOfTen[9 - (before - text.size())];
    }
  }
  return (hour * 3600 + minute * 60 + second) * kNanosPerSecond + nanos;
}

std::optional<int32_t> TakeOffset(std::string_view& text) {
  if (TakeChar(text, 'Z')) return 0;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int32_t sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const int32_t hours = TakeNumber(text, 2, 2);
  if (hours < 0 || hours > 18) return std::nullopt;
  TakeChar(text, ':');
  const int32_t minutes = text.empty() ? 0 : TakeNumber(text, 2, 2);
  if (minutes < 0 || minutes > 59) return std::nullopt;
  return sign * (hours * 3600 + minutes * 60);
}

}  // namespace

// Both conversions count from 0000-03-01, where the leap day is the last of its year (Howard Hinnant's
// algorithm).
int32_t DaysFromCivil(CivilDate date) {
  const int32_t year = date.year - (date.month <= 2 ? 1 : 0);
  const int32_t era = (year >= 0 ? year : year - 399) / 400;
  const int32_t year_of_era = year - era * 400;
  const int32_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  const int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate CivilFromDays(int32_t days) {
  const int64_t shifted = int64_t{days} + 719468;
  const int64_t era = FloorDiv(shifted, 146097);
  const uint32_t day_of_era = static_cast<uint32_t>(shifted - era * 146097);
  const uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t month_from_march = (5 * day_of_year + 2) / 153;
  CivilDate date;
  date.day = static_cast<int32_t>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  date.month = static_cast<int32_t>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  date.year = static_cast<int32_t>(year_of_era + era * 400) + (date.month <= 2 ? 1 : 0);
  return date;
}

bool IsLeapYear(int32_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int32_t DaysInMonth(int32_t year, int32_t month) {
  static constexpr int8_t kDays[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[month];
}

bool IsValidDate(CivilDate date) {
  return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
         date.day <= DaysInMonth(date.year, date.month);
}

int32_t IsoDayOfWeek(int32_t days) {
  return static_cast<int32_t>(FloorMod(int64_t{days} + 3, 7)) + 1;
}

int32_t DayOfYear(int32_t days) {
  return days - DaysFromCivil({CivilFromDays(days).year, 1, 1}) + 1;
}

IsoWeek IsoWeekOf(int32_t days) {
  // A week belongs to the year of its Thursday.
  const int32_t thursday = days - IsoDayOfWeek(days) + 4;
  const int32_t year = CivilFromDays(thursday).year;
  return {year, (thursday - DaysFromCivil({year, 1, 1})) / 7 + 1};
}

int32_t AddMonths(int32_t days, int64_t months) {
  const CivilDate date = CivilFromDays(days);
  const int64_t month_number = int64_t{date.year} * 12 + date.month - 1 + months;
  CivilDate moved;
  moved.year = static_cast<int32_t>(FloorDiv(month_number, 12));
  moved.month = static_cast<int32_t>(FloorMod(month_number, 12)) + 1;
  const int32_t last_day = DaysInMonth(moved.year, moved.month);
  moved.day = date.day < last_day ? date.day : last_day;
  return DaysFromCivil(moved);
}

void AppendDate(int32_t days, std::string* out) {
  char buffer[24];
  out->append(buffer, static_cast<size_t>(WriteDate(days, buffer) - buffer));
}

void AppendTime(int64_t millis_of_day, int precision, std::string* out) {
  char buffer[24];
  const uint32_t millis = static_cast<uint32_t>(FloorMod(millis_of_day, kMillisPerDay));
  const char* end = WriteTime(millis / 1000, millis % 1000 * 1'000'000, precision, buffer);
  out->append(buffer, static_cast<size_t>(end - buffer));
}

void AppendTimestamp(int64_t micros, int precision, std::string* out) {
  AppendDateTime(FloorDiv(micros, kMicrosPerSecond),
                 static_cast<uint32_t>(FloorMod(micros, kMicrosPerSecond)) * 1000, precision, out);
}

void AppendTimestamp(WideTimestamp time, int precision, std::string* out) {
  AppendDateTime(FloorDiv(time.millis, kMillisPerSecond),
                 static_cast<uint32_t>(FloorMod(time.millis, kMillisPerSecond)) * 1'000'000 +
                     static_cast<uint32_t>(time.nanos_of_milli),
                 precision, out);
}

int64_t ParsedTimestamp::Micros() const {
  return days * kMicrosPerDay + nanos_of_day / 1000 - offset_seconds.value_or(0) * kMicrosPerSecond;
}

WideTimestamp ParsedTimestamp::Wide() const {
  const int64_t millis =
      days * kMillisPerDay + nanos_of_day / 1'000'000 - offset_seconds.value_or(0) * kMillisPerSecond;
  return {millis, static_cast<int32_t>(nanos_of_day % 1'000'000), 0};
}

std::optional<int32_t> ParseDate(std::string_view text) {
  const std::optional<int32_t> days = TakeDate(text);
  return text.empty() ? days : std::nullopt;
}

std::optional<int64_t> ParseTimeOfDay(std::string_view text) {
  const std::optional<int64_t> nanos = TakeTimeOfDay(text);
  return text.empty() ? nanos : std::nullopt;
}

std::optional<ParsedTimestamp> ParseTimestamp(std::string_view text, char separator, bool allow_offset) {
  ParsedTimestamp parsed;
  const std::optional<int32_t> days = TakeDate(text);
  if (!days) return std::nullopt;
  parsed.days = *days;
  if (text.empty()) return parsed;
  if (TakeChar(text, separator)) {
    const std::optional<int64_t> nanos = TakeTimeOfDay(text);
    if (!nanos) return std::nullopt;
    parsed.nanos_of_day = *nanos;
  }
  if (allow_offset && !text.empty()) {
    parsed.offset_seconds = TakeOffset(text);
    if (!parsed.offset_seconds) return std::nullopt;
  }
  return text.empty() ? std::optional(parsed) : std::nullopt;
}

}  // namespace millrace
