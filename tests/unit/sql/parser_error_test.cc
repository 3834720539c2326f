#include <gtest/gtest.h>

#include "sql/error_rendering.h"
#include "sql/lexer/error_codes.h"
#include "sql/parser/parser.h"
#include "sql/parser/spelling.h"

namespace millrace::sql {
namespace {

struct Case {
  std::string_view text;
  ErrorCode code;
  int line;
  int column;
  std::string_view message;     // a part of it
  std::string_view suggestion;  // a part of it; empty: none at all
};

TEST(ParserError, PlaceMessageAndSuggestion) {
  const Case cases[] = {
      // Misspelt words.
      {"SELCT a FROM t", kSyntaxError, 1, 1, "syntax error at: SELCT", "did you mean SELECT?"},
      {"CREATE TABL t (a INT)", kSyntaxError, 1, 8, "found: TABL", "did you mean TABLE?"},
      {"SELECT a FORM t", kSyntaxError, 1, 10, "syntax error at: FORM", "did you mean FROM?"},
      {"SELECT a\nFROM t\nWHER a = 1", kSyntaxError, 3, 1, "WHER", "did you mean WHERE?"},
      {"SELECT a FROM t GRUOP BY a", kSyntaxError, 1, 17, "GRUOP", "did you mean GROUP?"},
      {"INSERT INTO t SELEC 1", kSyntaxError, 1, 15, "SELEC", "did you mean SELECT?"},
      {"SHOW TABLS", kSyntaxError, 1, 6, "TABLS", "did you mean TABLES?"},
      {"CREATE TABLE t (a INTEGR)", kUnknownWord, 1, 19, "unknown type: INTEGR", "did you mean INTEGER?"},
      {"SELECT EXTRACT(YAER FROM a)", kUnknownWord, 1, 16, "unknown time unit: YAER", "did you mean YEAR?"},
      {"SELECT INTERVAL '1' SECONT", kSyntaxError, 1, 21, "found: SECONT", "did you mean SECOND?"},
      // Reserved words.
      {"SELECT at FROM t", kReservedWord, 1, 8, "reserved word where a name is expected: at", "write `at`"},
      {"CREATE TABLE t (\n  value INT)", kReservedWord, 2, 3, "value", "write `value`"},
      {"CREATE TABLE order (a INT)", kReservedWord, 1, 14, "order", "write `order`"},
      {"SELECT a AS day FROM t", kReservedWord, 1, 13, "day", "write `day`"},
      {"SELECT initial, method FROM t", kReservedWord, 1, 8, "initial", "write `initial`"},
      {"SELECT t.by FROM t", kReservedWord, 1, 10, "by", "write `by`"},
      {"SELECT a value FROM t", kSyntaxError, 1, 10, "syntax error at: value", "write `value`"},
      {"SELECT date FROM t", kReservedWord, 1, 8, "date", "write `date`"},
      // What is missing.
      {"SELECT a, FROM t", kSyntaxError, 1, 11, "expected an expression, found: FROM", ""},
      {"SELECT a FROM t WHERE", kUnexpectedEnd, 1, 22, "ends too early, expected an expression", ""},
      {"SELECT CAST(a AS INT FROM t", kSyntaxError, 1, 22, "expected NOT or ')', found: FROM", ""},
      {"SELECT CASE WHEN a THEN 1 FROM t", kSyntaxError, 1, 27, "expected WHEN, ELSE or END", ""},
      {"SELECT a[1 FROM t", kSyntaxError, 1, 12, "expected ']'", ""},
      {"SELECT a FROM t GROUP a", kSyntaxError, 1, 23, "expected BY, found: a", ""},
      {"SELECT * FROM a JOIN b", kUnexpectedEnd, 1, 23, "expected ON or USING", ""},
      {"SELECT a IN ()", kSyntaxError, 1, 14, "expected an expression, found: )", ""},
      {"SELECT f(1,)", kSyntaxError, 1, 12, "expected an expression", ""},
      {"CREATE VIEW v SELECT 1", kSyntaxError, 1, 15, "found: SELECT", ""},
      {"CREATE TABLE t (a)", kSyntaxError, 1, 17, "column has no type: a", "data type"},
      {"CREATE TABLE t (a INT) WITH (k = 'v')", kSyntaxError, 1, 30, "an option in quotes", ""},
      {"CREATE TABLE t (a INT) WITH ('k' = 1)", kSyntaxError, 1, 36, "a value in quotes", ""},
      {"SHOW COLUMNS", kUnexpectedEnd, 1, 13, "expected FROM or IN", ""},
      {"SELECT a FROM t LIMIT -1", kSyntaxError, 1, 23, "expected a number of rows, found: -", ""},
      {"SELECT a FROM t LIMIT x", kSyntaxError, 1, 23, "a number of rows", ""},
      {"SELECT ('a' 'b')", kSyntaxError, 1, 13, "found: 'b'", ""},
      {"", kUnexpectedEnd, 1, 1, "ends too early", ""},
      {"SELECT 1 SELECT 2", kSyntaxError, 1, 10, "syntax error at: SELECT", "put ; between"},
      // Other dialects.
      {"SELECT a FROM t WHERE a != 1", kSyntaxError, 1, 25, "syntax error at: !=", "use <>"},
      {"SELECT a FROM t WHERE a == 1", kSyntaxError, 1, 26, "found: =", "single ="},
      {"SELECT a FROM t WHERE a && b", kUnknownCharacter, 1, 25, "unexpected character: &", "AND"},
      {"SELECT \"a\" FROM t", kUnknownCharacter, 1, 8, "unexpected character: \"", "`...`"},
      {"SELECT ? FROM t", kUnsupportedSyntax, 1, 8, "parameters", "value"},
      {"SELECT STREAM a FROM t", kUnsupportedSyntax, 1, 8, "STREAM", "leave STREAM out"},
      {"SELECT * FROM t PIVOT (SUM(a) FOR b IN (1))", kUnsupportedSyntax, 1, 17, "PIVOT", "CASE"},
      {"SELECT * FROM t CROSS APPLY f(a)", kUnsupportedSyntax, 1, 23, "APPLY", "LATERAL"},
      {"SELECT f(a).g(b)", kUnsupportedSyntax, 1, 13, "methods", "as a function"},
      {"SELECT NEXT VALUE FOR s", kUnsupportedSyntax, 1, 8, "sequences", ""},
      {"MERGE INTO t USING s ON a WHEN MATCHED THEN DELETE", kUnsupportedSyntax, 1, 1, "MERGE",
       "INSERT INTO"},
      {"SELECT EXTRACT(WEEK(MONDAY) FROM a)", kUnsupportedSyntax, 1, 20, "WEEK", ""},
      // Quotes, escapes and numbers.
      {"SELECT 'a FROM t", kUnclosedString, 1, 8, "string is not closed", "'"},
      {"SELECT `a FROM t", kUnclosedName, 1, 8, "quoted name is not closed", "`"},
      {"SELECT `` FROM t", kUnclosedName, 1, 8, "quoted name is empty", ""},
      {"SELECT a /* b", kUnclosedComment, 1, 10, "comment is not closed", "*/"},
      {"SELECT U&'\\zzzz'", kBadEscape, 1, 8, "malformed escape", ""},
      {"SELECT U&'a' UESCAPE 'xy'", kBadEscape, 1, 22, "one character", ""},
      {"SELECT X'0'", kBadEscape, 1, 8, "odd number", "two digits"},
      {"CREATE TABLE t (a VARCHAR(99999999999))", kBadNumber, 1, 27, "out of range", ""},
      {"SELECT INTERVAL '1' DAY(11)", kBadNumber, 1, 25, "at most 10", ""},
      // Clauses.
      {"CREATE TABLE t (a INT, WATERMARK FOR a AS a, WATERMARK FOR b AS b)", kDuplicateClause, 1, 46,
       "WATERMARK", "one"},
      {"SELECT JSON_VALUE(a, '$' NULL ON EMPTY ERROR ON EMPTY)", kDuplicateClause, 1, 40, "ON EMPTY", ""},
      {"SELECT INTERVAL '1' DAY TO YEAR", kUnknownWord, 1, 28, "DAY TO YEAR", "YEAR TO MONTH"},
      {"SELECT MAP['a']", kSyntaxError, 1, 15, "a value for each key", ""},
      {"SELECT * FROM a CROSS JOIN b ON TRUE", kSyntaxError, 1, 33, "takes no ON", ""},
      {"SELECT * FROM (a JOIN b ON c) AS x", kSyntaxError, 1, 34, "takes no alias", "SELECT"},
      {"CREATE OR REPLACE CATALOG c", kSyntaxError, 1, 8, "OR REPLACE", ""},
      {"CREATE TEMPORARY DATABASE d", kSyntaxError, 1, 8, "TEMPORARY", ""},
      {"EXPLAIN CREATE TABLE t (a INT)", kStatementNotAllowed, 1, 9, "found: CREATE TABLE", ""},
      {"BEGIN STATEMENT SET; SELECT 1; END", kStatementNotAllowed, 1, 22, "found: SELECT", "END;"},
      {"EXECUTE STATEMENT SET BEGIN END", kSyntaxError, 1, 29, "at least one INSERT", ""},
      {"END", kSyntaxError, 1, 1, "END without BEGIN", ""},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    const auto statement = ParseStatementText(test.text);
    ASSERT_FALSE(statement.ok());
    const Status status = statement.status();
    EXPECT_EQ(status.code(), test.code) << status.ToString();
    ASSERT_TRUE(status.place());
    EXPECT_EQ(status.place()->line, test.line) << status.ToString();
    EXPECT_EQ(status.place()->column, test.column) << status.ToString();
    EXPECT_NE(status.message().find(test.message), std::string::npos) << status.message();
    EXPECT_NE(status.suggestion().find(test.suggestion), std::string::npos) << status.suggestion();
    if (test.suggestion.empty()) EXPECT_EQ(status.suggestion(), "");
  }
}

TEST(ParserError, Spelling) {
  EXPECT_EQ(EditDistance("from", "FROM"), 0u);
  EXPECT_EQ(EditDistance("FORM", "FROM"), 1u);
  EXPECT_EQ(EditDistance("SELCT", "SELECT"), 1u);
  EXPECT_EQ(EditDistance("", "ABC"), 3u);
  EXPECT_TRUE(IsLikelyMisspelling("WHER", "WHERE"));
  EXPECT_FALSE(IsLikelyMisspelling("WHERE", "where"));
  EXPECT_FALSE(IsLikelyMisspelling("a", "AS"));
  EXPECT_FALSE(IsLikelyMisspelling("total", "FROM"));
  EXPECT_FALSE(IsLikelyMisspelling(std::string(100, 'x'), "FROM"));
}

TEST(ParserError, Rendering) {
  const std::string_view source = "SELECT 1;\nSELECT a\tFORM t;\n";
  ScriptParser parser(source);
  ASSERT_TRUE(parser.Next().ok());
  const Status status = parser.Next().status();
  EXPECT_EQ(RenderError(status, source),
            "error MR-1001: syntax error at: FORM\n"
            "  --> 2:10\n"
            "2 | SELECT a FORM t;\n"
            "  |          ^^^^\n"
            "help: did you mean FROM?");
  EXPECT_EQ(RenderError(status, source, "x.sql").substr(37, 15), "  --> x.sql:2:1");
}

TEST(ParserError, RenderingWithoutPlaceAndOfLongLines) {
  EXPECT_EQ(RenderError(Status(kSyntaxError, "oops"), "abc"), "error MR-1001: oops");
  const Status outside = Status(kSyntaxError, "oops").WithPlace(SourcePlace{1, 100, 99, 1});
  EXPECT_EQ(RenderError(outside, "abc"), "error MR-1001: oops");
  const Status at_end = Status(kSyntaxError, "oops").WithPlace(SourcePlace{1, 4, 3, 0});
  EXPECT_EQ(RenderError(at_end, "abc"), "error MR-1001: oops\n  --> 1:4\n1 | abc\n  |    ^");
  const std::string source = std::string(200, 'x') + "\xC3\xA4!" + std::string(200, 'y');
  const Status far = Status(kSyntaxError, "oops").WithPlace(SourcePlace{1, 202, 202, 1});
  EXPECT_EQ(RenderError(far, source), "error MR-1001: oops\n  --> 1:202\n1 | ..." + std::string(59, 'x') +
                                          "\xC3\xA4!" + std::string(59, 'y') + "...\n  | " +
                                          std::string(63, ' ') + "^");
}

}  // namespace
}  // namespace millrace::sql
