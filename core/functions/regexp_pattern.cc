#include <fmt/format.h>
#include <re2/re2.h>

#include <deque>
#include <utility>

#include "core/error_codes.h"
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

Result<RegexpPtr> CompileRegexp(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_shared<const re2::RE2>(FromJava(pattern), options);
  if (compiled->ok()) return RegexpPtr(std::move(compiled));
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

RegexpPtr FindRegexp(std::string_view pattern) {
  constexpr size_t kEntriesMax = 32;
  thread_local std::deque<std::pair<std::string, RegexpPtr>> cache;
  for (const auto& [text, compiled] : cache) {
    if (text == pattern) return compiled;
  }
  Result<RegexpPtr> compiled = CompileRegexp(pattern);
  if (cache.size() == kEntriesMax) cache.pop_back();
  cache.emplace_front(pattern, compiled.ok() ? *compiled : nullptr);
  return cache.front().second;
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
