#include "core/ids.h"

#include "core/check.h"

namespace millrace {

KeyGroupRange KeyGroupRangeOf(uint32_t max_parallelism, uint32_t parallelism, uint32_t index) {
  CHECK(index < parallelism && parallelism <= max_parallelism);
  const uint32_t first = (index * max_parallelism + parallelism - 1) / parallelism;
  const uint32_t last = ((index + 1) * max_parallelism - 1) / parallelism;
  return {first, last};
}

uint32_t SubtaskOfKeyGroup(uint32_t max_parallelism, uint32_t parallelism, KeyGroup group) {
  return group.value * parallelism / max_parallelism;
}

}  // namespace millrace
