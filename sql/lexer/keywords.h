#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "sql/lexer/keyword_table.h"

namespace millrace::sql {

/// A word of the grammar: its index in kKeywordTable. Written "SELECT"_kw, which does not compile for a word
/// that is not in the table.
enum class Keyword : uint16_t {};

/// Looks `text` up, in any mix of cases.
std::optional<Keyword> FindKeyword(std::string_view text);

/// The word in upper case.
constexpr std::string_view KeywordText(Keyword keyword) {
  return kKeywordTable[static_cast<size_t>(keyword)].text;
}

constexpr WordUse KeywordUse(Keyword keyword) {
  return kKeywordTable[static_cast<size_t>(keyword)].use;
}

/// Whether the word cannot be a name without backquotes.
constexpr bool IsReserved(Keyword keyword) {
  return KeywordUse(keyword) != WordUse::N;
}

/// Whether `text` is a reserved word in any mix of cases.
bool IsReservedWord(std::string_view text);

/// Whether `text` can stand as a name without backquotes.
bool IsPlainName(std::string_view text);

/// Left undefined on purpose: reaching it makes "WORD"_kw fail to compile.
Keyword WordIsMissingInKeywordTable();

consteval Keyword operator""_kw(const char* text, size_t size) {
  const std::string_view word(text, size);
  size_t low = 0;
  size_t high = std::size(kKeywordTable);
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (kKeywordTable[middle].text < word) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == std::size(kKeywordTable) || kKeywordTable[low].text != word)
    return WordIsMissingInKeywordTable();
  return static_cast<Keyword>(low);
}

/// Whether the word begins a statement or goes on with a clause: where it stands wrongly something is
/// missing, and it is not meant as a name.
bool IsStructuralWord(Keyword keyword);

}  // namespace millrace::sql
