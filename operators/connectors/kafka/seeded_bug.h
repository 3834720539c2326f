#pragma once

#include <cstdint>

namespace millrace {

/// Faults that builds with MILLRACE_FAIL_POINTS can be told to have (MILLRACE_SEEDED_BUG = commit-skipped,
/// marker-ignored or offset-plus-one), so that tests of exactly-once can be seen to find them. Other builds
/// never have one.
enum class SeededBug : uint8_t { kCommitSkipped, kMarkerIgnored, kOffsetPlusOne };

#ifdef MILLRACE_FAIL_POINTS
bool HasSeededBug(SeededBug bug);
#else
inline bool HasSeededBug(SeededBug) {
  return false;
}
#endif

}  // namespace millrace
