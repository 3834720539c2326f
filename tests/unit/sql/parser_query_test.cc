#include <gtest/gtest.h>

#include "sql/ast/unparse.h"
#include "sql/parser/parser.h"

namespace millrace::sql {
namespace {

struct Case {
  std::string_view text;
  std::string_view unparsed;
};

void ExpectUnparsed(const Case& test) {
  SCOPED_TRACE(test.text);
  const auto query = ParseQueryText(test.text);
  ASSERT_TRUE(query.ok()) << query.status().ToString();
  const std::string text = Unparse(**query);
  EXPECT_EQ(text, test.unparsed);
  const auto again = ParseQueryText(text);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(Unparse(**again), text);
}

TEST(ParserQuery, Select) {
  const Case cases[] = {
      {"SELECT 1", "SELECT 1"},
      {"select distinct a, b as c, d e from t as x (p, q)",
       "SELECT DISTINCT `a`, `b` AS `c`, `d` AS `e`\nFROM `t` AS `x` (`p`, `q`)"},
      {"SELECT *, t.* FROM c.d.t", "SELECT *, `t`.*\nFROM `c`.`d`.`t`"},
      {"SELECT a FROM t WHERE a > 1 GROUP BY a HAVING COUNT(*) > 2",
       "SELECT `a`\nFROM `t`\nWHERE `a` > 1\nGROUP BY `a`\nHAVING COUNT(*) > 2"},
      {"SELECT a FROM t GROUP BY a, (b, c), ROLLUP(d, (e, f)), CUBE(g), GROUPING SETS ((), a, (a, b), "
       "ROLLUP(c))",
       "SELECT `a`\nFROM `t`\nGROUP BY `a`, (`b`, `c`), ROLLUP(`d`, (`e`, `f`)), CUBE(`g`), GROUPING "
       "SETS((), `a`, "
       "(`a`, `b`), ROLLUP(`c`))"},
      {"SELECT a FROM t GROUP BY DISTINCT a", "SELECT `a`\nFROM `t`\nGROUP BY DISTINCT `a`"},
      {"SELECT GROUPING(a) FROM t GROUP BY ()", "SELECT GROUPING(`a`)\nFROM `t`\nGROUP BY ()"},
      {"SELECT SUM(a) OVER w FROM t WINDOW w AS (PARTITION BY b), v AS (w ORDER BY c) QUALIFY d = 1",
       "SELECT SUM(`a`) OVER `w`\nFROM `t`\nWINDOW `w` AS (PARTITION BY `b`), `v` AS (`w` ORDER BY "
       "`c`)\nQUALIFY `d` = "
       "1"},
      {"SELECT /*+ BROADCAST(a, b.c), STATE_TTL('x' = '1d'), NO_ARGS */ a FROM t /*+ OPTIONS('k' = 'v') */ "
       "AS x",
       "SELECT /*+ `BROADCAST`(`a`, `b`.`c`), `STATE_TTL`('x' = '1d'), `NO_ARGS` */\n`a`\nFROM `t` /*+ "
       "`OPTIONS`('k' = "
       "'v') */ AS `x`"},
  };
  for (const Case& test : cases) ExpectUnparsed(test);
}

TEST(ParserQuery, SetOperationsOrderAndLimits) {
  const Case cases[] = {
      {"SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 3 INTERSECT SELECT 4",
       "SELECT 1\nUNION ALL\nSELECT 2\nEXCEPT\nSELECT 3\nINTERSECT\nSELECT 4"},
      {"(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3", "(SELECT 1\nUNION\nSELECT 2)\nINTERSECT\nSELECT 3"},
      {"SELECT 1 EXCEPT (SELECT 2 EXCEPT SELECT 3)", "SELECT 1\nEXCEPT\n(SELECT 2\nEXCEPT\nSELECT 3)"},
      {"SELECT 1 UNION DISTINCT SELECT 2", "SELECT 1\nUNION\nSELECT 2"},
      {"(SELECT 1 ORDER BY a) UNION (SELECT 2 LIMIT 1) ORDER BY b",
       "(SELECT 1\nORDER BY `a`)\nUNION\n(SELECT 2\nFETCH NEXT 1 ROWS ONLY)\nORDER BY `b`"},
      {"SELECT a FROM t ORDER BY a DESC NULLS LAST, b ASC LIMIT 5 OFFSET 3",
       "SELECT `a`\nFROM `t`\nORDER BY `a` DESC NULLS LAST, `b`\nOFFSET 3 ROWS\nFETCH NEXT 5 ROWS ONLY"},
      {"SELECT a FROM t OFFSET 5 ROWS FETCH FIRST 3 ROW ONLY",
       "SELECT `a`\nFROM `t`\nOFFSET 5 ROWS\nFETCH NEXT 3 ROWS ONLY"},
      {"SELECT a FROM t LIMIT ALL", "SELECT `a`\nFROM `t`"},
      {"((SELECT 1))", "SELECT 1"},
      {"VALUES (1, 'a'), ROW(2, 'b'), 3", "VALUES ROW(1, 'a'),\nROW(2, 'b'),\nROW(3)"},
      {"TABLE c.t", "TABLE `c`.`t`"},
      {"WITH a AS (SELECT 1), b (x, y) AS (VALUES (1, 2)) SELECT * FROM a UNION ALL SELECT * FROM b",
       "WITH `a` AS (SELECT 1), `b` (`x`, `y`) AS (VALUES ROW(1, 2)) SELECT *\nFROM `a`\nUNION ALL\nSELECT "
       "*\nFROM "
       "`b`"},
      {"WITH RECURSIVE a AS (SELECT 1) SELECT * FROM a LIMIT 1",
       "WITH RECURSIVE `a` AS (SELECT 1) SELECT *\nFROM `a`\nFETCH NEXT 1 ROWS ONLY"},
  };
  for (const Case& test : cases) ExpectUnparsed(test);
}

TEST(ParserQuery, Tables) {
  const Case cases[] = {
      {"SELECT * FROM a, b JOIN c ON TRUE", "SELECT *\nFROM `a`,\n`b`\nINNER JOIN `c` ON TRUE"},
      {"SELECT * FROM a LEFT OUTER JOIN b USING (x, y) CROSS JOIN c NATURAL FULL JOIN d",
       "SELECT *\nFROM `a`\nLEFT JOIN `b` USING (`x`, `y`)\nCROSS JOIN `c`\nNATURAL FULL JOIN `d`"},
      {"SELECT * FROM a JOIN (b RIGHT JOIN c ON x = y) ON z",
       "SELECT *\nFROM `a`\nINNER JOIN (`b`\nRIGHT JOIN `c` ON `x` = `y`) ON `z`"},
      {"SELECT * FROM (a JOIN b ON x) JOIN c ON y",
       "SELECT *\nFROM `a`\nINNER JOIN `b` ON `x`\nINNER JOIN `c` ON `y`"},
      {"SELECT * FROM (SELECT 1) AS s (x)", "SELECT *\nFROM (SELECT 1) AS `s` (`x`)"},
      {"SELECT * FROM ((SELECT 1) UNION (SELECT 2)) x", "SELECT *\nFROM (SELECT 1\nUNION\nSELECT 2) AS `x`"},
      {"SELECT * FROM (VALUES (1)) AS v(x)", "SELECT *\nFROM (VALUES ROW(1)) AS `v` (`x`)"},
      {"SELECT * FROM t, LATERAL (SELECT 1) AS x", "SELECT *\nFROM `t`,\nLATERAL (SELECT 1) AS `x`"},
      {"SELECT * FROM a JOIN b FOR SYSTEM_TIME AS OF a.ts AS c ON a.k = c.k",
       "SELECT *\nFROM `a`\nINNER JOIN `b` FOR SYSTEM_TIME AS OF `a`.`ts` AS `c` ON `a`.`k` = `c`.`k`"},
      {"SELECT * FROM t TABLESAMPLE BERNOULLI (10.5) REPEATABLE (3)",
       "SELECT *\nFROM `t` TABLESAMPLE BERNOULLI(10.5) REPEATABLE(3)"},
      {"SELECT * FROM t CROSS JOIN UNNEST(a, b) WITH ORDINALITY AS u(x, y, o)",
       "SELECT *\nFROM `t`\nCROSS JOIN UNNEST(`a`, `b`) WITH ORDINALITY AS `u` (`x`, `y`, `o`)"},
      {"SELECT * FROM t LEFT JOIN LATERAL TABLE(split(a)) AS s(w) ON TRUE",
       "SELECT *\nFROM `t`\nLEFT JOIN LATERAL TABLE(SPLIT(`a`)) AS `s` (`w`) ON TRUE"},
      {"SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) w",
       "SELECT *\nFROM TABLE(TUMBLE(TABLE `t`, DESCRIPTOR(`ts`), INTERVAL '1' MINUTE)) AS `w`"},
      {"SELECT * FROM HOP(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '1' MINUTE)",
       "SELECT *\nFROM TABLE(HOP(`DATA` => TABLE `t`, `TIMECOL` => DESCRIPTOR(`ts`), `SLIDE` => INTERVAL '1' "
       "MINUTE))"},
      {"SELECT * FROM SESSION(TABLE t PARTITION BY (a, b) ORDER BY c DESC, DESCRIPTOR(ts), INTERVAL '1' "
       "MINUTE)",
       "SELECT *\nFROM TABLE(SESSION(TABLE `t` PARTITION BY (`a`, `b`) ORDER BY (`c` DESC), "
       "DESCRIPTOR(`ts`), INTERVAL "
       "'1' MINUTE))"},
      {"SELECT * FROM f((SELECT 1), MODEL m)", "SELECT *\nFROM TABLE(F((SELECT 1), MODEL `m`))"},
  };
  for (const Case& test : cases) ExpectUnparsed(test);
}

TEST(ParserQuery, MatchRecognize) {
  ExpectUnparsed(
      {"SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY ts MEASURES FIRST(A.x) AS fx, LAST(B.y, 1) "
       "AS ly "
       "ONE ROW PER MATCH AFTER MATCH SKIP TO FIRST B PATTERN (^ A B+? C{1,3} (D | E)* {- F -} PERMUTE(G, H) "
       "I{,2} $) "
       "WITHIN INTERVAL '1' HOUR SUBSET S = (A, B) DEFINE A AS A.x > 1, B AS PREV(B.x) < 2) AS m",
       "SELECT *\nFROM `t` MATCH_RECOGNIZE(\nPARTITION BY `a`\nORDER BY `ts`\nMEASURES FIRST(`A`.`x`) AS "
       "`fx`, "
       "LAST(`B`.`y`, 1) AS `ly`\nONE ROW PER MATCH\nAFTER MATCH SKIP TO FIRST `B`\nPATTERN (^ `A` `B` + ? "
       "`C` {1, 3} "
       "(`D` | `E`) * {- `F` -} PERMUTE (`G`, `H`) `I` {0, 2} $) WITHIN INTERVAL '1' HOUR\nSUBSET `S` = "
       "(`A`, "
       "`B`)\nDEFINE `A` AS `A`.`x` > 1, `B` AS PREV(`B`.`x`) < 2) AS `m`"});
  for (const char* skip : {"TO NEXT ROW", "PAST LAST ROW", "TO LAST `A`", "TO FIRST `A`"}) {
    const std::string text = std::string("SELECT * FROM t MATCH_RECOGNIZE (AFTER MATCH SKIP ") + skip +
                             " PATTERN (A {2,}) DEFINE A AS TRUE)";
    const auto query = ParseQueryText(text);
    ASSERT_TRUE(query.ok()) << text << query.status().ToString();
    EXPECT_NE(Unparse(**query).find(std::string("AFTER MATCH SKIP ") + skip), std::string::npos);
  }
}

TEST(ParserQuery, ShapeOfTheTree) {
  const auto query = ParseQueryText(
      "SELECT a FROM x /*+ OPTIONS('k' = 'v') */ LEFT JOIN TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL "
      "'1' DAY)) "
      "ON a = b LIMIT 3");
  ASSERT_TRUE(query.ok()) << query.status().ToString();
  EXPECT_NE((*query)->limit, nullptr);
  const auto* select = (*query)->As<Select>();
  ASSERT_NE(select, nullptr);
  const auto* join = select->from->As<Join>();
  ASSERT_NE(join, nullptr);
  EXPECT_EQ(join->kind, JoinKind::kLeft);
  const auto* left = join->left->As<NamedTable>();
  ASSERT_NE(left, nullptr);
  ASSERT_EQ(left->hints.size(), 1u);
  EXPECT_EQ(left->hints[0].kind, HintKind::kProperties);
  EXPECT_EQ(left->hints[0].properties[0].value.text, "v");
  const auto* function = join->right->As<TableFunction>();
  ASSERT_NE(function, nullptr);
  EXPECT_TRUE(function->table_keyword);
  const auto* call = function->call->As<FunctionCall>();
  ASSERT_NE(call, nullptr);
  ASSERT_EQ(call->arguments.size(), 3u);
  EXPECT_NE(call->arguments[0].value->As<TableArgument>(), nullptr);
  EXPECT_EQ(call->arguments[1].value->As<Descriptor>()->columns[0].text, "ts");
  EXPECT_NE(call->arguments[2].value->As<IntervalLiteral>(), nullptr);
}

}  // namespace
}  // namespace millrace::sql
