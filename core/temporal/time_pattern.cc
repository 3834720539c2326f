#include "core/temporal/time_pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error_codes.h"
#include "core/temporal/civil.h"

namespace millrace {
namespace {

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                      "Friday", "Saturday", "Sunday"};

bool IsNumberPart(char letter, int count) {
  if (letter == 'M' || letter == 'L' || letter == 'e' || letter == 'Q') return count <= 2;
  return std::string_view("yuDdHhKkmsSnw").find(letter) != std::string_view::npos && letter != 0;
}

int64_t GranularityNanosOf(char letter) {
  switch (letter) {
    case 'H':
    case 'h':
    case 'K':
    case 'k':
    case 'a':
      return 3600 * kNanosPerSecond;
    case 'm':
      return 60 * kNanosPerSecond;
    case 's':
      return kNanosPerSecond;
    case 'S':
    case 'n':
      return 1;
    default:
      return kNanosPerDay;
  }
}

/// Decimal digits with zeros in front up to a width; value >= 0.
void AppendPadded(int64_t value, int width, std::string* out) {
  char digits[20];
  char* const end = digits + sizeof(digits);
  char* at = end;
  do {
    *--at = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value > 0);
  while (end - at < width) *--at = '0';
  out->append(at, static_cast<size_t>(end - at));
}

int64_t PowerOf10(int exponent) {
  int64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// Takes the name at the front of `text`, in full or its first three letters; the index from 1, 0 for none.
template <size_t N>
int32_t TakeName(const std::string_view (&names)[N], bool full, std::string_view& text) {
  for (size_t i = 0; i < N; ++i) {
    const std::string_view name = full ? names[i] : names[i].substr(0, 3);
    if (EqualsIgnoringCase(text.substr(0, name.size()), name)) {
      text.remove_prefix(name.size());
      return static_cast<int32_t>(i + 1);
    }
  }
  return 0;
}

std::optional<int64_t> TakeNumber(std::string_view& text, int digits_min, int digits_max) {
  int64_t value = 0;
  int digits = 0;
  while (digits < digits_max && digits < static_cast<int>(text.size()) &&
         text[static_cast<size_t>(digits)] >= '0' && text[static_cast<size_t>(digits)] <= '9') {
    value = value * 10 + (text[static_cast<size_t>(digits)] - '0');
    ++digits;
  }
  if (digits < digits_min) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(digits));
  return value;
}

void AppendOffset(int32_t seconds, char letter, int count, std::string* out) {
  if (seconds == 0 && letter == 'X') {
    *out += 'Z';
    return;
  }
  const bool colon = letter == 'Z' ? count == 5 : count == 3 || count == 5;
  const int32_t size = seconds < 0 ? -seconds : seconds;
  *out += fmt::format("{}{:02}", seconds < 0 ? '-' : '+', size / 3600);
  if (letter != 'Z' && count == 1 && size % 3600 == 0) return;
  *out += fmt::format("{}{:02}", colon ? ":" : "", size / 60 % 60);
}

std::optional<int32_t> TakeOffset(std::string_view& text) {
  for (std::string_view zero : {"Z", "UTC", "GMT"}) {
    if (text.starts_with(zero)) {
      text.remove_prefix(zero.size());
      return 0;
    }
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int32_t sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = TakeNumber(text, 2, 2);
  if (!hours || *hours > 18) return std::nullopt;
  if (text.starts_with(':')) text.remove_prefix(1);
  const int64_t minutes = TakeNumber(text, 2, 2).value_or(0);
  if (minutes > 59) return std::nullopt;
  return sign * static_cast<int32_t>(*hours * 3600 + minutes * 60);
}

}  // namespace

/// What the letters of a pattern stand for.
struct TimePattern::Fields {
  int32_t year = 1970, month = 1, day = 1;
  std::optional<int32_t> day_of_year;
  int32_t hour = 0, minute = 0, second = 0, nanos = 0;
  std::optional<int32_t> hour_of_half;  // 0..11
  bool afternoon = false;
  int32_t days = 0;
  std::optional<int32_t> offset_seconds;
};

Result<TimePattern> TimePattern::Compile(std::string_view pattern) {
  constexpr std::string_view kLetters = "yuMLdDEeHhKkmsSnaQwzXxZ";
  TimePattern compiled;
  const auto literal = [&compiled](char c) {
    if (compiled.parts_.empty() || compiled.parts_.back().letter != 0) compiled.parts_.emplace_back();
    compiled.parts_.back().literal += c;
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        literal(pattern[++i]);
        continue;
      }
      for (++i; i < pattern.size(); ++i) {
        if (pattern[i] == '\'') {
          if (i + 1 == pattern.size() || pattern[i + 1] != '\'') break;
          ++i;
        }
        literal(pattern[i]);
      }
      if (i == pattern.size())
        return Status(kInvalidArgument, fmt::format("Unclosed quote in time pattern: {}", pattern));
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      if (kLetters.find(c) == std::string_view::npos) {
        return Status(kInvalidArgument, fmt::format("Unknown letter {} in time pattern: {}", c, pattern));
      }
      Part part;
      part.letter = c;
      while (i < pattern.size() && pattern[i] == c) {
        ++part.count;
        ++i;
      }
      --i;
      if (part.count > 9)
        return Status(kInvalidArgument, fmt::format("Too many letters in time pattern: {}", pattern));
      if (!compiled.parts_.empty() && IsNumberPart(c, part.count)) {
        Part& before = compiled.parts_.back();
        before.adjacent = before.letter != 0 && IsNumberPart(before.letter, before.count);
      }
      compiled.granularity_nanos_ = std::min(compiled.granularity_nanos_, GranularityNanosOf(c));
      compiled.parts_.push_back(std::move(part));
    } else if (c != '[' && c != ']') {
      literal(c);
    }
  }
  return compiled;
}

