#include "sql/lexer/lexer.h"

#include <fmt/format.h>

#include "sql/lexer/error_codes.h"
#include "sql/lexer/utf8.h"

namespace millrace::sql {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsAsciiWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// Bytes of the name character at the start of `text`, 0 when it is none. A '$' counts inside of names only.
size_t WordCharacterBytes(std::string_view text, bool first) {
  if (text.empty()) return 0;
  const char c = text[0];
  if (IsAsciiWordStart(c)) return 1;
  if (!first && (IsDigit(c) || c == '$')) return 1;
  if (static_cast<unsigned char>(c) < 0x80) return 0;
  const CodePoint point = DecodeUtf8(text);
  return point.num_bytes != 0 && IsWordCodePoint(point.value) ? point.num_bytes : 0;
}

std::string UnknownCharacterHint(std::string_view character) {
  if (character == "\"") return "write strings in '...' and quoted names in `...`";
  if (character == "&") return "use AND";
  if (character == "!") return "use <> for not equal, NOT to negate";
  if (character == "‘" || character == "’" || character == "“" || character == "”") {
    return "this is a typographic quote; write strings in '...'";
  }
  if (static_cast<unsigned char>(character[0]) >= 0x80)
    return "remove it, or write it inside of '...' or `...`";
  return "";
}

TokenKind SingleCharacterKind(char c) {
  switch (c) {
    case '(':
      return TokenKind::kLeftParen;
    case ')':
      return TokenKind::kRightParen;
    case '[':
      return TokenKind::kLeftBracket;
    case ']':
      return TokenKind::kRightBracket;
    case '{':
      return TokenKind::kLeftBrace;
    case '}':
      return TokenKind::kRightBrace;
    case ',':
      return TokenKind::kComma;
    case ';':
      return TokenKind::kSemicolon;
    case '.':
      return TokenKind::kDot;
    case ':':
      return TokenKind::kColon;
    case '?':
      return TokenKind::kQuestion;
    case '|':
      return TokenKind::kPipe;
    case '^':
      return TokenKind::kCaret;
    case '$':
      return TokenKind::kDollar;
    case '*':
      return TokenKind::kStar;
    case '+':
      return TokenKind::kPlus;
    case '-':
      return TokenKind::kMinus;
    case '/':
      return TokenKind::kSlash;
    case '%':
      return TokenKind::kPercent;
    case '=':
      return TokenKind::kEqual;
    case '<':
      return TokenKind::kLess;
    case '>':
      return TokenKind::kGreater;
    default:
      return TokenKind::kInvalid;
  }
}

}  // namespace

Status CheckScriptText(std::string_view script) {
  if (script.size() > kScriptBytesMax) {
    return Status(kScriptTooLarge,
                  fmt::format("script is too large: {} bytes, at most {}", script.size(), kScriptBytesMax))
        .WithSuggestion("split the script");
  }
  const size_t bad = FindInvalidUtf8(script);
  if (bad == std::string_view::npos) return Status::Ok();
  SourcePlace place{1, 1, bad, 1};
  for (size_t i = 0; i < bad; ++i) {
    if (script[i] == '\n') {
      ++place.line;
      place.column = 1;
    } else if (!IsUtf8Continuation(script[i])) {
      ++place.column;
    }
  }
  return Status(kUnknownCharacter,
                fmt::format("script is not UTF-8, byte 0x{:02X}", static_cast<unsigned char>(script[bad])))
      .WithPlace(place)
      .WithSuggestion("save the file as UTF-8");
}

void Lexer::Advance(size_t num_bytes) {
  for (size_t i = 0; i < num_bytes && offset_ < script_.size(); ++i, ++offset_) {
    if (script_[offset_] == '\n') {
      ++line_;
      column_ = 1;
    } else if (!IsUtf8Continuation(script_[offset_])) {
      ++column_;
    }
  }
}

Token Lexer::Make(TokenKind kind, size_t num_bytes) {
  Token token{kind, std::nullopt, script_.substr(offset_, num_bytes), Here()};
  token.place.length = num_bytes;
  Advance(num_bytes);
  return token;
}

Status Lexer::SkipBlanks() {
  if (offset_ == 0 && StartsWith("\xEF\xBB\xBF")) offset_ = 3;  // a byte order mark has no column
  while (offset_ < script_.size()) {
    if (IsBlank(At(0))) {
      Advance(1);
    } else if (StartsWith("--") || StartsWith("//")) {
      const size_t end = script_.find('\n', offset_);
      Advance((end == std::string_view::npos ? script_.size() : end) - offset_);
    } else if (StartsWith("/*") && !StartsWith("/*+")) {
      const size_t end = script_.find("*/", offset_ + 2);
      if (end == std::string_view::npos) {
        return Status(kUnclosedComment, "comment is not closed").WithPlace(Here()).WithSuggestion("add */");
      }
      Advance(end + 2 - offset_);
    } else {
      break;
    }
  }
  return Status::Ok();
}

