#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"

namespace millrace {

/// A compiled pattern of LIKE: % any characters, _ one character (of UTF-8). Immutable.
class LikePattern {
 public:
  /// `escape` makes the next %, _ or escape character literal; before anything else it is an error
  /// (kInvalidArgument).
  static Result<LikePattern> Compile(std::string_view pattern, std::optional<char> escape);

  bool Matches(std::string_view text) const;

 private:
  /// Text between two %: literal bytes, in which a byte marked in `any` stands for one whole character.
  struct Segment {
    std::string bytes;
    std::vector<bool> any;  // empty when no _ is in the segment
  };

  static size_t MatchAt(const Segment& segment, std::string_view text, size_t at);
  static size_t FindFrom(const Segment& segment, std::string_view text, size_t at);
  static bool MatchesAtEnd(const Segment& segment, std::string_view text, size_t from);

  std::vector<Segment> segments_;  // one more than there are %
};

}  // namespace millrace
