#pragma once

#include <cstdint>
#include <limits>

#include "core/column/wide_types.h"

namespace millrace {

/// The one bit pattern that stands for all values equal to `value` as a key: 0.0 for -0.0, one NaN for all
/// NaN.
template <class T>
T Canonical(T value) {
  return value;
}
template <>
inline float Canonical(float value) {
  if (value != value) return std::numeric_limits<float>::quiet_NaN();
  return value == 0 ? 0.0f : value;
}
template <>
inline double Canonical(double value) {
  if (value != value) return std::numeric_limits<double>::quiet_NaN();
  return value == 0 ? 0.0 : value;
}
template <>
inline WideTimestamp Canonical(WideTimestamp value) {
  return {value.millis, value.nanos_of_milli, 0};
}

}  // namespace millrace
