#pragma once

#include <algorithm>
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

struct JsonRowNode;

/// What a member's value mostly is, going by the type of the column that takes it. Those that have a name
/// here are read in the loop over members.
enum class JsonUsualValue : uint8_t {
  kSkipped,  // nobody asked for it
  kBigint,
  kInteger,
  kText,       // to a column that refers to the record's bytes
  kTimestamp,  // with milliseconds, to microseconds
  kRow,
  kOther,
};

/// The members of an object as the last one had them, in order: records of one source mostly look alike, so
/// that a member's name is compared and not searched. A member's text is all that stood between the values:
/// the comma, white space, the name in quotes and the colon. Holds members that nobody asked for, too; a
/// field is in it once at most.
class JsonMemberLayout {
 public:
  static constexpr uint32_t kUnknownField = 0xffffffffu;

  class Member {
   public:
    /// `node`: the reader of the value; null when nobody asked for it.
    Member(std::string_view text, JsonRowNode* node, JsonUsualValue usual_value) {
      Set(text, node, usual_value);
    }
    void Set(std::string_view text, JsonRowNode* node, JsonUsualValue usual_value) {
      text_ = text;
      size_ = static_cast<uint16_t>(text.size());
      const size_t prefix_size = std::min(text.size(), sizeof(prefix_));
      std::memset(prefix_, 0, sizeof(prefix_));
      std::memcpy(prefix_, text.data(), prefix_size);
      others_ = static_cast<uint16_t>(~((uint32_t{1} << prefix_size) - 1));
      all_equal_ = text.size() <= sizeof(prefix_) ? 0xffff : kNeverEqual;
      node_ = node;
      usual_value_ = usual_value;
    }
    size_t text_size() const { return size_; }
    JsonRowNode* node() const { return node_; }
    JsonUsualValue usual_value() const { return usual_value_; }

    /// Whether the bytes from `at` begin with the text, in one comparison when it has at most 16; reads
    /// nothing from `end` on.
    bool IsAt(const char* at, const char* end) const {
#if defined(__SSE2__)
      if (end - at >= static_cast<ptrdiff_t>(sizeof(prefix_))) [[likely]] {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i wanted = _mm_loadu_si128(reinterpret_cast<const __m128i*>(prefix_));
        const auto equal = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
        if ((equal | others_) == all_equal_) [[likely]]
          return true;
        if (all_equal_ != kNeverEqual) return false;
      }
#endif
      return static_cast<size_t>(end - at) >= size_ && std::memcmp(at, text_.data(), size_) == 0;
    }

   private:
    static constexpr uint32_t kNeverEqual = 0x10000;

    char prefix_[16];
    uint32_t others_;     // the bytes of the prefix that are not the text's, one bit each
    uint32_t all_equal_;  // what comparing the prefix gives when it is the whole text
    uint16_t size_;
    JsonUsualValue usual_value_;
    JsonRowNode* node_;
    std::string text_;
  };

  std::span<const Member> members() const { return {members_.data(), num_members_}; }
  size_t num_fields() const { return num_fields_; }

  /// Forgets the members from number `position` on.
  void Truncate(size_t position) {
    while (num_members_ > position) num_fields_ -= members_[--num_members_].node() != nullptr;
  }
  /// Adds the next member; false when it is not kept, and then none behind it can be.
  bool Add(std::string_view text, JsonRowNode* node, JsonUsualValue usual_value) {
    if (num_members_ == kMembersMax || text.size() > kTextBytesMax) return false;
    if (num_members_ == members_.size()) {
      members_.emplace_back(text, node, usual_value);
    } else {
      members_[num_members_].Set(text, node, usual_value);
    }
    ++num_members_;
    num_fields_ += node != nullptr;
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
