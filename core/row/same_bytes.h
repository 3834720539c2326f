#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace millrace {

/// Whether two strings are equal; for eight to sixteen bytes, as most keys have, without a call.
inline bool SameBytes(std::string_view a, std::string_view b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  if (size - 8 > 8) return std::memcmp(a.data(), b.data(), size) == 0;
  // The first eight and the last.
  uint64_t first_a, first_b, last_a, last_b;
  std::memcpy(&first_a, a.data(), 8);
  std::memcpy(&first_b, b.data(), 8);
  std::memcpy(&last_a, a.data() + size - 8, 8);
  std::memcpy(&last_b, b.data() + size - 8, 8);
  return ((first_a ^ first_b) | (last_a ^ last_b)) == 0;
}

}  // namespace millrace
