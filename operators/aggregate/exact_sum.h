#pragma once

#include <cstdint>
#include <optional>

#include "core/column/wide_types.h"
#include "core/types/decimal.h"

namespace millrace {

/// A sum of 128-bit integers in 192 bits: exact for any number of DECIMAL values, so that what overflowed
/// comes right again when values are taken back. Plain bytes; lies in payloads.
struct ExactSum {
  uint64_t low = 0;
  uint64_t middle = 0;
  int64_t high = 0;

  void Add(Int128 value) { Add(Of(value)); }
  void Subtract(Int128 value) {
    const ExactSum other = Of(value);
    Add({~other.low, ~other.middle, ~other.high});
    Add({1, 0, 0});
  }
  void Add(const ExactSum& other) {
    unsigned __int128 sum = static_cast<unsigned __int128>(low) + other.low;
    low = static_cast<uint64_t>(sum);
    sum = static_cast<unsigned __int128>(middle) + other.middle + static_cast<uint64_t>(sum >> 64);
    middle = static_cast<uint64_t>(sum);
    high = static_cast<int64_t>(static_cast<uint64_t>(high) + static_cast<uint64_t>(other.high) +
                                static_cast<uint64_t>(sum >> 64));
  }

  /// The sum if it has at most `precision` digits.
  std::optional<Int128> Value(int precision) const {
    const auto value = static_cast<Int128>(static_cast<unsigned __int128>(middle) << 64 | low);
    const Int128 limit = PowerOfTen(precision);
    if (high != (value < 0 ? -1 : 0) || value >= limit || value <= -limit) return std::nullopt;
    return value;
  }

 private:
  static ExactSum Of(Int128 value) {
    const auto bits = static_cast<unsigned __int128>(value);
    return {static_cast<uint64_t>(bits), static_cast<uint64_t>(bits >> 64), value < 0 ? -1 : 0};
  }
};
static_assert(sizeof(ExactSum) == 24);

}  // namespace millrace