void TimePattern::FormatPart(const Part& part, const Fields& fields, std::string* out) {
  const auto number = [&](int64_t value) {
    if (value < 0) *out += '-';
    AppendPadded(value < 0 ? -value : value, part.count, out);
  };
  const auto name = [&](std::string_view full) { *out += part.count >= 4 ? full : full.substr(0, 3); };
  switch (part.letter) {
    case 0:
      *out += part.literal;
      break;
    case 'y':
    case 'u':
      part.count == 2 ? number(fields.year % 100) : number(fields.year);
      break;
    case 'M':
    case 'L':
      part.count <= 2 ? number(fields.month) : name(kMonths[fields.month - 1]);
      break;
    case 'd':
      number(fields.day);
      break;
    case 'D':
      number(DayOfYear(fields.days));
      break;
    case 'E':
      name(kDays[IsoDayOfWeek(fields.days) - 1]);
      break;
    case 'e':
      part.count <= 2 ? number(IsoDayOfWeek(fields.days) % 7 + 1)
                      : name(kDays[IsoDayOfWeek(fields.days) - 1]);
      break;
    case 'w':
      number(IsoWeekOf(fields.days).week);
      break;
    case 'Q':
      number((fields.month - 1) / 3 + 1);
      break;
    case 'H':
      number(fields.hour);
      break;
    case 'k':
      number(fields.hour == 0 ? 24 : fields.hour);
      break;
    case 'K':
      number(fields.hour % 12);
      break;
    case 'h':
      number(fields.hour % 12 == 0 ? 12 : fields.hour % 12);
      break;
    case 'm':
      number(fields.minute);
      break;
    case 's':
      number(fields.second);
      break;
    case 'S':
      number(fields.nanos / PowerOf10(9 - part.count));
      break;
    case 'n':
      number(fields.nanos);
      break;
    case 'a':
      *out += fields.hour < 12 ? "AM" : "PM";
      break;
    case 'z':
      *out += "UTC";
      break;
    default:
      AppendOffset(fields.offset_seconds.value_or(0), part.letter, part.count, out);
  }
}

