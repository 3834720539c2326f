#include "core/functions/like_pattern.h"

#include <fmt/format.h>

#include "core/error_codes.h"
#include "core/functions/utf8.h"

namespace millrace {
namespace {

constexpr size_t kNoMatch = std::string_view::npos;

}  // namespace

Result<LikePattern> LikePattern::Compile(std::string_view pattern, std::optional<char> escape) {
  LikePattern compiled;
  compiled.segments_.emplace_back();
  const auto append = [&](char c, bool is_any) {
    Segment& segment = compiled.segments_.back();
    if (is_any && segment.any.empty()) segment.any.resize(segment.bytes.size());
    segment.bytes += c;
    if (is_any || !segment.any.empty()) segment.any.push_back(is_any);
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (escape && c == *escape) {
      const bool valid = i + 1 < pattern.size() &&
                         (pattern[i + 1] == '%' || pattern[i + 1] == '_' || pattern[i + 1] == *escape);
      if (!valid)
        return Status(kInvalidArgument, fmt::format("Invalid escape sequence in LIKE pattern: {}", pattern));
      append(pattern[++i], false);
    } else if (c == '%') {
      compiled.segments_.emplace_back();
    } else {
      append(c, c == '_');
    }
  }
  return compiled;
}

/// The place behind the segment when it matches at `at`, else kNoMatch.
size_t LikePattern::MatchAt(const Segment& segment, std::string_view text, size_t at) {
  if (segment.any.empty()) {
    if (text.size() - at < segment.bytes.size()) return kNoMatch;
    return text.compare(at, segment.bytes.size(), segment.bytes) == 0 ? at + segment.bytes.size() : kNoMatch;
  }
  for (size_t i = 0; i < segment.bytes.size(); ++i) {
    if (at >= text.size()) return kNoMatch;
    if (segment.any[i]) {
      at += Utf8Length(text, at);
    } else if (text[at++] != segment.bytes[i]) {
      return kNoMatch;
    }
  }
  return at;
}

/// The place behind the first match at or after `at`.
size_t LikePattern::FindFrom(const Segment& segment, std::string_view text, size_t at) {
  if (segment.any.empty()) {
    const size_t found = text.find(segment.bytes, at);
    return found == kNoMatch ? kNoMatch : found + segment.bytes.size();
  }
  for (; at <= text.size(); at += at < text.size() ? Utf8Length(text, at) : 1) {
    if (const size_t end = MatchAt(segment, text, at); end != kNoMatch) return end;
  }
  return kNoMatch;
}

bool LikePattern::MatchesAtEnd(const Segment& segment, std::string_view text, size_t from) {
  if (segment.any.empty()) {
    return text.size() - from >= segment.bytes.size() && text.ends_with(segment.bytes);
  }
  for (size_t at = from; at <= text.size(); at += at < text.size() ? Utf8Length(text, at) : 1) {
    if (MatchAt(segment, text, at) == text.size()) return true;
  }
  return false;
}

bool LikePattern::Matches(std::string_view text) const {
  if (segments_.size() == 1) return MatchAt(segments_[0], text, 0) == text.size();
  size_t at = MatchAt(segments_.front(), text, 0);
  for (size_t i = 1; i + 1 < segments_.size() && at != kNoMatch; ++i) at = FindFrom(segments_[i], text, at);
  return at != kNoMatch && MatchesAtEnd(segments_.back(), text, at);
}

}  // namespace millrace
