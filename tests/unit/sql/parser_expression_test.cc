#include <gtest/gtest.h>

#include "sql/ast/unparse.h"
#include "sql/lexer/error_codes.h"
#include "sql/parser/parser.h"

namespace millrace::sql {
namespace {

struct Case {
  std::string_view text;
  std::string_view unparsed;
};

void ExpectUnparsed(const Case& test) {
  SCOPED_TRACE(test.text);
  const auto expression = ParseExpressionText(test.text);
  ASSERT_TRUE(expression.ok()) << expression.status().ToString();
  const std::string text = Unparse(**expression);
  EXPECT_EQ(text, test.unparsed);
  const auto again = ParseExpressionText(text);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(Unparse(**again), text);
}

template <class Node>
const Node* As(const ExpressionPtr& expression) {
  return expression->As<Node>();
}

TEST(ParserExpression, Precedence) {
  // Parentheses are written where the tree needs them only, so they show how the text was read.
  const Case cases[] = {
      {"a OR b AND c", "`a` OR `b` AND `c`"},
      {"(a OR b) AND c", "(`a` OR `b`) AND `c`"},
      {"a AND (b AND c)", "`a` AND (`b` AND `c`)"},
      {"a AND b AND c", "`a` AND `b` AND `c`"},
      {"NOT a = b AND c", "NOT `a` = `b` AND `c`"},
      {"NOT (a = b)", "NOT `a` = `b`"},
      {"(NOT a) = b", "(NOT `a`) = `b`"},
      {"a = NOT b", "`a` = (NOT `b`)"},
      {"NOT a IS NULL", "NOT `a` IS NULL"},
      {"(NOT a) IS NULL", "(NOT `a`) IS NULL"},
      {"a = b IS NULL", "`a` = `b` IS NULL"},
      {"a = (b IS NULL)", "`a` = (`b` IS NULL)"},
      {"a < b = c", "`a` < `b` = `c`"},
      {"a < (b = c)", "`a` < (`b` = `c`)"},
      {"a + b * c - d", "`a` + `b` * `c` - `d`"},
      {"(a + b) * c", "(`a` + `b`) * `c`"},
      {"a - (b - c)", "`a` - (`b` - `c`)"},
      {"a / b * c % d", "`a` / `b` * `c` % `d`"},
      {"a / (b * c)", "`a` / (`b` * `c`)"},
      {"a || b || c", "`a` || `b` || `c`"},
      {"a || b * c", "`a` || `b` * `c`"},
      {"a || b + c", "`a` || `b` + `c`"},
      {"a || (b + c)", "`a` || (`b` + `c`)"},
      {"-a * b", "- `a` * `b`"},
      {"-(a * b)", "- (`a` * `b`)"},
      {"-a[1].b", "- `a`[1].`b`"},
      {"(-a)[1]", "(- `a`)[1]"},
      {"a BETWEEN 1 AND 2 AND b", "`a` BETWEEN ASYMMETRIC 1 AND 2 AND `b`"},
      {"a BETWEEN 1 + 1 AND 2 * 3 OR b", "`a` BETWEEN ASYMMETRIC 1 + 1 AND 2 * 3 OR `b`"},
      {"a BETWEEN 1 AND 2 = TRUE", "`a` BETWEEN ASYMMETRIC 1 AND 2 = TRUE"},
      {"a = (b BETWEEN 1 AND 2)", "`a` = `b` BETWEEN ASYMMETRIC 1 AND 2"},
      {"a LIKE b || c ESCAPE '!' AND d", "`a` LIKE `b` || `c` ESCAPE '!' AND `d`"},
      {"a IN (1, 2) IS TRUE", "`a` IN (1, 2) IS TRUE"},
      {"a + 1 IN (1) AND b", "`a` + 1 IN (1) AND `b`"},
      {"a = 1 OR b = 2 AND NOT c > 3", "`a` = 1 OR `b` = 2 AND NOT `c` > 3"},
      {"a IS DISTINCT FROM b AND c", "`a` IS DISTINCT FROM `b` AND `c`"},
      {"a MULTISET UNION b MULTISET INTERSECT c",
       "`a` MULTISET UNION DISTINCT `b` MULTISET INTERSECT DISTINCT `c`"},
  };
  for (const Case& test : cases) ExpectUnparsed(test);
}

TEST(ParserExpression, LiteralsAndNames) {
  const Case cases[] = {
      {"1", "1"},
      {"1.50", "1.50"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1e3", "1E3"},
      {"-1", "-1"},
      {"- -1", "- (-1)"},
      {"+a", "+ `a`"},
      {"'it''s'", "'it''s'"},
      {"'a'\n 'b'", "'ab'"},
      {"U&'\\00e9'", "'\xC3\xA9'"},
      {"U&'!00e9' UESCAPE '!'", "'\xC3\xA9'"},
      {"E'a\\tb'", "'a\tb'"},
      {"x'0aff'", "X'0AFF'"},
      {"true AND unknown OR FALSE", "TRUE AND UNKNOWN OR FALSE"},
      {"null", "NULL"},
      {"date '2026-01-02'", "DATE '2026-01-02'"},
      {"TIME '10:00:00'", "TIME '10:00:00'"},
      {"TIMESTAMP '2026-01-02 10:00:00.123'", "TIMESTAMP '2026-01-02 10:00:00.123'"},
      {"TIMESTAMP WITH LOCAL TIME ZONE '2026-01-02 10:00:00'",
       "TIMESTAMP WITH LOCAL TIME ZONE '2026-01-02 10:00:00'"},
      {"DECIMAL '1.5'", "1.5"},
      {"INTERVAL '5' SECOND(3)", "INTERVAL '5' SECOND(3)"},
      {"INTERVAL -'5' days", "INTERVAL -'5' DAY"},
      {"INTERVAL '1 2:03:04.5' DAY(2) TO SECOND(1)", "INTERVAL '1 2:03:04.5' DAY(2) TO SECOND(1)"},
      {"INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '1-2' YEAR TO MONTH"},
      {"INTERVAL '5' SECOND(3, 6)", "INTERVAL '5' SECOND(3, 6)"},
      {"INTERVAL x MINUTES", "INTERVAL `x` MINUTE"},
      {"INTERVAL 3 DAY", "INTERVAL 3 DAY"},
      {"INTERVAL (a + b) WEEK", "INTERVAL (`a` + `b`) WEEK"},
      {"INTERVAL -x DAY", "INTERVAL (- `x`) DAY"},
      {"(a - b) DAY", "(`a` - `b`) DAY"},
      {"a.b.c", "`a`.`b`.`c`"},
      {"`select`.`a``b`", "`select`.`a``b`"},
      {"t.*", "`t`.*"},
      {"key", "`key`"},
  };
  for (const Case& test : cases) ExpectUnparsed(test);
}

TEST(ParserExpression, Predicates) {
  const Case cases[] = {
      {"a IS NOT TRUE", "`a` IS NOT TRUE"},
      {"a IS JSON", "`a` IS JSON VALUE"},
      {"a IS NOT JSON OBJECT", "`a` IS NOT JSON OBJECT"},
      {"a IS A SET", "`a` IS A SET"},
      {"a IS NOT DISTINCT FROM b", "`a` IS NOT DISTINCT FROM `b`"},
      {"a NOT BETWEEN SYMMETRIC 1 AND 2", "`a` NOT BETWEEN SYMMETRIC 1 AND 2"},
      {"a NOT LIKE 'x'", "`a` NOT LIKE 'x'"},
      {"a NOT SIMILAR TO 'x' ESCAPE 'y'", "`a` NOT SIMILAR TO 'x' ESCAPE 'y'"},
      {"a ILIKE 'x'", "`a` ILIKE 'x'"},
      {"a RLIKE 'x'", "`a` RLIKE 'x'"},
      {"a NOT IN (1, 'x', NULL)", "`a` NOT IN (1, 'x', NULL)"},
      {"(a, b) IN ((1, 2), (3, 4))", "ROW(`a`, `b`) IN (ROW(1, 2), ROW(3, 4))"},
      {"a IN (SELECT 1)", "`a` IN (SELECT 1)"},
      {"a IN ((SELECT 1) UNION ALL SELECT 2)", "`a` IN (SELECT 1\nUNION ALL\nSELECT 2)"},
      {"a IN ((SELECT 1), 2)", "`a` IN ((SELECT 1), 2)"},
      {"EXISTS (SELECT 1)", "EXISTS (SELECT 1)"},
      {"NOT EXISTS (VALUES 1)", "NOT EXISTS (VALUES ROW(1))"},
      {"a > ALL (1, 2)", "`a` > ALL (1, 2)"},
      {"a = ANY (SELECT 1) AND b", "`a` = SOME (SELECT 1) AND `b`"},
      {"a MEMBER OF b", "`a` MEMBER OF `b`"},
      {"a NOT SUBMULTISET OF b", "`a` NOT SUBMULTISET OF `b`"},
      {"(a, b) OVERLAPS (c, d)", "ROW(`a`, `b`) OVERLAPS ROW(`c`, `d`)"},
      {"a IMMEDIATELY PRECEDES b", "`a` IMMEDIATELY PRECEDES `b`"},
  };
  for (const Case& test : cases) ExpectUnparsed(test);
}

TEST(ParserExpression, Functions) {
  const Case cases[] = {
      {"f()", "F()"},
      {"count(*)", "COUNT(*)"},
      {"COUNT(DISTINCT a, b)", "COUNT(DISTINCT `a`, `b`)"},
      {"`my fn`(a)", "`my fn`(`a`)"},
      {"cat.db.fn(a)", "`cat`.`db`.`fn`(`a`)"},
      {"IF(a, 1, 2)", "IF(`a`, 1, 2)"},
      {"left(a, 1) || right(b, 1)", "LEFT(`a`, 1) || RIGHT(`b`, 1)"},
      {"CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"},
      {"CURRENT_TIMESTAMP(3)", "CURRENT_TIMESTAMP(3)"},
      {"f(a => 1, b => DEFAULT)", "F(`a` => 1, `b` => DEFAULT)"},
      {"extract(year FROM ts)", "EXTRACT(YEAR FROM `ts`)"},
      {"EXTRACT(DAYOFWEEK FROM ts)", "EXTRACT(DOW FROM `ts`)"},
      {"FLOOR(a)", "FLOOR(`a`)"},
      {"CEILING(ts TO DAY)", "CEIL(`ts` TO DAY)"},
      {"TIMESTAMPADD(SQL_TSI_DAY, 1, ts)", "TIMESTAMPADD(DAY, 1, `ts`)"},
      {"TRIM(a)", "TRIM(BOTH ' ' FROM `a`)"},
      {"TRIM(LEADING 'x' FROM a)", "TRIM(LEADING 'x' FROM `a`)"},
      {"TRIM('x' FROM a)", "TRIM(BOTH 'x' FROM `a`)"},
      {"TRIM(TRAILING FROM a)", "TRIM(TRAILING ' ' FROM `a`)"},
      {"POSITION('a' || 'b' IN c)", "POSITION('a' || 'b' IN `c`)"},
      {"POSITION(a IN b FROM 2)", "POSITION(`a` IN `b` FROM 2)"},
      {"OVERLAY(a PLACING b FROM 1 FOR 2)", "OVERLAY(`a` PLACING `b` FROM 1 FOR 2)"},
      {"SUBSTRING(a FROM 2 FOR 3)", "SUBSTRING(`a`, 2, 3)"},
      {"SUBSTRING(a, 2)", "SUBSTRING(`a`, 2)"},
      {"TRANSLATE(a, 'b', 'c')", "TRANSLATE(`a`, 'b', 'c')"},
      {"CONVERT(a USING utf8)", "CONVERT(`a` USING `utf8`)"},
      {"SUM(a) FILTER (WHERE b > 1)", "SUM(`a`) FILTER (WHERE `b` > 1)"},
      {"LISTAGG(a, ',') WITHIN GROUP (ORDER BY b DESC)",
       "LISTAGG(`a`, ',') WITHIN GROUP (ORDER BY `b` DESC)"},
      {"ARRAY_AGG(DISTINCT a ORDER BY b NULLS LAST)", "ARRAY_AGG(DISTINCT `a` ORDER BY `b` NULLS LAST)"},
      {"FIRST_VALUE(a) IGNORE NULLS OVER w", "FIRST_VALUE(`a`) IGNORE NULLS OVER `w`"},
      {"ROW_NUMBER() OVER (PARTITION BY a, b ORDER BY c DESC NULLS FIRST)",
       "ROW_NUMBER() OVER (PARTITION BY `a`, `b` ORDER BY `c` DESC NULLS FIRST)"},
      {"SUM(a) OVER (w ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
       "SUM(`a`) OVER (`w` ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"},
      {"SUM(a) OVER (ORDER BY ts RANGE INTERVAL '1' HOUR PRECEDING)",
       "SUM(`a`) OVER (ORDER BY `ts` RANGE INTERVAL '1' HOUR PRECEDING)"},
      {"SUM(a) OVER (RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
       "SUM(`a`) OVER (RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"},
      {"f(x).a", "F(`x`).`a`"},
      {"(a).b", "(`a`).`b`"},
      {"m['k'].b[2]", "`m`['k'].`b`[2]"},
      {"FINAL LAST(a.b, 1)", "FINAL LAST(`a`.`b`, 1)"},
      {"DESCRIPTOR(a, `b`)", "DESCRIPTOR(`a`, `b`)"},
  };
  for (const Case& test : cases) ExpectUnparsed(test);
}

TEST(ParserExpression, JsonFunctions) {
  const Case cases[] = {
      {"JSON_VALUE(a, 'lax $.x' RETURNING INT NULL ON EMPTY DEFAULT 1 + 1 ON ERROR)",
       "JSON_VALUE(`a`, 'lax $.x' RETURNING INTEGER NULL ON EMPTY DEFAULT 1 + 1 ON ERROR)"},
      {"JSON_VALUE(a, '$')", "JSON_VALUE(`a`, '$')"},
      {"JSON_EXISTS(a, '$' TRUE ON ERROR)", "JSON_EXISTS(`a`, '$' TRUE ON ERROR)"},
      {"JSON_QUERY(a, '$')", "JSON_QUERY(`a`, '$' WITHOUT ARRAY WRAPPER NULL ON EMPTY NULL ON ERROR)"},
      {"JSON_QUERY(a, '$' RETURNING ARRAY<STRING> WITH CONDITIONAL WRAPPER EMPTY ARRAY ON EMPTY ERROR ON "
       "ERROR)",
       "JSON_QUERY(`a`, '$' RETURNING ARRAY< STRING > WITH CONDITIONAL ARRAY WRAPPER EMPTY ARRAY ON EMPTY "
       "ERROR ON "
       "ERROR)"},
      {"JSON_OBJECT(KEY 'a' VALUE 1, 'b' : 2, 'c' VALUE '{}' FORMAT JSON ABSENT ON NULL)",
       "JSON_OBJECT(KEY 'a' VALUE 1, KEY 'b' VALUE 2, KEY 'c' VALUE '{}' FORMAT JSON ABSENT ON NULL)"},
      {"JSON_OBJECT()", "JSON_OBJECT(NULL ON NULL)"},
      {"JSON_ARRAY(1, 'x' NULL ON NULL)", "JSON_ARRAY(1, 'x' NULL ON NULL)"},
      {"JSON_OBJECTAGG(KEY a VALUE b) FILTER (WHERE c)",
       "JSON_OBJECTAGG(KEY `a` VALUE `b` NULL ON NULL) FILTER (WHERE `c`)"},
      {"JSON_ARRAYAGG(a ORDER BY b)", "JSON_ARRAYAGG(`a` ABSENT ON NULL) WITHIN GROUP (ORDER BY `b`)"},
  };
  for (const Case& test : cases) ExpectUnparsed(test);
}

TEST(ParserExpression, ConstructorsAndCases) {
  const Case cases[] = {
      {"(a, b)", "ROW(`a`, `b`)"},
      {"ROW(a)", "ROW(`a`)"},
      {"ARRAY[1, 2]", "ARRAY[1, 2]"},
      {"ARRAY[]", "ARRAY[]"},
      {"MAP['a', 1]", "MAP['a', 1]"},
      {"MULTISET[a]", "MULTISET[`a`]"},
      {"ARRAY(SELECT 1)", "ARRAY (SELECT 1)"},
      {"(SELECT 1) + 1", "(SELECT 1) + 1"},
      {"((SELECT 1 ORDER BY a) LIMIT 2)", "((SELECT 1\nORDER BY `a`)\nFETCH NEXT 2 ROWS ONLY)"},
      {"CASE WHEN a THEN 1 ELSE 2 END", "CASE WHEN `a` THEN 1 ELSE 2 END"},
      {"CASE a WHEN 1 THEN 2 END", "CASE WHEN `a` = 1 THEN 2 ELSE NULL END"},
      {"CASE a WHEN 1, 2 THEN 3 END", "CASE WHEN `a` IN (1, 2) THEN 3 ELSE NULL END"},
  };
  for (const Case& test : cases) ExpectUnparsed(test);
}

TEST(ParserExpression, Types) {
  const Case cases[] = {
      {"int", "INTEGER"},
      {"DEC(10, 2)", "DECIMAL(10, 2)"},
      {"numeric(5)", "DECIMAL(5)"},
      {"CHARACTER VARYING(4)", "VARCHAR(4)"},
      {"BINARY VARYING", "VARBINARY"},
      {"DOUBLE PRECISION NOT NULL", "DOUBLE NOT NULL"},
      {"TIMESTAMP(3) WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(3)"},
      {"TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP"},
      {"TIME(0)", "TIME(0)"},
      {"INTERVAL DAY(3) TO SECOND(6)", "INTERVAL DAY(3) TO SECOND(6)"},
      {"ARRAY<ARRAY<INT NOT NULL>>", "ARRAY< ARRAY< INTEGER NOT NULL > >"},
      {"INT NOT NULL ARRAY NULL", "ARRAY< INTEGER NOT NULL > NULL"},
      {"MAP<STRING, ROW<a INT 'x', b BYTES>>", "MAP< STRING, ROW< `a` INTEGER 'x', `b` BYTES > >"},
      {"ROW(a INT)", "ROW< `a` INTEGER >"},
      {"ROW<>", "ROW<  >"},
      {"MULTISET<BOOLEAN>", "MULTISET< BOOLEAN >"},
      {"RAW('c', 's')", "RAW('c', 's')"},
      {"STRUCTURED<'c', a INT>", "STRUCTURED< 'c', `a` INTEGER >"},
      {"VARIANT", "VARIANT"},
      {"my.type", "`my`.`type`"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    const auto type = ParseTypeText(test.text);
    ASSERT_TRUE(type.ok()) << type.status().ToString();
    EXPECT_EQ(Unparse(**type), test.unparsed);
    const auto again = ParseTypeText(test.unparsed);
    ASSERT_TRUE(again.ok()) << again.status().ToString();
    EXPECT_EQ(Unparse(**again), test.unparsed);
  }
}

TEST(ParserExpression, NodesHavePlaces) {
  const std::string_view text = "f(a) +\n  (b * 2)";
  const auto expression = ParseExpressionText(text);
  ASSERT_TRUE(expression.ok());
  const auto* sum = As<BinaryExpression>(*expression);
  ASSERT_NE(sum, nullptr);
  EXPECT_EQ((*expression)->place.offset, 0u);
  EXPECT_EQ((*expression)->place.length, text.size());
  EXPECT_EQ(sum->op_place.column, 6);
  EXPECT_EQ(sum->left->place.length, 4u);
  EXPECT_EQ(sum->right->place.line, 2);
  EXPECT_EQ(sum->right->place.column, 3);
  EXPECT_EQ(text.substr(sum->right->place.offset, sum->right->place.length), "(b * 2)");
}

TEST(ParserExpression, KeepsDigitsOfNumbers) {
  const auto expression = ParseExpressionText("12345678901234567890.123456789012345678");
  ASSERT_TRUE(expression.ok());
  const auto* literal = As<Literal>(*expression);
  ASSERT_NE(literal, nullptr);
  EXPECT_EQ(literal->kind, LiteralKind::kDecimal);
  EXPECT_EQ(literal->text, "12345678901234567890.123456789012345678");
}

TEST(ParserExpression, BoundsDepthAndLength) {
  const auto repeat = [](std::string_view text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  EXPECT_TRUE(ParseExpressionText(repeat("(", 200) + "a" + repeat(")", 200)).ok());
  EXPECT_TRUE(ParseExpressionText("a" + repeat(" + a", 900)).ok());
  const std::string too_much[] = {
      repeat("(", 100000),
      repeat("- ", 100000) + "a",
      repeat("NOT ", 100000) + "a",
      "a" + repeat(" + a", 100000),
      "a" + repeat("[1]", 100000),
      "a" + repeat(" IS NULL", 100000),
      repeat("CASE WHEN ", 100000),
      repeat("f(", 100000),
      repeat("(SELECT ", 100000),
      "CAST(a AS " + repeat("ARRAY<", 100000),
      "CAST(a AS INT" + repeat(" ARRAY", 100000),
      repeat("((a", 400) + repeat(" + a) + a)", 400),
  };
  for (const std::string& text : too_much) {
    SCOPED_TRACE(text.substr(0, 40));
    EXPECT_EQ(ParseExpressionText(text).status().code(), kNestingTooDeep);
  }
}

}  // namespace
}  // namespace millrace::sql
