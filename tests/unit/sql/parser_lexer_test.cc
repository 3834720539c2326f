#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sql/lexer/error_codes.h"
#include "sql/lexer/lexer.h"
#include "sql/lexer/utf8.h"

namespace millrace::sql {
namespace {

std::vector<Token> Tokens(std::string_view text) {
  Lexer lexer(text);
  std::vector<Token> tokens;
  while (true) {
    auto token = lexer.Next();
    EXPECT_TRUE(token.ok()) << text << ": " << token.status().ToString();
    if (!token.ok() || token->kind == TokenKind::kEnd) return tokens;
    tokens.push_back(*token);
  }
}

TEST(ParserLexer, KindsOfTokens) {
  struct Case {
    std::string_view text;
    std::vector<TokenKind> kinds;
  };
  using enum TokenKind;
  const Case cases[] = {
      {"", {}},
      {"a -- b\n c", {kWord, kWord}},
      {"a // b\n c", {kWord, kWord}},
      {"a /* b\n */ c", {kWord, kWord}},
      {"a /*+ b */ c", {kWord, kHintBegin, kWord, kHintEnd, kWord}},
      {"a */ b", {kWord, kStar, kSlash, kWord}},
      {"1 1. .5 1.5 1e3 1E-3 .5e+3", {kInteger, kDecimal, kDecimal, kDecimal, kDouble, kDouble, kDouble}},
      {"1e", {kInteger, kWord}},
      {"a.b", {kWord, kDot, kWord}},
      {"'a''b' `a``b`", {kString, kQuotedName}},
      {"N'a' _UTF16'a' _utf8'a'", {kString, kString, kString}},
      {"U&'a' E'a' X'00'", {kUnicodeString, kEscapedString, kBinaryString}},
      {"x u e n", {kWord, kWord, kWord, kWord}},
      {"<> != <= >= => || = < >",
       {kNotEqual, kBangEqual, kLessOrEqual, kGreaterOrEqual, kArrow, kConcat, kEqual, kLess, kGreater}},
      {"( ) [ ] { } , ; . : ? | ^ $ * + - / %",
       {kLeftParen, kRightParen, kLeftBracket, kRightBracket, kLeftBrace, kRightBrace, kComma, kSemicolon,
        kDot, kColon, kQuestion, kPipe, kCaret, kDollar, kStar, kPlus, kMinus, kSlash, kPercent}},
      {"gr\xC3\xB6\xC3\x9F"
       "e _a a$b \xE6\x97\xA5",
       {kWord, kWord, kWord, kWord}},
      {"\xEF\xBB\xBFSELECT", {kWord}},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    std::vector<TokenKind> kinds;
    for (const Token& token : Tokens(test.text)) kinds.push_back(token.kind);
    EXPECT_EQ(kinds, test.kinds);
  }
}

TEST(ParserLexer, KeywordsInAnyCase) {
  const auto tokens = Tokens("select Select `SELECT` selects");
  ASSERT_EQ(tokens.size(), 4u);
  EXPECT_EQ(tokens[0].keyword, "SELECT"_kw);
  EXPECT_EQ(tokens[1].keyword, "SELECT"_kw);
  EXPECT_FALSE(tokens[2].keyword);
  EXPECT_FALSE(tokens[3].keyword);
}

TEST(ParserLexer, KeywordTableIsSortedAndComplete) {
  for (size_t i = 1; i < std::size(kKeywordTable); ++i)
    EXPECT_LT(kKeywordTable[i - 1].text, kKeywordTable[i].text);
  for (const char* reserved :
       {"at", "by", "initial", "value", "method", "result", "day", "order", "user", "string"}) {
    EXPECT_TRUE(IsReservedWord(reserved)) << reserved;
  }
  for (const char* free : {"key", "name", "model", "if", "map", "tumble", "week", "nothing_known"}) {
    EXPECT_FALSE(IsReservedWord(free)) << free;
  }
  EXPECT_TRUE(IsPlainName("a_1"));
  EXPECT_FALSE(IsPlainName("1a"));
  EXPECT_FALSE(IsPlainName("a b"));
  EXPECT_FALSE(IsPlainName("Order"));
  EXPECT_FALSE(IsPlainName(""));
}

TEST(ParserLexer, PlacesCountCharacters) {
  const auto tokens = Tokens("a\n  '\xC3\xA4\xC3\xB6' bc\r\n\td");
  ASSERT_EQ(tokens.size(), 4u);
  const auto expect = [](const Token& token, int line, int column, size_t offset, size_t length) {
    EXPECT_EQ(token.place.line, line);
    EXPECT_EQ(token.place.column, column);
    EXPECT_EQ(token.place.offset, offset);
    EXPECT_EQ(token.place.length, length);
  };
  expect(tokens[0], 1, 1, 0, 1);
  expect(tokens[1], 2, 3, 4, 6);
  expect(tokens[2], 2, 8, 11, 2);
  expect(tokens[3], 3, 2, 16, 1);
}

TEST(ParserLexer, Values) {
  struct Case {
    std::string_view text;
    std::string value;
  };
  const Case cases[] = {
      {"''", ""},
      {"'it''s'", "it's"},
      {"'a\\n'", "a\\n"},
      {"`a``b`", "a`b"},
      {"_UTF16'x'", "x"},
      {"U&'\\00e9\\+01F600\\\\'", "\xC3\xA9\xF0\x9F\x98\x80\\"},
      {"U&'\\D83D\\DE00'", "\xF0\x9F\x98\x80"},
      {"E'a\\n\\t\\\\\\'''\\101\\x41\\u00e9'", "a\n\t\\''AA\xC3\xA9"},
      {"X'0aFF'", "0aFF"},
      {"x''", ""},
      {"word", "word"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    const auto tokens = Tokens(test.text);
    ASSERT_EQ(tokens.size(), 1u);
    const auto value = TokenValue(tokens[0]);
    ASSERT_TRUE(value.ok()) << value.status().ToString();
    EXPECT_EQ(*value, test.value);
  }
}

TEST(ParserLexer, BadValues) {
  for (std::string_view text : {"U&'\\00g9'", "U&'\\00'", "U&'\\D83D'", "U&'\\D83Dx'", "U&'\\DE00'",
                                "U&'\\+110000'", "E'\\u00'", "E'\\uD83D'", "X'0'", "X'0G'"}) {
    SCOPED_TRACE(text);
    const auto tokens = Tokens(text);
    ASSERT_EQ(tokens.size(), 1u);
    EXPECT_EQ(TokenValue(tokens[0]).status().code(), kBadEscape);
  }
  EXPECT_EQ(TokenValue(Tokens("``")[0]).status().code(), kUnclosedName);
}

TEST(ParserLexer, Errors) {
  struct Case {
    std::string_view text;
    ErrorCode code;
    int line;
    int column;
  };
  const Case cases[] = {
      {"a 'b", kUnclosedString, 1, 3},
      {"a\n 'b''", kUnclosedString, 2, 2},
      {"E'a\\'", kUnclosedString, 1, 1},
      {"a `b\nc`", kUnclosedName, 1, 3},
      {"a /* b", kUnclosedComment, 1, 3},
      {"/*", kUnclosedComment, 1, 1},
      {"a /*+ b", kUnclosedComment, 1, 8},
      {"\"a\"", kUnknownCharacter, 1, 1},
      {"a # b", kUnknownCharacter, 1, 3},
      {"a ! b", kUnknownCharacter, 1, 3},
      {"a\xC2\xA0"
       "b",
       kUnknownCharacter, 1, 2},
      {"\xE2\x80\x98"
       "a",
       kUnknownCharacter, 1, 1},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    Lexer lexer(test.text);
    Result<Token> token = lexer.Next();
    for (int i = 0; i < 10 && token.ok(); ++i) token = lexer.Next();
    ASSERT_FALSE(token.ok());
    EXPECT_EQ(token.status().code(), test.code);
    ASSERT_TRUE(token.status().place());
    EXPECT_EQ(token.status().place()->line, test.line);
    EXPECT_EQ(token.status().place()->column, test.column);
    EXPECT_EQ(lexer.Next().status().code(), test.code);  // for ever
  }
}

TEST(ParserLexer, ScriptText) {
  EXPECT_TRUE(CheckScriptText("SELECT '\xC3\xA4'").ok());
  const Status bad = CheckScriptText("a\n\xC3\xA4 \xFF");
  EXPECT_EQ(bad.code(), kUnknownCharacter);
  EXPECT_EQ(bad.place()->line, 2);
  EXPECT_EQ(bad.place()->column, 3);
  EXPECT_EQ(CheckScriptText(std::string(kScriptBytesMax + 1, ' ')).code(), kScriptTooLarge);
  for (std::string_view text : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_EQ(FindInvalidUtf8(text), 0u);
  }
}

}  // namespace
}  // namespace millrace::sql
