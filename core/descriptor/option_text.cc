#include "core/descriptor/option_text.h"

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <limits>

#include "core/descriptor/descriptor.h"
#include "core/descriptor/error_codes.h"

namespace millrace {
namespace {

char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

Status BadValue(const std::string& text, const char* expected, const char* suggestion) {
  return Status(kBadOptionValue, std::string("not ") + expected + ": '" + text + "'")
      .WithSuggestion(suggestion);
}

struct Unit {
  std::string_view name;
  int64_t numerator;  // in the result's unit
  int64_t denominator = 1;
};

/// Splits "10 min" into its number and unit; false when there is no number.
bool SplitNumber(std::string_view text, int64_t* number, std::string_view* unit) {
  text = TrimSpaces(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  if (error != std::errc() || *number < 0) return false;
  *unit = TrimSpaces(text.substr(static_cast<size_t>(end - text.data())));
  return true;
}

/// The value of "<number> <unit>"; false when it is malformed or does not fit.
bool ParseWithUnit(std::string_view text, std::initializer_list<Unit> units, int64_t* value) {
  int64_t number = 0;
  std::string_view name;
  if (!SplitNumber(text, &number, &name)) return false;
  for (const Unit& unit : units) {
    if (!EqualsIgnoringCase(unit.name, name)) continue;
    if (number > std::numeric_limits<int64_t>::max() / unit.numerator) return false;
    *value = number * unit.numerator / unit.denominator;
    return true;
  }
  return false;
}

/// ISO-8601 as java.time.Duration reads it, without fractions: "P1DT2H3M4S".
bool ParseIsoDuration(std::string_view text, int64_t* millis) {
  if (text.size() < 3 || ToLower(text[0]) != 'p') return false;
  text.remove_prefix(1);
  bool in_time = false;
  int64_t total = 0;
  while (!text.empty()) {
    if (ToLower(text[0]) == 't' && !in_time && text.size() > 1) {
      in_time = true;
      text.remove_prefix(1);
      continue;
    }
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const size_t digits = static_cast<size_t>(end - text.data());
    if (error != std::errc() || number < 0 || digits == text.size()) return false;
    const char unit = ToLower(text[digits]);
    const int64_t factor = !in_time && unit == 'd'  ? 86'400'000
                           : in_time && unit == 'h' ? 3'600'000
                           : in_time && unit == 'm' ? 60'000
                           : in_time && unit == 's' ? 1'000
                                                    : 0;
    int64_t part = 0;
    if (factor == 0 || __builtin_mul_overflow(number, factor, &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return false;
    }
    text.remove_prefix(digits + 1);
  }
  *millis = total;
  return true;
}

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (ToLower(a[i]) != ToLower(b[i])) return false;
  }
  return true;
}

std::string_view TrimSpaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

Result<int64_t> ParseDurationMillis(const std::string& text) {
  int64_t millis = 0;
  if (ParseIsoDuration(TrimSpaces(text), &millis)) return millis;
  constexpr int64_t kDay = 86'400'000, kHour = 3'600'000, kMinute = 60'000, kSecond = 1'000;
  constexpr int64_t kMicro = 1'000, kNano = 1'000'000;
  const bool parsed = ParseWithUnit(text,
                                    {{"", 1},
                                     {"ms", 1},
                                     {"milli", 1},
                                     {"millis", 1},
                                     {"millisecond", 1},
                                     {"milliseconds", 1},
                                     {"d", kDay},
                                     {"day", kDay},
                                     {"days", kDay},
                                     {"h", kHour},
                                     {"hour", kHour},
                                     {"hours", kHour},
                                     {"m", kMinute},
                                     {"min", kMinute},
                                     {"minute", kMinute},
                                     {"minutes", kMinute},
                                     {"s", kSecond},
                                     {"sec", kSecond},
                                     {"secs", kSecond},
                                     {"second", kSecond},
                                     {"seconds", kSecond},
                                     {"µs", 1, kMicro},
                                     {"micro", 1, kMicro},
                                     {"micros", 1, kMicro},
                                     {"microsecond", 1, kMicro},
                                     {"microseconds", 1, kMicro},
                                     {"ns", 1, kNano},
                                     {"nano", 1, kNano},
                                     {"nanos", 1, kNano},
                                     {"nanosecond", 1, kNano},
                                     {"nanoseconds", 1, kNano}},
                                    &millis);
  if (!parsed)
    return BadValue(text, "a duration", "write a number and a unit: '500 ms', '10 s', '5 min', '1 h', '1 d'");
  return millis;
}

Result<int64_t> ParseMemorySizeBytes(const std::string& text) {
  constexpr int64_t kKibi = 1024, kMebi = kKibi * 1024, kGibi = kMebi * 1024, kTebi = kGibi * 1024;
  int64_t bytes = 0;
  const bool parsed = ParseWithUnit(text,
                                    {{"", 1},
                                     {"b", 1},
                                     {"bytes", 1},
                                     {"k", kKibi},
                                     {"kb", kKibi},
                                     {"kibibytes", kKibi},
                                     {"m", kMebi},
                                     {"mb", kMebi},
                                     {"mebibytes", kMebi},
                                     {"g", kGibi},
                                     {"gb", kGibi},
                                     {"gibibytes", kGibi},
                                     {"t", kTebi},
                                     {"tb", kTebi},
                                     {"tebibytes", kTebi}},
                                    &bytes);
  if (!parsed) return BadValue(text, "a memory size", "write a number and a unit: '64 kb', '128 mb', '1 gb'");
  return bytes;
}

Result<bool> ParseBoolean(const std::string& text) {
  const std::string_view trimmed = TrimSpaces(text);
  if (EqualsIgnoringCase(trimmed, "true")) return true;
  if (EqualsIgnoringCase(trimmed, "false")) return false;
  return BadValue(text, "a boolean", "write 'true' or 'false'");
}

Result<int64_t> ParseInteger(const std::string& text) {
  const std::string_view trimmed = TrimSpaces(text);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), value);
  if (error != std::errc() || end != trimmed.data() + trimmed.size()) {
    return BadValue(text, "an integer", "write a whole number such as '100'");
  }
  return value;
}

Result<double> ParseDouble(const std::string& text) {
  const std::string_view trimmed = TrimSpaces(text);
  double value = 0;
  const auto [end, error] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), value);
  if (error != std::errc() || end != trimmed.data() + trimmed.size()) {
    return BadValue(text, "a number", "write a number such as '0.5'");
  }
  return value;
}

}  // namespace millrace
