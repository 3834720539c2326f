#include "operators/connectors/kafka/seeded_bug.h"

#ifdef MILLRACE_FAIL_POINTS

#include <cstdlib>
#include <string>

namespace millrace {

bool HasSeededBug(SeededBug bug) {
  static const std::string wanted = [] {
    const char* variable = std::getenv("MILLRACE_SEEDED_BUG");
    return std::string(variable == nullptr ? "" : variable);
  }();
  switch (bug) {
    case SeededBug::kCommitSkipped:
      return wanted == "commit-skipped";
    case SeededBug::kMarkerIgnored:
      return wanted == "marker-ignored";
    case SeededBug::kOffsetPlusOne:
      return wanted == "offset-plus-one";
  }
  return false;
}

}  // namespace millrace

#endif
