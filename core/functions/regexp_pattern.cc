#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "core/error_codes.h"
#include "core/functions/byte_places.h"
#include "core/functions/regexp.h"

namespace millrace {
namespace {

constexpr std::pair<std::string_view, std::string_view> kPosixClasses[] = {
    {"Alpha", "[:alpha:]"}, {"Digit", "[:digit:]"}, {"Alnum", "[:alnum:]"}, {"Upper", "[:upper:]"},
    {"Lower", "[:lower:]"}, {"Punct", "[:punct:]"}, {"Space", "[:space:]"}, {"XDigit", "[:xdigit:]"},
    {"Graph", "[:graph:]"}, {"Print", "[:print:]"}, {"Blank", "[:blank:]"}, {"Cntrl", "[:cntrl:]"},
    {"ASCII", "[:ascii:]"},
};

/// Rewrites what Java writes differently.
std::string FromJava(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      bool rewritten = false;
      if ((pattern[i + 1] == 'p' || pattern[i + 1] == 'P') && i + 2 < pattern.size() &&
          pattern[i + 2] == '{') {
        const size_t end = pattern.find('}', i);
        for (const auto& [java, posix] : kPosixClasses) {
          if (end == std::string_view::npos || pattern.substr(i + 3, end - i - 3) != java) continue;
          std::string name(posix);
          if (pattern[i + 1] == 'P') name.insert(1, "^");
          out += in_class ? name : "[" + name + "]";
          i = end;
          rewritten = true;
          break;
        }
      }
      if (!rewritten) {
        out += c;
        out += pattern[++i];
      }
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    const bool is_named_group = c == '(' && !in_class && pattern.substr(i, 3) == "(?<" &&
                                i + 3 < pattern.size() && pattern[i + 3] != '=' && pattern[i + 3] != '!';
    if (is_named_group) {
      out += "(?P<";
      i += 2;
      continue;
    }
    out += c;
  }
  return out;
}

}  // namespace

bool IsBeyondRe2(std::string_view pattern) {
  for (std::string_view construct : {"(?=", "(?!", "(?<=", "(?<!", "(?>", "++", "*+", "?+"}) {
    if (pattern.find(construct) != std::string_view::npos) return true;
  }
  for (size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '\\') continue;
    if (pattern[i + 1] >= '1' && pattern[i + 1] <= '9') return true;
    ++i;
  }
  return false;
}

Regexp::Regexp(std::unique_ptr<const re2::RE2> re2) : re2_(std::move(re2)) {
  if (std::optional<RequiredText> required = FindRequiredText(re2_->pattern())) {
    literal_ = std::move(required->text);
    before_literal_bytes_max_ = required->bytes_before_max;
  }
}

Regexp::~Regexp() = default;

Result<RegexpPtr> Regexp::Compile(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<const re2::RE2>(FromJava(pattern), options);
  if (compiled->ok()) return RegexpPtr(std::make_shared<const Regexp>(std::move(compiled)));
  if (IsBeyondRe2(pattern)) {
    return Status(
        kInvalidArgument,
        fmt::format("Look-around, back references and possessive quantifiers are not supported in regular "
                    "expressions: {}",
                    pattern));
  }
  return Status(kInvalidArgument,
                fmt::format("Invalid regular expression: {}: {}", compiled->error(), pattern));
}

RegexpPtr Regexp::FindOrCompile(std::string_view pattern) {
  constexpr size_t kEntriesMax = 32;
  thread_local std::deque<std::pair<std::string, RegexpPtr>> cache;
  for (const auto& [text, compiled] : cache) {
    if (text == pattern) return compiled;
  }
  Result<RegexpPtr> compiled = Compile(pattern);
  if (cache.size() == kEntriesMax) cache.pop_back();
  cache.emplace_front(pattern, compiled.ok() ? *compiled : nullptr);
  return cache.front().second;
}

bool Regexp::MatchesAll(std::string_view text) const {
  return re2::RE2::FullMatch({text.data(), text.size()}, *re2_);
}

bool Regexp::Find(std::string_view text, size_t from, int last_group, re2::StringPiece* groups) const {
  const auto match = [&](size_t start, re2::RE2::Anchor anchor) {
    return re2_->Match({text.data(), text.size()}, start, text.size(), anchor, groups, last_group + 1);
  };
  if (literal_.empty()) return match(from, re2::RE2::UNANCHORED);
  // Few starts are possible for each place of the literal; anchored there RE2 is several times as fast.
  constexpr size_t kAnchoredBytesMax = 2;
  for (size_t place = FindText(text, literal_, from); place != std::string_view::npos;
       place = FindText(text, literal_, place + 1)) {
    size_t start = std::max(from, place - std::min(place, before_literal_bytes_max_));
    if (before_literal_bytes_max_ > kAnchoredBytesMax) {
      while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0) == 0x80) --start;
      return match(start, re2::RE2::UNANCHORED);
    }
    for (; start <= place; ++start) {
      if (match(start, re2::RE2::ANCHOR_START)) return true;
    }
    from = start;
  }
  return false;
}

namespace {

constexpr std::string_view kSpecial = "\\.^$|()[]{}*+?";

/// Reads elements of a pattern that match one character or none.
class PatternHead {
 public:
  explicit PatternHead(std::string_view pattern) : pattern_(pattern) {}

