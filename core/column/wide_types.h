#pragma once

#include <compare>
#include <cstdint>

namespace millrace {

/// Unscaled value of a DECIMAL with more than 18 digits.
using Int128 = __int128;

/// A timestamp with more than 6 fraction digits: milliseconds since the epoch (floor), and the nanoseconds
/// within that millisecond (0..999999).
struct WideTimestamp {
  int64_t millis = 0;
  int32_t nanos_of_milli = 0;
  int32_t reserved = 0;  // keeps the bytes of equal values equal
  friend auto operator<=>(const WideTimestamp&, const WideTimestamp&) = default;
};
static_assert(sizeof(WideTimestamp) == 16);

}  // namespace millrace