void TimePattern::Format(const PatternTime& time, std::string* out) const {
  const CivilDate date = CivilFromDays(time.days);
  const int64_t second_of_day = time.nanos_of_day / kNanosPerSecond;
  Fields fields;
  fields.year = date.year;
  fields.month = date.month;
  fields.day = date.day;
  fields.days = time.days;
  fields.hour = static_cast<int32_t>(second_of_day / 3600);
  fields.minute = static_cast<int32_t>(second_of_day / 60 % 60);
  fields.second = static_cast<int32_t>(second_of_day % 60);
  fields.nanos = static_cast<int32_t>(time.nanos_of_day % kNanosPerSecond);
  fields.offset_seconds = time.offset_seconds;
  for (const Part& part : parts_) FormatPart(part, fields, out);
}

bool TimePattern::ParsePart(const Part& part, std::string_view& text, Fields* fields) {
  const int width_max =
      part.adjacent ? part.count : std::max(part.count, part.letter == 'y' || part.letter == 'u' ? 9 : 2);
  const auto number = [&](int32_t* target, int64_t min, int64_t max) {
    const auto value = TakeNumber(text, part.count == 1 ? 1 : part.count, part.letter == 'D' ? 3 : width_max);
    if (!value || *value < min || *value > max) return false;
    *target = static_cast<int32_t>(*value);
    return true;
  };
  int32_t ignored = 0;
  switch (part.letter) {
    case 0:
      if (!text.starts_with(part.literal)) return false;
      text.remove_prefix(part.literal.size());
      return true;
    case 'y':
    case 'u':
      if (part.count == 2) {
        const auto value = TakeNumber(text, 2, 2);
        fields->year = 2000 + static_cast<int32_t>(value.value_or(0));
        return value.has_value();
      }
      return number(&fields->year, 0, 999'999);
    case 'M':
    case 'L':
      if (part.count <= 2) return number(&fields->month, 1, 12);
      fields->month = TakeName(kMonths, part.count >= 4, text);
      return fields->month > 0;
    case 'd':
      return number(&fields->day, 1, 31);
    case 'D':
      fields->day_of_year = 0;
      return number(&*fields->day_of_year, 1, 366);
    case 'E':
      return TakeName(kDays, part.count >= 4, text) > 0;
    case 'e':
    case 'w':
    case 'Q':
      return number(&ignored, 0, 53);
    case 'H':
      return number(&fields->hour, 0, 23);
    case 'k':
      if (!number(&fields->hour, 1, 24)) return false;
      fields->hour %= 24;
      return true;
    case 'K':
    case 'h':
      if (!number(&ignored, 0, 12)) return false;
      fields->hour_of_half = ignored % 12;
      return true;
    case 'm':
      return number(&fields->minute, 0, 59);
    case 's':
      return number(&fields->second, 0, 59);
    case 'S': {
      const auto value = TakeNumber(text, part.count, part.count);
      fields->nanos = static_cast<int32_t>(value.value_or(0) * PowerOf10(9 - part.count));
      return value.has_value();
    }
    case 'n': {
      const auto value = TakeNumber(text, 1, 9);
      fields->nanos = static_cast<int32_t>(value.value_or(0));
      return value.has_value();
    }
    case 'a':
      if (text.size() < 2 || (text[1] | 0x20) != 'm') return false;
      fields->afternoon = (text[0] | 0x20) == 'p';
      if (!fields->afternoon && (text[0] | 0x20) != 'a') return false;
      text.remove_prefix(2);
      return true;
    default:
      fields->offset_seconds = TakeOffset(text);
      return fields->offset_seconds.has_value();
  }
}

std::optional<PatternTime> TimePattern::Parse(std::string_view text) const {
  Fields fields;
  for (const Part& part : parts_) {
    if (!ParsePart(part, text, &fields)) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  if (fields.hour_of_half) fields.hour = *fields.hour_of_half + (fields.afternoon ? 12 : 0);
  PatternTime time;
  if (fields.day_of_year) {
    time.days = DaysFromCivil({fields.year, 1, 1}) + *fields.day_of_year - 1;
  } else {
    const CivilDate date{fields.year, fields.month, fields.day};
    if (!IsValidDate(date)) return std::nullopt;
    time.days = DaysFromCivil(date);
  }
  time.nanos_of_day =
      (fields.hour * 3600 + fields.minute * 60 + fields.second) * kNanosPerSecond + fields.nanos;
  time.offset_seconds = fields.offset_seconds;
  return time;
}

}  // namespace millrace