  std::optional<RequiredText> Read() {
    constexpr size_t kLiteralBytesMin = 3;
    RequiredText required;
    while (at_ < pattern_.size()) {
      required.text = ReadLiteral();
      if (required.text.size() >= kLiteralBytesMin) return required;
      if (!required.text.empty() || !SkipElement(&required.bytes_before_max)) return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  bool IsQuantified(size_t end) const {
    return end < pattern_.size() && std::string_view("*+{?").find(pattern_[end]) != std::string_view::npos;
  }

  /// A run of characters that stand for themselves, without one that is quantified.
  std::string ReadLiteral() {
    std::string literal;
    while (at_ < pattern_.size()) {
      size_t end = at_ + 1;
      char c = pattern_[at_];
      if (c == '\\' && end < pattern_.size() && kSpecial.find(pattern_[end]) != std::string_view::npos) {
        c = pattern_[end++];
      } else if (kSpecial.find(c) != std::string_view::npos) {
        break;
      }
      if (IsQuantified(end)) break;
      literal += c;
      at_ = end;
    }
    return literal;
  }

  /// ^, a class, a point, or a group of single characters. Adds the most bytes it matches.
  bool SkipElement(size_t* bytes_max) {
    constexpr size_t kCharacterBytesMax = 4;
    const char c = pattern_[at_];
    size_t end = at_ + 1;
    size_t bytes = c == '^' ? 0 : c == '(' ? 1 : kCharacterBytesMax;
    if (c == '[') {
      end = pattern_.find(']', at_ + 2);
      if (end == std::string_view::npos ||
          pattern_.substr(at_, end - at_).find("[:") != std::string_view::npos) {
        return false;
      }
      ++end;
    } else if (c == '(') {
      end = pattern_.find(')', at_);
      if (end == std::string_view::npos) return false;
      if (!AreSingleCharacters(pattern_.substr(at_ + 1, end - at_ - 1))) return false;
      ++end;
    } else if (c == '\\') {
      if (end == pattern_.size() ||
          std::string_view("dDwWsS").find(pattern_[end]) == std::string_view::npos) {
        return false;
      }
      if (pattern_[end] >= 'a') bytes = 1;  // \d, \w, \s are ASCII
      ++end;
    } else if (c != '^' && c != '.') {
      return false;
    }
    if (end < pattern_.size() && pattern_[end] == '?') ++end;
    if (IsQuantified(end)) return false;
    *bytes_max += bytes;
    at_ = end;
    return true;
  }

  /// "a|b|^": alternatives of one character or a place at most.
  static bool AreSingleCharacters(std::string_view group) {
    size_t length = 0;
    for (char c : group) {
      if (c == '|') {
        length = 0;
      } else if (++length > 1 || (c != '^' && kSpecial.find(c) != std::string_view::npos) ||
                 static_cast<unsigned char>(c) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  std::string_view pattern_;
  size_t at_ = 0;
};

/// An alternative outside of all groups and classes.
bool HasTopLevelAlternative(std::string_view pattern) {
  int depth = 0;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      if (i + 1 < pattern.size() && (pattern[i + 1] == ']' || pattern[i + 1] == '^')) ++i;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (c == '|' && depth == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<RequiredText> FindRequiredText(std::string_view pattern) {
  // Flags, quotations and the like change the meaning of plain text.
  if (pattern.find("(?") != std::string_view::npos || pattern.find("\\Q") != std::string_view::npos ||
      HasTopLevelAlternative(pattern)) {
    return std::nullopt;
  }
  return PatternHead(pattern).Read();
}

Result<std::string> SimilarToRegexp(std::string_view pattern, char escape, bool has_escape) {
  std::string out = "(?s)";
  const auto literal = [&out](char c) {
    if (std::string_view("\\.^$|()[]{}*+?-").find(c) != std::string_view::npos) out += '\\';
    out += c;
  };
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (has_escape && c == escape) {
      if (i + 1 == pattern.size()) {
        return Status(kInvalidArgument,
                      fmt::format("Invalid escape sequence in SIMILAR TO pattern: {}", pattern));
      }
      literal(pattern[++i]);
    } else if (in_class) {
      // [:ALPHA:] and the like are written in lower case by RE2.
      const size_t end = pattern.substr(i, 2) == "[:" ? pattern.find(":]", i) : std::string_view::npos;
      if (end != std::string_view::npos) {
        for (; i < end + 2; ++i)
          out += static_cast<char>(std::tolower(static_cast<unsigned char>(pattern[i])));
        --i;
        continue;
      }
      if (c == ']') in_class = false;
      if (c == '\\' || c == '[') out += '\\';
      out += c;
    } else if (c == '%') {
      out += ".*";
    } else if (c == '_') {
      out += '.';
    } else if (c == '[') {
      in_class = true;
      out += c;
    } else if (std::string_view("|*+?(){}").find(c) != std::string_view::npos) {
      out += c;
    } else {
      literal(c);
    }
  }
  if (in_class) {
    return Status(kInvalidArgument, fmt::format("Unclosed [ in SIMILAR TO pattern: {}", pattern));
  }
  return out;
}

}  // namespace millrace
