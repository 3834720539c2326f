#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/column/wide_types.h"

namespace millrace {

/// Arithmetic of DECIMAL values: unscaled integers of at most 38 digits. Results are rounded half up (away
/// from zero), as Java's BigDecimal does in Flink; nullopt means "does not fit". Pure and thread-safe.

/// 10^exponent, 0 <= exponent <= 38.
Int128 PowerOfTen(int exponent);

inline Int128 AbsoluteValue(Int128 value) {
  return value < 0 ? -value : value;
}

/// Whether the value has at most `precision` digits.
inline bool FitsPrecision(Int128 value, int precision) {
  return AbsoluteValue(value) < PowerOfTen(precision);
}

/// value / divisor rounded half up; divisor > 0.
inline Int128 DivideHalfUp(Int128 value, Int128 divisor) {
  const Int128 quotient = value / divisor;
  const Int128 rest = AbsoluteValue(value % divisor);
  if (rest < divisor - rest) return quotient;
  return value < 0 ? quotient - 1 : quotient + 1;
}

/// The same number at another scale, of at most `precision` digits.
std::optional<Int128> Rescale(Int128 value, int from_scale, int to_scale, int precision);

/// a * b, of scale `product_scale` before rounding, at `scale` and `precision`.
std::optional<Int128> MultiplyDecimals(Int128 a, Int128 b, int product_scale, int scale, int precision);
/// (a at scale_a) / (b at scale_b) at `scale` and `precision`; b is not 0.
std::optional<Int128> DivideDecimals(Int128 a, int scale_a, Int128 b, int scale_b, int scale, int precision);
/// a +- b exactly, then rounded to `scale` and `precision`. Negate b to subtract.
std::optional<Int128> AddDecimals(Int128 a, int scale_a, Int128 b, int scale_b, int scale, int precision);
/// The rest of a / b with the sign of a, at `scale` and `precision`; b is not 0.
std::optional<Int128> ModDecimals(Int128 a, int scale_a, Int128 b, int scale_b, int scale, int precision);
/// Less than, equal to or greater than 0 as a is to b.
int CompareDecimals(Int128 a, int scale_a, Int128 b, int scale_b);

/// "-12.30".
void AppendDecimal(Int128 value, int scale, std::string* out);
/// Digits with a sign, point and exponent ("-1.5e3"), rounded half up. Spaces are not skipped.
std::optional<Int128> ParseDecimal(std::string_view text, int precision, int scale);
/// The decimal expansion of the shortest text of the double, rounded half up; nullopt for NaN and infinities.
std::optional<Int128> DecimalFromDouble(double value, int precision, int scale);
/// The closest double.
double DecimalToDouble(Int128 value, int scale);

}  // namespace millrace
