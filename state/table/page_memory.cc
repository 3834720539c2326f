#include "state/table/page_memory.h"

#include <sys/mman.h>

#include <cstdint>

#include "core/check.h"

namespace millrace::state {

PageMemory::PageMemory(size_t size_bytes) {
  const size_t rounded = (size_bytes + kHugePageBytes - 1) & ~(kHugePageBytes - 1);
  const size_t reserved = rounded + kHugePageBytes;
  void* mapped = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(mapped != MAP_FAILED);  // out of memory ends the process
  char* begin = static_cast<char*>(mapped);
  const size_t before = -reinterpret_cast<uintptr_t>(mapped) & (kHugePageBytes - 1);
  if (before > 0) munmap(begin, before);
  munmap(begin + before + rounded, kHugePageBytes - before);
  madvise(begin + before, rounded, MADV_HUGEPAGE);
  bytes_ = std::unique_ptr<char, Unmap>(begin + before, Unmap{rounded});
}

void PageMemory::Unmap::operator()(char* bytes) const {
  munmap(bytes, size_bytes);
}

}  // namespace millrace::state
