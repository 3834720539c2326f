#include "operators/formats/text/scalar_text.h"

#include <absl/strings/escaping.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "core/temporal/civil.h"
#include "core/types/decimal.h"

namespace millrace {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

/// Reads exactly `count` digits at `text[at]`; -1 when there are others.
int32_t FixedDigits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return -1;
  int32_t value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (!IsDigit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// The value of "." and up to 9 digits at the start of `text` in nanoseconds, and how many bytes that took;
/// -1 when there are more digits.
int64_t FractionNanos(std::string_view text, size_t* length) {
  static constexpr int64_t kNanosPerUnit[] = {1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000,
                                              10'000,        1'000,       100,        10,        1};
  *length = 0;
  if (text.empty() || text[0] != '.') return 0;
  int64_t digits = 0;
  size_t at = 1;
  for (; at < text.size() && IsDigit(text[at]); ++at) {
    if (at > 9) return -1;
    digits = digits * 10 + (text[at] - '0');
  }
  *length = at;
  return digits * kNanosPerUnit[at - 1];
}

/// Seconds of the day of "HH:mm:ss", 8 bytes; -1 when it is none.
int32_t SecondsOfDay(const char* text) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  uint64_t bytes;
  std::memcpy(&bytes, text, sizeof(bytes));
  bytes ^= 0x30303a30303a3030ull;  // digits become their values, colons 0
  // Adding 6 carries out of the low half of a byte that was no digit.
  if ((((bytes + 0x0606000606000606ull) | bytes) & 0xf0f0fff0f0fff0f0ull) != 0) return -1;
  const uint64_t pairs = bytes * 10 + (bytes >> 8);  // two digits' number is in the first one's byte
  const auto hour = static_cast<int32_t>(pairs & 0xff);
  const auto minute = static_cast<int32_t>(pairs >> 24 & 0xff);
  const auto second = static_cast<int32_t>(pairs >> 48 & 0xff);
  if (hour > 23 || minute > 59 || second > 59) return -1;
  return hour * 3600 + minute * 60 + second;
}

std::optional<int64_t> HourMinuteSecond(std::string_view text, size_t* length) {
  if (text.size() < 8) return std::nullopt;
  const int32_t seconds = SecondsOfDay(text.data());
  if (seconds < 0) return std::nullopt;
  size_t fraction_length;
  const int64_t fraction = FractionNanos(text.substr(8), &fraction_length);
  if (fraction < 0) return std::nullopt;
  *length = 8 + fraction_length;
  return seconds * kNanosPerSecond + fraction;
}

template <class Float>
std::optional<Float> ParseFloatingText(std::string_view text) {
  text = TrimControls(text);
  std::string_view unsigned_text = text;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) unsigned_text.remove_prefix(1);
  const Float sign = !text.empty() && text[0] == '-' ? Float{-1} : Float{1};
  if (unsigned_text == "NaN") return std::numeric_limits<Float>::quiet_NaN();
  if (unsigned_text == "Infinity") return sign * std::numeric_limits<Float>::infinity();
  const bool is_hex = unsigned_text.size() > 2 && unsigned_text[0] == '0' && (unsigned_text[1] | 0x20) == 'x';
  if (!unsigned_text.empty()) {
    const char last = static_cast<char>(unsigned_text.back() | 0x20);
    if ((last == 'd' || last == 'f') &&
        (!is_hex || unsigned_text.find_first_of("pP") != std::string_view::npos)) {
      unsigned_text.remove_suffix(1);
    }
  }
  if (unsigned_text.empty() || !(IsDigit(unsigned_text[0]) || unsigned_text[0] == '.')) return std::nullopt;
  if (is_hex) unsigned_text.remove_prefix(2);
  Float value = 0;
  const char* end = unsigned_text.data() + unsigned_text.size();
  const auto format = is_hex ? std::chars_format::hex : std::chars_format::general;
  const auto [stop, error] = std::from_chars(unsigned_text.data(), end, value, format);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // from_chars does not say whether the number is too large or too small: strtod does.
    value = static_cast<Float>(std::strtod(std::string(unsigned_text).c_str(), nullptr));
  }
  return sign * value;
}

void AppendFraction(int64_t nanos, std::string* out) {
  if (nanos == 0) return;
  char digits[9];
  for (int i = 8; i >= 0; --i, nanos /= 10) digits[i] = static_cast<char>('0' + nanos % 10);
  size_t length = 9;
  while (digits[length - 1] == '0') --length;
  out->push_back('.');
  out->append(digits, length);
}

}  // namespace

