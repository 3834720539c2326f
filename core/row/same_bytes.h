#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace millrace {

/// Whether the first bytes that a Word takes are equal, and the last ones.
template <typename Word>
bool SameEnds(const char* a, const char* b, size_t size) {
  Word first_a, first_b, last_a, last_b;
  std::memcpy(&first_a, a, sizeof(Word));
  std::memcpy(&first_b, b, sizeof(Word));
  std::memcpy(&last_a, a + size - sizeof(Word), sizeof(Word));
  std::memcpy(&last_b, b + size - sizeof(Word), sizeof(Word));
  return ((first_a ^ first_b) | (last_a ^ last_b)) == 0;
}

/// Whether two strings are equal; for four to sixteen bytes, as most keys have, without a call.
inline bool SameBytes(std::string_view a, std::string_view b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  if (size - 8 <= 8) return SameEnds<uint64_t>(a.data(), b.data(), size);
  if (size - 4 < 4) return SameEnds<uint32_t>(a.data(), b.data(), size);
  return std::memcmp(a.data(), b.data(), size) == 0;
}

}  // namespace millrace
