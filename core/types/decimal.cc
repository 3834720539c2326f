#include "core/types/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace millrace {
namespace {

using Unsigned128 = unsigned __int128;

constexpr int kMaxExponent = 38;

constexpr std::array<Int128, kMaxExponent + 1> MakePowers() {
  std::array<Int128, kMaxExponent + 1> powers{};
  powers[0] = 1;
  for (int i = 1; i <= kMaxExponent; ++i)
    powers[static_cast<size_t>(i)] = powers[static_cast<size_t>(i - 1)] * 10;
  return powers;
}
constexpr std::array<Int128, kMaxExponent + 1> kPowers = MakePowers();

/// An unsigned integer of 256 bits: what products and dividends of 38 digits need on the way.
struct Wide {
  Unsigned128 high = 0;
  Unsigned128 low = 0;
  friend auto operator<=>(const Wide&, const Wide&) = default;
};

Wide MultiplyWide(Unsigned128 a, Unsigned128 b) {
  const Unsigned128 mask = ~uint64_t{0};
  const Unsigned128 a_low = a & mask, a_high = a >> 64, b_low = b & mask, b_high = b >> 64;
  const Unsigned128 low = a_low * b_low;
  const Unsigned128 middle = a_high * b_low + (low >> 64);
  const Unsigned128 middle2 = a_low * b_high + (middle & mask);
  return {a_high * b_high + (middle >> 64) + (middle2 >> 64), (middle2 << 64) | (low & mask)};
}

/// value * factor; nullopt when it needs more than 256 bits.
std::optional<Wide> MultiplyWide(Wide value, Unsigned128 factor) {
  const Wide high = MultiplyWide(value.high, factor);
  Wide result = MultiplyWide(value.low, factor);
  if (high.high != 0 || __builtin_add_overflow(result.high, high.low, &result.high)) return std::nullopt;
  return result;
}

Wide Subtract(Wide a, Wide b) {
  return {a.high - b.high - (a.low < b.low ? 1 : 0), a.low - b.low};
}

/// Schoolbook division, bit by bit.
Wide DivideWide(Wide value, Unsigned128 divisor, Unsigned128* rest) {
  Wide quotient;
  Wide remainder;
  for (int bit = 255; bit >= 0; --bit) {
    remainder = {(remainder.high << 1) | (remainder.low >> 127), remainder.low << 1};
    remainder.low |= bit >= 128 ? (value.high >> (bit - 128)) & 1 : (value.low >> bit) & 1;
    if (remainder >= Wide{0, divisor}) {
      remainder = Subtract(remainder, {0, divisor});
      (bit >= 128 ? quotient.high : quotient.low) |= Unsigned128{1} << (bit & 127);
    }
  }
  *rest = remainder.low;
  return quotient;
}

std::optional<Int128> DivideWideHalfUp(Wide value, Unsigned128 divisor, bool negative, int precision) {
  Unsigned128 rest = 0;
  Wide quotient = DivideWide(value, divisor, &rest);
  if (rest >= divisor - rest && ++quotient.low == 0) ++quotient.high;
  if (quotient.high != 0 || quotient.low >= static_cast<Unsigned128>(PowerOfTen(precision)))
    return std::nullopt;
  const Int128 result = static_cast<Int128>(quotient.low);
  return negative ? -result : result;
}

Int128 DivideNarrowHalfUp(uint64_t value, uint64_t divisor) {
  const uint64_t rest = value % divisor;
  return Int128{value / divisor} + (rest >= divisor - rest ? 1 : 0);
}

Unsigned128 Magnitude(Int128 value) {
  return value < 0 ? Unsigned128{0} - static_cast<Unsigned128>(value) : static_cast<Unsigned128>(value);
}

/// |value| * 10^exponent for exponents up to 76.
std::optional<Wide> ScaleUp(Int128 value, int exponent) {
  std::optional<Wide> wide = Wide{0, Magnitude(value)};
  while (wide && exponent > 0) {
    const int step = std::min(exponent, kMaxExponent);
    wide = MultiplyWide(*wide, static_cast<Unsigned128>(PowerOfTen(step)));
    exponent -= step;
  }
  return wide;
}

}  // namespace

Int128 PowerOfTen(int exponent) {
  return kPowers[static_cast<size_t>(exponent)];
}

