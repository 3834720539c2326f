#include <gtest/gtest.h>

#include "tests/unit/sql/planning.h"

namespace millrace::sql {
namespace {

constexpr char kTables[] = R"(
CREATE TABLE t (a INT, b BIGINT NOT NULL, d DECIMAL(10, 2), s STRING, c CHAR(3) NOT NULL, f DOUBLE, ok BOOLEAN,
  r ROW<x INT, y ROW<z STRING NOT NULL>>, l ARRAY<INT>, m MAP<STRING, BIGINT>, ts TIMESTAMP(3), p AS PROCTIME(),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'stream', 'format' = 'json');
CREATE TABLE u (a INT, k BIGINT, s STRING NOT NULL) WITH ('connector' = 'stream', 'format' = 'json');
)";

struct Case {
  const char* query;
  const char* schema;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.query;
}

class ResultTypes : public testing::TestWithParam<Case> {};

TEST_P(ResultTypes, AreFlinks) {
  Planning planning;
  ASSERT_TRUE(planning.Run(kTables).ok()) << planning.Run(kTables).status().ToString();
  EXPECT_EQ(planning.SchemaOf(GetParam().query), GetParam().schema);
}

INSTANTIATE_TEST_SUITE_P(
    Literals, ResultTypes,
    testing::Values(
        Case{"SELECT 1, 2147483648, 1.50, .5, 1e3, 'abc', '', TRUE",
             "EXPR$0 INT NOT NULL, EXPR$1 BIGINT NOT NULL, EXPR$2 DECIMAL(3, 2) NOT NULL, EXPR$3 DECIMAL(1, "
             "1) NOT NULL, "
             "EXPR$4 DOUBLE NOT NULL, EXPR$5 CHAR(3) NOT NULL, EXPR$6 CHAR(0) NOT NULL, EXPR$7 BOOLEAN NOT "
             "NULL"},
        Case{"SELECT -2147483648, -2147483649, 0.001",
             "EXPR$0 INT NOT NULL, EXPR$1 BIGINT NOT NULL, EXPR$2 DECIMAL(4, 3) NOT NULL"},
        Case{"SELECT DATE '2026-01-02', TIMESTAMP '2026-01-02 03:04:05.678', TIME '01:02:03', X'0aff'",
             "EXPR$0 DATE NOT NULL, EXPR$1 TIMESTAMP(3) NOT NULL, EXPR$2 TIME(0) NOT NULL, EXPR$3 BINARY(2) "
             "NOT NULL"},
        Case{"SELECT INTERVAL '1 02:03' DAY TO MINUTE AS i, INTERVAL '1-2' YEAR TO MONTH AS j",
             "i INTERVAL DAY TO SECOND(3) NOT NULL, j INTERVAL YEAR TO MONTH NOT NULL"}));

INSTANTIATE_TEST_SUITE_P(
    Expressions, ResultTypes,
    testing::Values(
        Case{"SELECT a + 1, a + b, d * 2, d / 3, f * d FROM t",
             "EXPR$0 INT, EXPR$1 BIGINT, EXPR$2 DECIMAL(21, 2), EXPR$3 DECIMAL(21, 13), EXPR$4 DOUBLE"},
        Case{"SELECT CASE WHEN ok THEN 1 ELSE 2.5 END, CASE a WHEN 1 THEN 'a' WHEN 2 THEN 'bcd' END FROM t",
             "EXPR$0 DECIMAL(11, 1) NOT NULL, EXPR$1 VARCHAR(3)"},
        Case{"SELECT COALESCE(a, b) AS x, b IS NULL AS y, s || c AS z FROM t",
             "x BIGINT NOT NULL, y BOOLEAN NOT NULL, z STRING"},
        Case{"SELECT r.x, r.y.z, t.r.y, l[1], m['k'] FROM t",
             "x INT, z STRING, y ROW<`z` STRING NOT NULL>, EXPR$3 INT, EXPR$4 BIGINT"},
        Case{"SELECT CAST(s AS INT), TRY_CAST(c AS BIGINT), CAST(NULL AS DATE) FROM t",
             "EXPR$0 INT, EXPR$1 BIGINT, EXPR$2 DATE"},
        Case{"SELECT a BETWEEN 1 AND 2, b IN (1, 2), s LIKE 'a%', NOT ok FROM t",
             "EXPR$0 BOOLEAN, EXPR$1 BOOLEAN NOT NULL, EXPR$2 BOOLEAN, EXPR$3 BOOLEAN"}));

INSTANTIATE_TEST_SUITE_P(
    Aggregates, ResultTypes,
    testing::Values(Case{"SELECT COUNT(*), SUM(b), AVG(d), MIN(c), SUM(d) FROM t",
                         "EXPR$0 BIGINT NOT NULL, EXPR$1 BIGINT, EXPR$2 DECIMAL(38, 6), EXPR$3 CHAR(3), "
                         "EXPR$4 DECIMAL(38, 2)"},
                    Case{"SELECT c, SUM(b), SUM(b) FILTER (WHERE ok), AVG(a) FROM t GROUP BY c",
                         "c CHAR(3) NOT NULL, EXPR$1 BIGINT NOT NULL, EXPR$2 BIGINT, EXPR$3 INT"},
                    Case{"SELECT b, c, COUNT(*) FROM t GROUP BY ROLLUP (b, c)",
                         "b BIGINT, c CHAR(3), EXPR$2 BIGINT NOT NULL"},
                    Case{"SELECT STDDEV(f), VAR_POP(f) FROM t GROUP BY a", "EXPR$0 DOUBLE, EXPR$1 DOUBLE"},
                    Case{"SELECT a + 1 + SUM(b), 'x' AS x FROM t GROUP BY a + 1",
                         "EXPR$0 BIGINT, x CHAR(1) NOT NULL"}));

INSTANTIATE_TEST_SUITE_P(
    Relations, ResultTypes,
    testing::Values(
        Case{"SELECT * FROM (VALUES (1, 'a'), (2, 'bcd')) AS v(id, w)",
             "id INT NOT NULL, w VARCHAR(3) NOT NULL"},
        Case{"SELECT a FROM t UNION ALL SELECT 1.5", "a DECIMAL(11, 1)"},
        Case{"SELECT t.b, u.s FROM t LEFT JOIN u ON t.a = u.a", "b BIGINT NOT NULL, s STRING"},
        Case{"SELECT t.b, u.s FROM t RIGHT JOIN u ON t.a = u.a", "b BIGINT, s STRING NOT NULL"},
        Case{"SELECT * FROM (SELECT a, b FROM t) JOIN u USING (a)",
             "a INT, b BIGINT NOT NULL, k BIGINT, s STRING NOT NULL"},
        Case{"SELECT a, x.b FROM (SELECT a, b FROM t) AS x FULL JOIN u USING (a)", "a INT, b BIGINT"},
        Case{"SELECT * FROM (SELECT a, b FROM t) NATURAL JOIN u",
             "a INT, b BIGINT NOT NULL, k BIGINT, s STRING NOT NULL"},
        Case{"SELECT a, a, b AS a FROM t", "a INT, a0 INT, a1 BIGINT NOT NULL"},
        Case{"WITH w (x) AS (SELECT a FROM t) SELECT w.x, y.x AS y FROM w, w AS y", "x INT, y INT"},
        Case{"SELECT window_start, window_time, ts FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' "
             "DAY))",
             "window_start TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL, ts TIMESTAMP(3)"},
        Case{"SELECT a FROM t INTERSECT SELECT b FROM t", "a BIGINT"}));

TEST(TimeAttributes, AreDescribed) {
  Planning planning;
  ASSERT_TRUE(planning.Run(kTables).ok());
  ASSERT_TRUE(planning
                  .Run("CREATE VIEW v AS SELECT ts, p, ts + INTERVAL '1' DAY AS later, window_time FROM "
                       "TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE))")
                  .ok());
  ASSERT_TRUE(planning.Run("CREATE VIEW w AS SELECT ts, p FROM t UNION ALL SELECT ts, p FROM t").ok());
  EXPECT_EQ(planning.ErrorOf("SELECT 1 FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(ts), INTERVAL '1' DAY))"), 1305);
  EXPECT_EQ(planning.ErrorOf("SELECT 1 FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(later), INTERVAL '1' DAY))"),
            1305);
  EXPECT_EQ(
      planning.ErrorOf("SELECT 1 FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(window_time), INTERVAL '1' DAY))"), 0);
  EXPECT_EQ(planning.ErrorOf("SELECT 1 FROM TABLE(TUMBLE(TABLE w, DESCRIPTOR(ts), INTERVAL '1' DAY))"), 0);
  EXPECT_EQ(planning.ErrorOf("SELECT COUNT(*) FROM t GROUP BY TUMBLE(p, INTERVAL '1' DAY)"), 0);
}

}  // namespace
}  // namespace millrace::sql
