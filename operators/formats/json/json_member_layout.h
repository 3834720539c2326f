#pragma once

#include <cstdint>
#include <cstring>
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

/// The order in which the members of an object came last time: records of one source mostly look alike, so
/// that a member's name is compared and not searched. Holds members that nobody asked for, too.
class JsonMemberLayout {
 public:
  static constexpr uint32_t kUnknownField = 0xffffffffu;

  /// The field of member number `position` when its text (the name in quotes and the colon) is at `at`; moves
  /// `at` behind it.
  bool Match(size_t position, const char** at, const char* end, uint32_t* field) const {
    if (position >= members_.size() || !members_[position].text.IsAt(*at, end)) return false;
    *at += members_[position].text.size();
    *field = members_[position].field;
    return true;
  }
  /// Remembers a member as it was read, from its opening quote to its colon.
  void Learn(size_t position, std::string_view text, uint32_t field) {
    if (position >= kMembersMax || text.size() > kTextBytesMax) return;
    if (position < members_.size()) {
      members_[position].text.Set(text);
      members_[position].field = field;
    } else if (position == members_.size()) {
      members_.push_back({ExpectedText(text), field});
    }
  }

 private:
  static constexpr size_t kMembersMax = 1000;
  static constexpr size_t kTextBytesMax = 200;
  struct Member {
    ExpectedText text;
    uint32_t field;
  };
  std::vector<Member> members_;
};

}  // namespace millrace
