#include "core/expr/number_text.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace millrace {
namespace {

/// Lays out "d.ddde+XX" as Java does: plain between 10^-3 and 10^7, else with E; at least one fraction digit.
template <class T>
void AppendJava(T value, std::string* out) {
  if (std::isnan(value)) {
    *out += "NaN";
    return;
  }
  if (std::signbit(value)) {
    *out += '-';
    value = -value;
  }
  if (std::isinf(value)) {
    *out += "Infinity";
    return;
  }
  if (value == 0) {
    *out += "0.0";
    return;
  }
  char buffer[48];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  const size_t e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  const char* exponent_begin = buffer + e + 1;
  if (*exponent_begin == '+') ++exponent_begin;
  std::from_chars(exponent_begin, end, exponent);
  if (exponent >= 7 || exponent < -3) {
    *out += digits[0];
    *out += '.';
    out->append(digits.size() > 1 ? digits.substr(1) : "0");
    *out += 'E';
    *out += std::to_string(exponent);
  } else if (exponent < 0) {
    *out += "0.";
    out->append(static_cast<size_t>(-exponent - 1), '0');
    *out += digits;
  } else {
    const auto whole = static_cast<size_t>(exponent) + 1;
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    out->append(digits, 0, whole);
    *out += '.';
    out->append(digits.size() > whole ? digits.substr(whole) : "0");
  }
}

}  // namespace

void AppendJavaDouble(double value, std::string* out) {
  AppendJava(value, out);
}

void AppendJavaFloat(float value, std::string* out) {
  AppendJava(value, out);
}

std::optional<double> ParseJavaDouble(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  if (text == "Infinity") {
    value = std::numeric_limits<double>::infinity();
  } else {
    if (text.size() > 1 && std::string_view("dDfF").find(text.back()) != std::string_view::npos)
      text.remove_suffix(1);
    if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
      // from_chars leaves the value alone: too large is infinite, too small is zero.
      const size_t e = text.find_first_of("eE");
      const bool small = e != std::string_view::npos ? text.substr(e + 1).starts_with('-')
                                                     : text[0] == '0' || text[0] == '.';
      value = small ? 0 : std::numeric_limits<double>::infinity();
    } else if (error != std::errc()) {
      return std::nullopt;
    }
  }
  return negative ? -value : value;
}

std::optional<int64_t> ParseJavaInteger(std::string_view text, int64_t min, int64_t max) {
  size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
  if (at == text.size()) return std::nullopt;
  // Below zero, where the range is the larger one.
  int64_t value = 0;
  for (; at < text.size() && text[at] != '.'; ++at) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
    if (__builtin_mul_overflow(value, int64_t{10}, &value) ||
        __builtin_sub_overflow(value, int64_t{text[at] - '0'}, &value)) {
      return std::nullopt;
    }
  }
  if (at < text.size()) {
    for (++at; at < text.size(); ++at) {
      if (text[at] < '0' || text[at] > '9') return std::nullopt;
    }
  }
  if (!negative && value == std::numeric_limits<int64_t>::min()) return std::nullopt;
  if (!negative) value = -value;
  return value >= min && value <= max ? std::optional(value) : std::nullopt;
}

}  // namespace millrace
