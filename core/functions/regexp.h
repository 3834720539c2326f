#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/status.h"

namespace re2 {
class RE2;
}

namespace millrace {

using RegexpPtr = std::shared_ptr<const re2::RE2>;

/// Compiles a pattern of Java's syntax for RE2: named groups and POSIX classes (\p{Alpha}) are rewritten.
/// kInvalidArgument for what is no pattern; look-around, back references and possessive quantifiers, which
/// RE2 has not, are told apart in the message.
Result<RegexpPtr> CompileRegexp(std::string_view pattern);

/// Whether a pattern that does not compile uses a construct of Java that RE2 has not.
bool IsBeyondRe2(std::string_view pattern);

/// The same through a small cache of this thread, for patterns that are no constants; null when it does not
/// compile.
RegexpPtr FindRegexp(std::string_view pattern);

/// A pattern of SQL's SIMILAR TO as a regular expression for the whole text.
Result<std::string> SimilarToRegexp(std::string_view pattern, char escape, bool has_escape);

}  // namespace millrace
