#pragma once

#include <cstddef>
#include <memory>

namespace millrace::state {

/// Bytes that come straight from the system, zero, and go back to it. From kHugeBytesMin on they are aligned
/// to kHugePageBytes and, where the kernel has them, backed by huge pages, which spares random access most
/// misses of the address translation.
class PageMemory {
 public:
  static constexpr size_t kHugePageBytes = size_t{2} << 20;
  static constexpr size_t kHugeBytesMin = kHugePageBytes;

  PageMemory() = default;
  explicit PageMemory(size_t size_bytes);

  char* data() const { return bytes_.get(); }

 private:
  struct Unmap {
    size_t size_bytes;
    void operator()(char* bytes) const;
  };
  std::unique_ptr<char, Unmap> bytes_;
};

}  // namespace millrace::state
