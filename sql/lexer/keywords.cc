#include "sql/lexer/keywords.h"

#include <algorithm>
#include <string>

namespace millrace::sql {
namespace {

constexpr size_t kWordLengthMax = 64;

char ToUpper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool IsNameCharacter(char c, bool first) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  return letter || (!first && c >= '0' && c <= '9');
}

}  // namespace

std::optional<Keyword> FindKeyword(std::string_view text) {
  if (text.empty() || text.size() > kWordLengthMax) return std::nullopt;
  char buffer[kWordLengthMax];
  std::transform(text.begin(), text.end(), buffer, ToUpper);
  const std::string_view word(buffer, text.size());
  const auto* end = std::end(kKeywordTable);
  const auto* found = std::lower_bound(std::begin(kKeywordTable), end, word,
                                       [](const KeywordEntry& entry, std::string_view key) { return entry.text < key; });
  if (found == end || found->text != word) return std::nullopt;
  return static_cast<Keyword>(found - std::begin(kKeywordTable));
}

bool IsReservedWord(std::string_view text) {
  const auto keyword = FindKeyword(text);
  return keyword && IsReserved(*keyword);
}

bool IsPlainName(std::string_view text) {
  if (text.empty() || !IsNameCharacter(text[0], true)) return false;
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return IsNameCharacter(c, false); });
  return plain && !IsReservedWord(text);
}

}  // namespace millrace::sql
