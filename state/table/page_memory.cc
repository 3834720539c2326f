#include "state/table/page_memory.h"

#include <sys/mman.h>

#include <cstdint>

#include "core/check.h"

namespace millrace::state {

namespace {

char* Map(size_t size_bytes) {
  void* mapped = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(mapped != MAP_FAILED);  // out of memory ends the process
  return static_cast<char*>(mapped);
}

}  // namespace

PageMemory::PageMemory(size_t size_bytes) {
  if (size_bytes < kHugeBytesMin) {
    bytes_ = std::unique_ptr<char, Unmap>(Map(size_bytes), Unmap{size_bytes});
    return;
  }
  const size_t rounded = (size_bytes + kHugePageBytes - 1) & ~(kHugePageBytes - 1);
  const size_t reserved = rounded + kHugePageBytes;
  char* begin = Map(reserved);
  const size_t before = -reinterpret_cast<uintptr_t>(begin) & (kHugePageBytes - 1);
  if (before > 0) munmap(begin, before);
  munmap(begin + before + rounded, kHugePageBytes - before);
  madvise(begin + before, rounded, MADV_HUGEPAGE);
  bytes_ = std::unique_ptr<char, Unmap>(begin + before, Unmap{rounded});
}

void PageMemory::Unmap::operator()(char* bytes) const {
  munmap(bytes, size_bytes);
}

}  // namespace millrace::state
