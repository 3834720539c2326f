#pragma once

#include <cstdint>

namespace millrace {

/// Where 64 bytes of JSON text hold what ends a string or may hide its end: one bit a byte, the first lowest.
struct JsonStringBlock {
  static constexpr int kBytes = 64;
  uint64_t quotes;
  uint64_t backslashes;
  bool has_non_ascii;
};

/// By the widest vectors that the processor has.
JsonStringBlock ReadJsonStringBlock(const char* bytes);

}  // namespace millrace
