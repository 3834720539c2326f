#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace millrace {

/// A 16-byte view of a string: up to 12 bytes are inline, longer ones keep a 4-byte prefix and a pointer into
/// a buffer that the column (or arena) owning the StringRef keeps alive. Copying never copies the bytes.
class StringRef {
 public:
  static constexpr uint32_t kInlineBytesMax = 12;

  StringRef() : size_(0) { std::memset(inline_, 0, sizeof(inline_)); }
  /// Refers to `text` (long) or copies it in (short).
  explicit StringRef(std::string_view text) : size_(static_cast<uint32_t>(text.size())) {
    if (size_ <= kInlineBytesMax) {
      std::memset(inline_, 0, sizeof(inline_));
      CopyInline(text.data());
    } else {
      std::memcpy(inline_, text.data(), 4);
      const char* pointer = text.data();
      std::memcpy(inline_ + 4, &pointer, sizeof(pointer));
    }
  }

  uint32_t size() const { return size_; }
  bool IsInline() const { return size_ <= kInlineBytesMax; }
  const char* data() const {
    if (IsInline()) return inline_;
    const char* pointer;
    std::memcpy(&pointer, inline_ + 4, sizeof(pointer));
    return pointer;
  }
  /// Valid while this StringRef (inline case: this very object) and its buffer live.
  std::string_view view() const { return {data(), size_}; }

  friend bool operator==(const StringRef& a, const StringRef& b) {
    if (std::memcmp(&a, &b, 8) != 0) return false;  // size and prefix
    if (a.IsInline()) return std::memcmp(a.inline_, b.inline_, kInlineBytesMax) == 0;
    return std::memcmp(a.data(), b.data(), a.size_) == 0;
  }

 private:
  /// Copies by two overlapping moves of fixed size, which is several times faster than a memcpy of unknown
  /// size.
  void CopyInline(const char* from) {
    if (size_ >= 8) {
      std::memcpy(inline_, from, 8);
      std::memcpy(inline_ + size_ - 4, from + size_ - 4, 4);
    } else if (size_ >= 4) {
      std::memcpy(inline_, from, 4);
      std::memcpy(inline_ + size_ - 4, from + size_ - 4, 4);
    } else if (size_ > 0) {
      inline_[0] = from[0];
      inline_[size_ / 2] = from[size_ / 2];
      inline_[size_ - 1] = from[size_ - 1];
    }
  }

  uint32_t size_;
  char inline_[kInlineBytesMax];
};
static_assert(sizeof(StringRef) == 16);

}  // namespace millrace
