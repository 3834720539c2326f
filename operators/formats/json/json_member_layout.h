#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace millrace {

/// A piece of text that is looked for at a position again and again: one comparison when it has at most 16
/// bytes.
class ExpectedText {
 public:
  explicit ExpectedText(std::string_view text) { Set(text); }
  void Set(std::string_view text) {
    text_ = text;
    std::memset(prefix_, 0, sizeof(prefix_));
    prefix_size_ = text.size() < sizeof(prefix_) ? text.size() : sizeof(prefix_);
    std::memcpy(prefix_, text.data(), prefix_size_);
    mask_ = (uint32_t{1} << prefix_size_) - 1;
  }
  size_t size() const { return text_.size(); }

  /// Whether the bytes from `at` begin with the text; reads nothing from `end` on.
  bool IsAt(const char* at, const char* end) const {
    const auto room = static_cast<size_t>(end - at);
    if (room < sizeof(prefix_))
      return room >= text_.size() && std::memcmp(at, text_.data(), text_.size()) == 0;
#if defined(__SSE2__)
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i wanted = _mm_loadu_si128(reinterpret_cast<const __m128i*>(prefix_));
    const auto equal = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
    if ((equal & mask_) != mask_) return false;
#else
    if (std::memcmp(at, prefix_, prefix_size_) != 0) return false;
#endif
    if (text_.size() <= sizeof(prefix_)) return true;
    return room >= text_.size() && std::memcmp(at + sizeof(prefix_), text_.data() + sizeof(prefix_),
                                               text_.size() - sizeof(prefix_)) == 0;
  }

 private:
  std::string text_;
  char prefix_[16];
  size_t prefix_size_ = 0;
  uint32_t mask_ = 0;
};

/// The members of an object as the last one had them, in order: records of one source mostly look alike, so
/// that a member's name is compared and not searched. A member's text is all that stood between the values:
/// the comma, white space, the name in quotes and the colon. Holds members that nobody asked for, too; a
/// field is in it once at most.
class JsonMemberLayout {
 public:
  static constexpr uint32_t kUnknownField = 0xffffffffu;
  struct Member {
    ExpectedText text;
    uint32_t field;
  };

  std::span<const Member> members() const { return {members_.data(), num_members_}; }
  size_t num_fields() const { return num_fields_; }

  /// Forgets the members from number `position` on.
  void Truncate(size_t position) {
    while (num_members_ > position) num_fields_ -= members_[--num_members_].field != kUnknownField;
  }
  /// Adds the next member; false when it is not kept, and then none behind it can be.
  bool Add(std::string_view text, uint32_t field) {
    if (num_members_ == kMembersMax || text.size() > kTextBytesMax) return false;
    if (num_members_ == members_.size()) {
      members_.push_back({ExpectedText(text), field});
    } else {
      members_[num_members_].text.Set(text);
      members_[num_members_].field = field;
    }
    ++num_members_;
    num_fields_ += field != kUnknownField;
    return true;
  }

 private:
  static constexpr size_t kMembersMax = 1000;
  static constexpr size_t kTextBytesMax = 200;
  std::vector<Member> members_;  // those from num_members_ on are kept for their memory
  size_t num_members_ = 0;
  size_t num_fields_ = 0;  // members that are not unknown
};

}  // namespace millrace
