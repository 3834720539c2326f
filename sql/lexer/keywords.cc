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
  const auto* found =
      std::lower_bound(std::begin(kKeywordTable), end, word,
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

bool IsStructuralWord(Keyword keyword) {
  static constexpr Keyword kWords[] = {
      "ALTER"_kw,   "AND"_kw,     "AS"_kw,     "BEGIN"_kw,     "BETWEEN"_kw, "BY"_kw,        "CALL"_kw,
      "CASE"_kw,    "COMMENT"_kw, "CREATE"_kw, "CROSS"_kw,     "DELETE"_kw,  "DESCRIBE"_kw,  "DISTINCT"_kw,
      "DROP"_kw,    "ELSE"_kw,    "END"_kw,    "ESCAPE"_kw,    "EXCEPT"_kw,  "EXECUTE"_kw,   "EXPLAIN"_kw,
      "FETCH"_kw,   "FILTER"_kw,  "FOR"_kw,    "FROM"_kw,      "FULL"_kw,    "GROUP"_kw,     "HAVING"_kw,
      "IN"_kw,      "INNER"_kw,   "INSERT"_kw, "INTERSECT"_kw, "INTO"_kw,    "IS"_kw,        "JOIN"_kw,
      "LATERAL"_kw, "LEFT"_kw,    "LIKE"_kw,   "LIMIT"_kw,     "NATURAL"_kw, "NOT"_kw,       "NULL"_kw,
      "OFFSET"_kw,  "ON"_kw,      "OR"_kw,     "ORDER"_kw,     "OVER"_kw,    "PARTITION"_kw, "RIGHT"_kw,
      "SELECT"_kw,  "SET"_kw,     "SHOW"_kw,   "SYSTEM"_kw,    "THEN"_kw,    "TO"_kw,        "TRUNCATE"_kw,
      "UNION"_kw,   "UPDATE"_kw,  "USE"_kw,    "USING"_kw,     "VALUES"_kw,  "WHEN"_kw,      "WHERE"_kw,
      "WINDOW"_kw,  "WITH"_kw,
  };
  return std::find(std::begin(kWords), std::end(kWords), keyword) != std::end(kWords);
}

}  // namespace millrace::sql
