#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/status.h"
#include "sql/lexer/keywords.h"

namespace millrace::sql {

enum class TokenKind : uint8_t {
  kEnd,
  kInvalid,        // what the lexer could not read; the error is kept beside
  kWord,           // a name or a keyword
  kQuotedName,     // `name`
  kString,         // 'text', N'text', _UTF8'text'
  kEscapedString,  // E'text\n'
  kUnicodeString,  // U&'text\00e9'
  kBinaryString,   // X'0aFF'
  kInteger,
  kDecimal,
  kDouble,
  kHintBegin,  // /*+
  kHintEnd,    // the */ of a hint
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kComma,
  kSemicolon,
  kDot,
  kColon,
  kQuestion,
  kPipe,
  kCaret,
  kDollar,
  kStar,
  kPlus,
  kMinus,
  kSlash,
  kPercent,
  kConcat,
  kEqual,
  kNotEqual,
  kBangEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kArrow,
};

/// A piece of the script. `text` is the source as written (with its quotes) and lives as long as the script.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::optional<Keyword> keyword;  // of kWord
  std::string_view text;
  SourcePlace place;
};

/// How messages call a kind of token: "','", "a string", "the end of the script".
std::string_view TokenKindName(TokenKind kind);

/// The value of a string, name or binary token: quotes taken off and escapes resolved. U&'' strings are
/// decoded with `unicode_escape`. Fails on a malformed escape, with its place.
Result<std::string> TokenValue(const Token& token, char unicode_escape = '\\');

}  // namespace millrace::sql