Result<Token> Lexer::Next() {
  if (!error_.ok()) return error_;
  error_ = SkipBlanks();
  if (!error_.ok()) return error_;
  Result<Token> token = ReadToken();
  if (!token.ok()) error_ = token.status();
  return token;
}

Result<Token> Lexer::ReadToken() {
  if (offset_ >= script_.size()) {
    if (in_hint_)
      return Status(kUnclosedComment, "hint is not closed").WithPlace(Here()).WithSuggestion("add */");
    return Make(TokenKind::kEnd, 0);
  }
  const char c = At(0);
  if (c == '\'') return ReadQuoted(TokenKind::kString, 0);
  if (c == '`') return ReadQuoted(TokenKind::kQuotedName, 0);
  if (At(1) == '\'') {
    if (c == 'x' || c == 'X') return ReadQuoted(TokenKind::kBinaryString, 1);
    if (c == 'n' || c == 'N') return ReadQuoted(TokenKind::kString, 1);
    if (c == 'e' || c == 'E') return ReadQuoted(TokenKind::kEscapedString, 1);
  }
  if ((c == 'u' || c == 'U') && At(1) == '&' && At(2) == '\'')
    return ReadQuoted(TokenKind::kUnicodeString, 2);
  if (IsDigit(c) || (c == '.' && IsDigit(At(1)))) return ReadNumber();
  if (WordCharacterBytes(script_.substr(offset_), true) != 0) {
    if (c == '_') {
      size_t end = 1;
      while (IsAsciiWordStart(At(end)) || IsDigit(At(end)) || At(end) == '-') ++end;
      if (At(end) == '\'') return ReadQuoted(TokenKind::kString, end);
    }
    return ReadWord();
  }
  Token token = ReadSymbol();
  if (token.kind != TokenKind::kInvalid) return token;
  return Status(kUnknownCharacter, fmt::format("unexpected character: {}", token.text))
      .WithPlace(token.place)
      .WithSuggestion(UnknownCharacterHint(token.text));
}

Token Lexer::ReadWord() {
  size_t end = 0;
  while (const size_t bytes = WordCharacterBytes(script_.substr(offset_ + end), end == 0)) end += bytes;
  Token token = Make(TokenKind::kWord, end);
  token.keyword = FindKeyword(token.text);
  return token;
}

Token Lexer::ReadNumber() {
  TokenKind kind = TokenKind::kInteger;
  size_t end = 0;
  while (IsDigit(At(end))) ++end;
  if (At(end) == '.') {
    kind = TokenKind::kDecimal;
    ++end;
    while (IsDigit(At(end))) ++end;
  }
  if (At(end) == 'e' || At(end) == 'E') {
    size_t digits = end + 1;
    if (At(digits) == '+' || At(digits) == '-') ++digits;
    if (IsDigit(At(digits))) {
      kind = TokenKind::kDouble;
      end = digits;
      while (IsDigit(At(end))) ++end;
    }
  }
  return Make(kind, end);
}

Token Lexer::ReadSymbol() {
  struct Pair {
    std::string_view text;
    TokenKind kind;
  };
  static constexpr Pair kPairs[] = {
      {"||", TokenKind::kConcat},      {"<>", TokenKind::kNotEqual},       {"!=", TokenKind::kBangEqual},
      {"<=", TokenKind::kLessOrEqual}, {">=", TokenKind::kGreaterOrEqual}, {"=>", TokenKind::kArrow},
  };
  if (StartsWith("/*+")) {
    in_hint_ = true;
    return Make(TokenKind::kHintBegin, 3);
  }
  if (in_hint_ && StartsWith("*/")) {
    in_hint_ = false;
    return Make(TokenKind::kHintEnd, 2);
  }
  for (const Pair& pair : kPairs) {
    if (StartsWith(pair.text)) return Make(pair.kind, pair.text.size());
  }
  const TokenKind kind = SingleCharacterKind(At(0));
  if (kind != TokenKind::kInvalid) return Make(kind, 1);
  const CodePoint point = DecodeUtf8(script_.substr(offset_));
  return Make(TokenKind::kInvalid, point.num_bytes == 0 ? 1 : point.num_bytes);
}

Result<Token> Lexer::ReadQuoted(TokenKind kind, size_t prefix) {
  const char quote = script_[offset_ + prefix];
  const bool backslash_escapes = kind == TokenKind::kEscapedString;
  size_t end = prefix + 1;
  while (offset_ + end < script_.size()) {
    const char c = At(end);
    if (c == quote) {
      if (At(end + 1) != quote) return Make(kind, end + 1);
      ++end;
    } else if (c == '\\' && backslash_escapes) {
      ++end;
    } else if (c == '\n' && kind == TokenKind::kQuotedName) {
      break;
    }
    ++end;
  }
  SourcePlace place = Here();
  place.length = prefix + 1;
  if (kind == TokenKind::kQuotedName) {
    return Status(kUnclosedName, "quoted name is not closed")
        .WithPlace(place)
        .WithSuggestion("add ` at its end");
  }
  return Status(kUnclosedString, "string is not closed").WithPlace(place).WithSuggestion("add ' at its end");
}

}  // namespace millrace::sql