std::optional<Int128> Rescale(Int128 value, int from_scale, int to_scale, int precision) {
  if (to_scale < from_scale) {
    const int drop = from_scale - to_scale;
    value = drop > kMaxExponent ? 0 : DivideHalfUp(value, PowerOfTen(drop));
  } else if (to_scale > from_scale && value != 0) {
    const int add = to_scale - from_scale;
    if (add > kMaxExponent || __builtin_mul_overflow(value, PowerOfTen(add), &value)) return std::nullopt;
  }
  return FitsPrecision(value, precision) ? std::optional(value) : std::nullopt;
}

std::optional<Int128> MultiplyDecimals(Int128 a, Int128 b, int product_scale, int scale, int precision) {
  Int128 product;
  if (!__builtin_mul_overflow(a, b, &product)) return Rescale(product, product_scale, scale, precision);
  const int drop = product_scale - scale;
  if (drop <= 0) return std::nullopt;  // 39 digits or more already
  const Wide wide = MultiplyWide(Magnitude(a), Magnitude(b));
  return DivideWideHalfUp(wide, static_cast<Unsigned128>(PowerOfTen(std::min(drop, kMaxExponent))),
                          (a < 0) != (b < 0), precision);
}

std::optional<Int128> DivideDecimals(Int128 a, int scale_a, Int128 b, int scale_b, int scale, int precision) {
  const int exponent = scale - scale_a + scale_b;
  const bool negative = (a < 0) != (b < 0);
  if (exponent < 0) {
    const std::optional<Wide> divisor = ScaleUp(b, -exponent);
    if (!divisor || divisor->high != 0) return Int128{0};
    return DivideWideHalfUp({0, Magnitude(a)}, divisor->low, negative, precision);
  }
  Int128 dividend;
  if (exponent <= kMaxExponent && !__builtin_mul_overflow(a, PowerOfTen(exponent), &dividend)) {
    const Int128 size_a = AbsoluteValue(dividend);
    const Int128 size_b = AbsoluteValue(b);
    // Division of 64 bits is several times as fast.
    const bool narrow = size_a <= INT64_MAX && size_b <= INT64_MAX;
    Int128 quotient = narrow
                          ? DivideNarrowHalfUp(static_cast<uint64_t>(size_a), static_cast<uint64_t>(size_b))
                          : DivideHalfUp(size_a, size_b);
    if (negative) quotient = -quotient;
    return FitsPrecision(quotient, precision) ? std::optional(quotient) : std::nullopt;
  }
  const std::optional<Wide> wide = ScaleUp(a, exponent);
  if (!wide) return std::nullopt;
  return DivideWideHalfUp(*wide, Magnitude(b), negative, precision);
}

std::optional<Int128> AddDecimals(Int128 a, int scale_a, Int128 b, int scale_b, int scale, int precision) {
  const int exact_scale = std::max(scale_a, scale_b);
  Int128 x;
  Int128 y;
  Int128 sum;
  if (!__builtin_mul_overflow(a, PowerOfTen(exact_scale - scale_a), &x) &&
      !__builtin_mul_overflow(b, PowerOfTen(exact_scale - scale_b), &y) &&
      !__builtin_add_overflow(x, y, &sum)) {
    return Rescale(sum, exact_scale, scale, precision);
  }
  // One operand alone is beyond 38 digits at the exact scale, so the result keeps fewer fraction digits: the
  // signed sum of 256 bits is rounded to them.
  const std::optional<Wide> wide_a = ScaleUp(a, exact_scale - scale_a);
  const std::optional<Wide> wide_b = ScaleUp(b, exact_scale - scale_b);
  if (!wide_a || !wide_b) return std::nullopt;
  Wide total;
  bool negative = a < 0;
  if ((a < 0) == (b < 0)) {
    total = Subtract(*wide_a, Subtract({0, 0}, *wide_b));
  } else if (*wide_a >= *wide_b) {
    total = Subtract(*wide_a, *wide_b);
  } else {
    total = Subtract(*wide_b, *wide_a);
    negative = b < 0;
  }
  const int drop = exact_scale - scale;
  return DivideWideHalfUp(total, static_cast<Unsigned128>(PowerOfTen(std::max(drop, 0))), negative,
                          precision);
}

