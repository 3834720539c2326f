#include <gtest/gtest.h>

#include "tests/unit/sql/planning.h"

namespace millrace::sql {
namespace {

constexpr char kTables[] = R"(
CREATE TABLE t (a INT, b BIGINT NOT NULL, s STRING, ok BOOLEAN, r ROW<x INT>, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts) WITH ('connector' = 'stream', 'format' = 'json');
CREATE TABLE u (a INT, k BIGINT) WITH ('connector' = 'stream', 'format' = 'json');
CREATE TABLE appends (a INT, b BIGINT NOT NULL) WITH ('connector' = 'append', 'format' = 'json');
CREATE TABLE changing (a INT, n BIGINT) WITH ('connector' = 'updates', 'format' = 'json');
CREATE TABLE keyless (a INT) WITH ('connector' = 'upsert', 'format' = 'json');
CREATE TABLE cdc (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'stream', 'format' = 'changes');
CREATE VIEW v AS SELECT a FROM t;
)";

struct Case {
  const char* statement;
  int number;
  const char* text;  // a part of the message and suggestion
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.statement;
}

class BindErrors : public testing::TestWithParam<Case> {};

TEST_P(BindErrors, HaveNumberPlaceAndText) {
  Planning planning;
  const Result<Outcome> tables = planning.Run(kTables);
  ASSERT_TRUE(tables.ok()) << tables.status().ToString();
  const Result<Outcome> outcome = planning.Run(GetParam().statement);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.status().code().number, GetParam().number) << outcome.status().ToString();
  EXPECT_NE(outcome.status().ToString().find(GetParam().text), std::string::npos)
      << outcome.status().ToString();
  EXPECT_TRUE(outcome.status().place().has_value()) << outcome.status().ToString();
}

INSTANTIATE_TEST_SUITE_P(Names, BindErrors,
                         testing::Values(Case{"SELECT colour FROM t", 1102, "Unknown column: colour"},
                                         Case{"SELECT bb FROM t", 1102, "did you mean 'b'?"},
                                         Case{"SELECT t.c FROM t", 1102, "Unknown column: t.c"},
                                         Case{"SELECT x.a FROM t", 1102, "Unknown table or column: x"},
                                         Case{"SELECT r.y FROM t", 1102, "Unknown field: y"},
                                         Case{"SELECT A FROM t", 1102, "did you mean 'a'?"},
                                         Case{"SELECT s.x FROM t", 1102, "no ROW"},
                                         Case{"SELECT a FROM t, u", 1103, "more than one table: a"},
                                         Case{"SELECT * FROM t JOIN u USING (k)", 1102, "k"},
                                         Case{"SELECT a AS x FROM t WHERE x > 1", 1102, "x"},
                                         Case{"SELECT x.* FROM t", 1101, "Unknown table or alias: x"},
                                         Case{"SELECT 1 FROM nowhere", 1101, "nowhere"},
                                         Case{"SELECT UPPERR(s) FROM t", 4101, "UPPER"},
                                         Case{"SELECT a FROM (SELECT a, b AS a FROM t)", 1103, "a"}));

INSTANTIATE_TEST_SUITE_P(
    Expressions, BindErrors,
    testing::Values(Case{"SELECT '10' = 10", 4103, ""}, Case{"SELECT DATE '2026-02-30'", 1202, "2026-02-30"},
                    Case{"SELECT TIMESTAMP '2026-02-03'", 1202, "timestamp"},
                    Case{"SELECT INTERVAL '1:61x' HOUR TO MINUTE", 1202, "HOUR TO MINUTE"},
                    Case{"SELECT CAST(ts AS INT) FROM t", 4104, "TIMESTAMP(3) to INT"},
                    Case{"SELECT a FROM t WHERE a", 1201, "WHERE must be BOOLEAN"},
                    Case{"SELECT CASE WHEN ok THEN 1 ELSE 'x' END FROM t", 1201, "common type"},
                    Case{"SELECT UPPER(s, s) FROM t", 4102, "UPPER"}));

INSTANTIATE_TEST_SUITE_P(Aggregates, BindErrors,
                         testing::Values(Case{"SELECT a FROM t WHERE COUNT(*) > 1", 1302, "WHERE"},
                                         Case{"SELECT a, COUNT(*) FROM t", 1301, "a"},
                                         Case{"SELECT b, COUNT(*) FROM t GROUP BY a", 1301, "b"},
                                         Case{"SELECT a FROM t GROUP BY a HAVING b > 1", 1301, "b"},
                                         Case{"SELECT SUM(COUNT(*)) FROM t", 1302, "inside"},
                                         Case{"SELECT SUM(s) FROM t", 4103, "SUM"},
                                         Case{"SELECT SUM(*) FROM t", 1302, "COUNT"},
                                         Case{"SELECT SUM(a, b) FROM t", 4102, "SUM(number)"},
                                         Case{"SELECT COUNT(*) FROM t JOIN u ON COUNT(*) > 1", 1302, "ON"},
                                         Case{"SELECT 1 FROM t GROUP BY SUM(a)", 1302, "GROUP BY"},
                                         Case{"SELECT UPPER(DISTINCT s) FROM t", 1203, "UPPER"},
                                         Case{"SELECT GROUPING(b) FROM t GROUP BY a", 1302, "GROUPING"}));