std::string_view TrimControls(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

std::optional<int64_t> ParseIntegerText(std::string_view text, int64_t min, int64_t max) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return std::nullopt;
  }
  int64_t value;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error != std::errc() || value < min || value > max) return std::nullopt;
  return value;
}

std::optional<double> ParseDoubleText(std::string_view text) {
  return ParseFloatingText<double>(text);
}

std::optional<float> ParseFloatText(std::string_view text) {
  return ParseFloatingText<float>(text);
}

bool IsDecimalText(std::string_view text) {
  size_t at = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  size_t num_digits = 0;
  for (; at < text.size() && IsDigit(text[at]); ++at) ++num_digits;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && IsDigit(text[at]); ++at) ++num_digits;
  }
  if (num_digits == 0) return false;
  if (at == text.size()) return true;
  if ((text[at++] | 0x20) != 'e') return false;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  const size_t first_digit = at;
  while (at < text.size() && IsDigit(text[at])) ++at;
  // BigDecimal's exponent is 32 bits.
  return at == text.size() && at > first_digit && at - first_digit <= 9;
}

std::optional<int32_t> ParseStrictDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const CivilDate date{FixedDigits(text, 0, 4), FixedDigits(text, 5, 2), FixedDigits(text, 8, 2)};
  if (date.month < 1 || date.day < 1 || !IsValidDate(date)) return std::nullopt;
  return DaysFromCivil(date);
}

std::optional<int64_t> ParseStrictTime(std::string_view text, bool seconds_optional) {
  if (seconds_optional && text.size() == 5) {
    const int32_t hour = FixedDigits(text, 0, 2);
    const int32_t minute = FixedDigits(text, 3, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[2] != ':') return std::nullopt;
    return (hour * 3600 + minute * 60) * kNanosPerSecond;
  }
  size_t length;
  const auto nanos = HourMinuteSecond(text, &length);
  if (!nanos || length != text.size()) return std::nullopt;
  return nanos;
}

std::optional<int64_t> ParseUsualTimestamp(const char* text, char separator, const DateCache& cache) {
  const int32_t seconds = SecondsOfDay(text + 11);
  uint32_t fraction;  // ".SSS"
  std::memcpy(&fraction, text + 19, sizeof(fraction));
  fraction ^= 0x3030302eu;
  if (seconds < 0 || text[10] != separator || (((fraction + 0x06060600u) | fraction) & 0xf0f0f0ffu) != 0 ||
      std::memcmp(text, cache.text, sizeof(cache.text)) != 0) {
    return std::nullopt;
  }
  const auto millis =
      static_cast<int32_t>((fraction >> 8 & 15) * 100 + (fraction >> 16 & 15) * 10 + (fraction >> 24));
  return cache.days * kMicrosPerDay + seconds * kMicrosPerSecond + millis * kMicrosPerMilli;
}

std::optional<TimestampText> ParseStrictTimestamp(std::string_view text, char separator, DateCache* cache) {
  if (text.size() < 19 || text[10] != separator) return std::nullopt;
  TimestampText time;
  if (cache != nullptr && std::memcmp(text.data(), cache->text, sizeof(cache->text)) == 0) {
    time.days = cache->days;
  } else {
    const auto days = ParseStrictDate(text.substr(0, 10));
    if (!days) return std::nullopt;
    time.days = *days;
    if (cache != nullptr) {
      std::memcpy(cache->text, text.data(), sizeof(cache->text));
      cache->days = *days;
    }
  }
  size_t length;
  const auto nanos = HourMinuteSecond(text.substr(11), &length);
  if (!nanos) return std::nullopt;
  time.nanos_of_day = *nanos;
  time.rest = text.substr(11 + length);
  return time;
}

std::optional<int32_t> ParseZoneOffset(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int32_t hours = FixedDigits(text, 1, 2);
  const int32_t minutes = FixedDigits(text, 4, 2);
  if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) return std::nullopt;
  const int32_t seconds = hours * 3600 + minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

void AppendTimestampValue(const DataType& type, const TimestampText& time, int32_t offset_seconds,
                          ColumnBuilder* builder) {
  static constexpr int64_t kNanosPerDigit[] = {1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000,
                                               10'000,        1'000,       100,        10,        1};
  const int64_t unit = kNanosPerDigit[type.precision()];
  const int64_t nanos = time.nanos_of_day - time.nanos_of_day % unit;
  if (type.physical() == PhysicalType::kInt64) {
    builder->Append<int64_t>(time.days * kMicrosPerDay + nanos / 1000 - offset_seconds * kMicrosPerSecond);
  } else {
    const int64_t millis = time.days * kMillisPerDay + nanos / 1'000'000 - offset_seconds * kMillisPerSecond;
    builder->Append(WideTimestamp{millis, static_cast<int32_t>(nanos % 1'000'000), 0});
  }
}