std::optional<Int128> ModDecimals(Int128 a, int scale_a, Int128 b, int scale_b, int scale, int precision) {
  const int exact_scale = std::max(scale_a, scale_b);
  const std::optional<Wide> dividend = ScaleUp(a, exact_scale - scale_a);
  const std::optional<Wide> divisor = ScaleUp(b, exact_scale - scale_b);
  if (!dividend || !divisor) return std::nullopt;
  Unsigned128 rest = 0;
  if (divisor->high != 0) {
    // The divisor has more digits than the dividend can have, unless that was scaled up too (then one scale
    // is 0).
    if (*dividend < *divisor) return Rescale(a, scale_a, scale, precision);
    return std::nullopt;
  }
  DivideWide(*dividend, divisor->low, &rest);
  const Int128 signed_rest = a < 0 ? -static_cast<Int128>(rest) : static_cast<Int128>(rest);
  return Rescale(signed_rest, exact_scale, scale, precision);
}

int CompareDecimals(Int128 a, int scale_a, Int128 b, int scale_b) {
  if (scale_a != scale_b && a != 0 && b != 0 && (a < 0) == (b < 0)) {
    const int scale = std::max(scale_a, scale_b);
    const Wide x = *ScaleUp(a, scale - scale_a);
    const Wide y = *ScaleUp(b, scale - scale_b);
    const int order = x < y ? -1 : x > y ? 1 : 0;
    return a < 0 ? -order : order;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

void AppendDecimal(Int128 value, int scale, std::string* out) {
  char digits[kMaxExponent + 4];
  char* const end = digits + sizeof(digits);
  char* at = end;
  Unsigned128 rest = Magnitude(value);
  int num_digits = 0;
  while (rest != 0 || num_digits <= scale) {
    if (num_digits == scale && scale > 0) *--at = '.';
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
    ++num_digits;
  }
  if (value < 0) *--at = '-';
  out->append(at, static_cast<size_t>(end - at));
}

std::optional<Int128> ParseDecimal(std::string_view text, int precision, int scale) {
  size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
  // The number is 0.d1d2d3... * 10^point.
  std::string digits;
  int64_t point = 0;
  bool seen_point = false;
  bool seen_digit = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !seen_point) {
      seen_point = true;
    } else if (c >= '0' && c <= '9') {
      seen_digit = true;
      if (digits.empty() && c == '0') {
        if (seen_point) --point;
        continue;
      }
      digits += c;
      if (!seen_point) ++point;
    } else {
      break;
    }
  }
  if (!seen_digit) return std::nullopt;
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
    int32_t exponent = 0;
    const char* first = text.data() + at + 1;
    const char* const last = text.data() + text.size();
    if (first < last && *first == '+') ++first;
    const auto [end, error] = std::from_chars(first, last, exponent);
    if (error != std::errc() || end != last || first == last) return std::nullopt;
    point += exponent;
  }
  // Digits before place `keep` are kept, the next one decides about rounding.
  const int64_t keep = point + scale;
  if (digits.empty() || keep < 0) return Int128{0};
  if (keep > kMaxExponent) return std::nullopt;
  Int128 value = 0;
  for (int64_t i = 0; i < keep; ++i) {
    value = value * 10 + (i < static_cast<int64_t>(digits.size()) ? digits[static_cast<size_t>(i)] - '0' : 0);
  }
  if (keep < static_cast<int64_t>(digits.size()) && digits[static_cast<size_t>(keep)] >= '5') ++value;
  if (!FitsPrecision(value, precision)) return std::nullopt;
  return negative ? -value : value;
}

std::optional<Int128> DecimalFromDouble(double value, int precision, int scale) {
  if (!std::isfinite(value)) return std::nullopt;
  char buffer[40];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  return ParseDecimal({buffer, static_cast<size_t>(end - buffer)}, precision, scale);
}

double DecimalToDouble(Int128 value, int scale) {
  constexpr Int128 kExactMax = Int128{1} << 53;
  // Both are exact doubles, so the quotient is rounded once.
  if (AbsoluteValue(value) <= kExactMax && scale <= 22) {
    return static_cast<double>(value) / static_cast<double>(PowerOfTen(scale));
  }
  std::string text;
  AppendDecimal(value, scale, &text);
  return std::strtod(text.c_str(), nullptr);
}

}  // namespace millrace
