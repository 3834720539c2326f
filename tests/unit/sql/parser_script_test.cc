#include <gtest/gtest.h>

#include "sql/ast/unparse.h"
#include "sql/lexer/error_codes.h"
#include "sql/parser/parser.h"

namespace millrace::sql {
namespace {

TEST(ParserScript, StatementsWithTheirText) {
  ScriptParser parser(
      "-- a comment\n;;\nSET 'a' = 'b;c';\n"
      "SELECT ';' /* ; */ FROM t -- ;\n;\n"
      "BEGIN STATEMENT SET;\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND;\n"
      "SHOW TABLES");
  const char* texts[] = {"SET 'a' = 'b;c'", "SELECT ';' /* ; */ FROM t",
                         "BEGIN STATEMENT SET;\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND",
                         "SHOW TABLES"};
  int index = 0;
  for (const char* text : texts) {
    auto next = parser.Next();
    ASSERT_TRUE(next.ok()) << next.status().ToString();
    ASSERT_TRUE(next->has_value());
    EXPECT_EQ((*next)->text, text);
    EXPECT_EQ((*next)->index, ++index);
    EXPECT_EQ(parser.statement_index(), index);
  }
  for (int i = 0; i < 2; ++i) {
    const auto end = parser.Next();
    ASSERT_TRUE(end.ok());
    EXPECT_FALSE(end->has_value());
  }
}

TEST(ParserScript, StatementsBeforeAnErrorCanRun) {
  ScriptParser parser("SELECT 1; SELECT 2; SELECT FROM t; SELECT 'open");
  for (int i = 0; i < 2; ++i) {
    const auto next = parser.Next();
    ASSERT_TRUE(next.ok() && next->has_value());
  }
  for (int i = 0; i < 2; ++i) {
    const auto next = parser.Next();
    ASSERT_FALSE(next.ok());
    EXPECT_EQ(next.status().code(), kSyntaxError);
    EXPECT_EQ(next.status().place()->column, 28);
    EXPECT_EQ(parser.statement_index(), 3);
  }
}

TEST(ParserScript, ErrorOfTheLexerComesInItsPlace) {
  ScriptParser parser("SELECT 1; SELECT 'open");
  ASSERT_TRUE(parser.Next().ok());
  EXPECT_EQ(parser.Next().status().code(), kUnclosedString);
  ScriptParser bad("SELECT '\xFF'");
  EXPECT_EQ(bad.Next().status().code(), kUnknownCharacter);
}

TEST(ParserScript, EmptyScripts) {
  for (const char* text : {"", " \n", "-- x", "/* x */ ;", ";;;"}) {
    ScriptParser parser(text);
    const auto next = parser.Next();
    ASSERT_TRUE(next.ok()) << text;
    EXPECT_FALSE(next->has_value()) << text;
  }
}

TEST(ParserScript, MissingSemicolonNamesTheNextStatement) {
  ScriptParser parser("SHOW TABLES\nSELECT 1;");
  const auto next = parser.Next();
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.status().place()->line, 2);
  EXPECT_NE(next.status().message().find("';'"), std::string::npos) << next.status().message();
}

TEST(ParserScript, InputOfAShell) {
  struct Case {
    const char* text;
    InputState state;
  };
  using enum InputState;
  const Case cases[] = {
      {"", kEmpty},
      {"  -- nothing", kEmpty},
      {"SELECT 1", kIncomplete},
      {"SELECT 1;", kComplete},
      {"SELECT 1; ", kComplete},
      {"SELECT 1; -- done", kComplete},
      {"SELECT 1; SELECT 2", kIncomplete},
      {"SELECT ';", kIncomplete},
      {"SELECT 'a;\n", kIncomplete},
      {"SELECT 1 /* ;", kIncomplete},
      {"SELECT 1 -- ;", kIncomplete},
      {"SELECT /*+ ;", kIncomplete},
      {"SELCT ;", kComplete},
      {"SELECT # 1", kComplete},
      {"SELECT `a", kComplete},
      {"BEGIN STATEMENT SET;", kIncomplete},
      {"BEGIN STATEMENT SET; INSERT INTO a SELECT 1;", kIncomplete},
      {"BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END", kIncomplete},
      {"BEGIN STATEMENT SET; INSERT INTO a SELECT CASE WHEN b THEN 1 END;", kIncomplete},
      {"BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;", kComplete},
      {"EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;", kIncomplete},
      {"EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END;", kComplete},
      {"EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1;", kIncomplete},
      {"EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; END; SELECT 1;", kComplete},
  };
  for (const Case& test : cases) EXPECT_EQ(CheckInput(test.text), test.state) << test.text;
}

TEST(ParserScript, WholeTexts) {
  EXPECT_TRUE(ParseStatementText("SELECT 1;;").ok());
  EXPECT_EQ(ParseStatementText("SELECT 1; SELECT 2").status().code(), kSyntaxError);
  EXPECT_EQ(ParseExpressionText("a b").status().code(), kSyntaxError);
  EXPECT_EQ(ParseQueryText("SELECT 1;").status().code(), kSyntaxError);
  EXPECT_EQ(ParseTypeText("INT INT").status().code(), kSyntaxError);
  EXPECT_EQ(ParseExpressionText(std::string(kScriptBytesMax + 1, ' ')).status().code(), kScriptTooLarge);
}

}  // namespace
}  // namespace millrace::sql