int32_t TimeMillis(const DataType& type, int64_t nanos_of_day) {
  static constexpr int32_t kMillisPerDigit[] = {1000, 100, 10, 1};
  const auto millis = static_cast<int32_t>(nanos_of_day / 1'000'000);
  return type.precision() >= 3 ? millis : millis - millis % kMillisPerDigit[type.precision()];
}

void AppendDecimalValue(const DataType& type, std::string_view text, ColumnBuilder* builder) {
  const std::optional<Int128> value = ParseDecimal(text, type.precision(), type.scale());
  if (!value) {
    builder->AppendNull();
  } else if (type.physical() == PhysicalType::kInt64) {
    builder->Append(static_cast<int64_t>(*value));
  } else {
    builder->Append(*value);
  }
}

void AppendInteger(int64_t value, std::string* out) {
  char text[24];
  out->append(text, std::to_chars(text, text + sizeof(text), value).ptr);
}

void AppendJavaDecimal(Int128 unscaled, int scale, bool plain, std::string* out) {
  if (unscaled == 0) {
    out->push_back('0');
    return;
  }
  while (unscaled % 10 == 0) {
    unscaled /= 10;
    --scale;
  }
  if (unscaled < 0) {
    out->push_back('-');
    unscaled = -unscaled;
  }
  char buffer[40];
  size_t at = sizeof(buffer);
  for (Int128 rest = unscaled; rest > 0; rest /= 10)
    buffer[--at] = static_cast<char>('0' + static_cast<int>(rest % 10));
  const std::string_view digits(buffer + at, sizeof(buffer) - at);
  const auto num_digits = static_cast<int>(digits.size());
  const int adjusted = num_digits - 1 - scale;
  if (!plain && (scale < 0 || adjusted < -6)) {
    out->append(digits.substr(0, 1));
    if (num_digits > 1) out->append(".").append(digits.substr(1));
    out->append(adjusted < 0 ? "E" : "E+");
    AppendInteger(adjusted, out);
  } else if (scale <= 0) {
    out->append(digits).append(-scale, '0');
  } else if (scale < num_digits) {
    out->append(digits.substr(0, num_digits - scale)).append(".").append(digits.substr(num_digits - scale));
  } else {
    out->append("0.").append(scale - num_digits, '0').append(digits);
  }
}

void AppendShortTimestamp(WideTimestamp time, char separator, std::string* out) {
  AppendDate(static_cast<int32_t>(FloorDiv(time.millis, kMillisPerDay)), out);
  out->push_back(separator);
  const int64_t millis_of_day = FloorMod(time.millis, kMillisPerDay);
  AppendTime(millis_of_day - millis_of_day % 1000, 0, out);
  AppendFraction(millis_of_day % 1000 * 1'000'000 + time.nanos_of_milli, out);
}

void AppendShortTime(int32_t millis_of_day, std::string* out) {
  AppendTime(millis_of_day - millis_of_day % 1000, 0, out);
  AppendFraction(int64_t{millis_of_day % 1000} * 1'000'000, out);
}

void AppendBase64(std::string_view bytes, std::string* out) {
  out->append(absl::Base64Escape({bytes.data(), bytes.size()}));
}

bool ParseBase64(std::string_view text, std::string* out) {
  size_t num_characters = 0;
  for (char c : text) num_characters += static_cast<unsigned char>(c) > ' ' ? 1 : 0;
  return num_characters % 4 == 0 && absl::Base64Unescape({text.data(), text.size()}, out);
}

std::string Excerpt(std::string_view text) {
  constexpr size_t kBytesMax = 60;
  std::string excerpt(text.substr(0, kBytesMax));
  if (text.size() > kBytesMax) {
    // Not in the middle of a UTF-8 character.
    while (!excerpt.empty() && (static_cast<unsigned char>(text[excerpt.size()]) & 0xc0) == 0x80)
      excerpt.pop_back();
    excerpt.append("...");
  }
  for (char& c : excerpt) {
    if (static_cast<unsigned char>(c) < ' ') c = '?';
  }
  return excerpt;
}

}  // namespace millrace