INSTANTIATE_TEST_SUITE_P(
    Windows, BindErrors,
    testing::Values(
        Case{"SELECT 1 FROM TABLE(TUMBLE(TABLE u, DESCRIPTOR(k), INTERVAL '1' DAY))", 1305, "k"},
        Case{"SELECT 1 FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), 60))", 1304, "SIZE"},
        Case{"SELECT 1 FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MONTH))", 1304, "months"},
        Case{"SELECT 1 FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts)))", 1304, "SIZE"},
        Case{"SELECT 1 FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '0' DAY))", 1304, "above zero"},
        Case{"SELECT 1 FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' MINUTE, INTERVAL '5' MINUTE))",
             1304, "multiple"},
        Case{"SELECT 1 FROM TABLE(TUMBLE(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SIZ => INTERVAL '1' "
             "DAY))",
             1304, "SIZE"},
        Case{"SELECT 1 FROM TABLE(TUMBLE(1, DESCRIPTOR(ts), INTERVAL '1' DAY))", 1304, "table"},
        Case{"SELECT 1 FROM TABLE(TUMBLY(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY))", 4101, "TUMBLE"},
        Case{"SELECT HOP_START(ts, INTERVAL '1' DAY) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' DAY)", 1304,
             "HOP"},
        Case{"SELECT TUMBLE_START(ts, INTERVAL '2' DAY) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' DAY)", 1304,
             "differ"},
        Case{"SELECT 1 FROM TABLE(TUMBLE(TABLE cdc, DESCRIPTOR(ts), INTERVAL '1' DAY))", 1901, "change"}));

INSTANTIATE_TEST_SUITE_P(
    Statements, BindErrors,
    testing::Values(
        Case{"INSERT INTO appends SELECT 1", 1303, "1 for 2"},
        Case{"INSERT INTO appends SELECT 1, TRUE", 1201, "BOOLEAN"},
        Case{"INSERT INTO appends SELECT 1, '2'", 1201, "CHAR(1)"},
        Case{"INSERT INTO appends (a) SELECT 1", 1307, "NOT NULL"},
        Case{"INSERT INTO appends (a, c) SELECT 1, 2", 1102, "c"},
        Case{"INSERT INTO appends (a, a) SELECT 1, 2", 1307, "twice"},
        Case{"INSERT INTO appends SELECT a, COUNT(*) FROM t GROUP BY a", 1308, "appends"},
        Case{"INSERT INTO appends SELECT t.a, u.k FROM t LEFT JOIN u ON t.a = u.a", 1308, "appends"},
        Case{"INSERT INTO v SELECT 1", 1307, "view"}, Case{"INSERT INTO t SELECT * FROM t", 3006, "written"},
        Case{"SELECT * FROM appends", 3006, "read"}, Case{"SELECT * FROM keyless", 1306, "primary key"},
        Case{"SELECT a FROM t UNION ALL SELECT a, b FROM t", 1303, "UNION"},
        Case{"SELECT a FROM t UNION SELECT s FROM t", 1201, "UNION"},
        Case{"VALUES (1, 2), (3)", 1303, "VALUES"}, Case{"VALUES (1), ('a')", 1201, "VALUES"},
        Case{"VALUES (NULL)", 1201, "NULL"},
        Case{"SELECT * FROM (SELECT a FROM t) AS x(a, b)", 1303, "2 for 1"},
        Case{"INSERT OVERWRITE appends SELECT 1, 2", 1901, "OVERWRITE"},
        Case{"SELECT * FROM t /*+ OPTIONS('boundedd' = 'true') */", 3003, "bounded"}));

INSTANTIATE_TEST_SUITE_P(
    NotSupportedYet, BindErrors,
    testing::Values(Case{"SELECT a FROM t ORDER BY a", 1901, "ORDER BY"},
                    Case{"SELECT a FROM t LIMIT 3", 1901, "LIMIT"},
                    Case{"SELECT ROW_NUMBER() OVER (ORDER BY ts) FROM t", 1901, "OVER"},
                    Case{"SELECT a FROM t EXCEPT ALL SELECT a FROM u", 1901, "EXCEPT ALL"},
                    Case{"SELECT PERCENTILE(b, 0.5) FROM t", 1901, "PERCENTILE"},
                    Case{"SELECT * FROM t, UNNEST(ARRAY[1]) AS x(y)", 1901, "UNNEST"},
                    Case{"SELECT 1 FROM TABLE(SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY))", 1901,
                         "SESSION"},
                    Case{"SELECT * FROM t JOIN u FOR SYSTEM_TIME AS OF t.ts AS x ON t.a = x.a", 1901,
                         "FOR SYSTEM_TIME"}));

TEST(ViewErrors, PointToTheUseOfTheView) {
  Planning planning;
  ASSERT_TRUE(planning.Run(kTables).ok());
  ASSERT_TRUE(planning.Run("DROP TABLE t").ok());
  const Result<Outcome> outcome = planning.Run("SELECT *\nFROM v");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.status().code().number, 1101);
  EXPECT_EQ(outcome.status().place()->line, 2);
  EXPECT_NE(outcome.status().message().find("In view v"), std::string::npos);
}

}  // namespace
}  // namespace millrace::sql
