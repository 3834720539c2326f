#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/status.h"

namespace re2 {
class RE2;
class StringPiece;
}  // namespace re2

namespace millrace {

/// A compiled regular expression of Java's syntax, run by RE2. Immutable, thread-safe.
class Regexp {
 public:
  /// Named groups and POSIX classes (\p{Alpha}) are rewritten for RE2. kInvalidArgument for what is no
  /// pattern; look-around, back references and possessive quantifiers, which RE2 has not, are told apart in
  /// the message.
  static Result<std::shared_ptr<const Regexp>> Compile(std::string_view pattern);
  /// The same through a small cache of this thread, for patterns that are no constants; null when it does not
  /// compile.
  static std::shared_ptr<const Regexp> FindOrCompile(std::string_view pattern);

  explicit Regexp(std::unique_ptr<const re2::RE2> re2);
  ~Regexp();

  const re2::RE2& re2() const { return *re2_; }
  bool MatchesAll(std::string_view text) const;
  /// The first match at or after `from`: groups[0] is the whole match, groups[i] the i-th group, up to
  /// `last_group`.
  bool Find(std::string_view text, size_t from, int last_group, re2::StringPiece* groups) const;

 private:
  std::unique_ptr<const re2::RE2> re2_;
  /// Text that every match holds, at most so many bytes behind its start: searched for first, as that is
  /// faster.
  std::string literal_;
  size_t before_literal_bytes_max_ = 0;
};
using RegexpPtr = std::shared_ptr<const Regexp>;

/// Text of at least three characters that every match of the pattern holds, and the most bytes of the match
/// before it; nullopt when the pattern does not begin so simply that this is plain to see.
struct RequiredText {
  std::string text;
  size_t bytes_before_max = 0;
};
std::optional<RequiredText> FindRequiredText(std::string_view pattern);

/// Whether a pattern that does not compile uses a construct of Java that RE2 has not.
bool IsBeyondRe2(std::string_view pattern);

/// A pattern of SQL's SIMILAR TO as a regular expression for the whole text.
Result<std::string> SimilarToRegexp(std::string_view pattern, char escape, bool has_escape);

}  // namespace millrace
