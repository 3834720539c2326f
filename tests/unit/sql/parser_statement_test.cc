#include <gtest/gtest.h>

#include "sql/ast/unparse.h"
#include "sql/parser/parser.h"

namespace millrace::sql {
namespace {

StatementPtr Parse(std::string_view text) {
  auto statement = ParseStatementText(text);
  EXPECT_TRUE(statement.ok()) << text << ": " << statement.status().ToString();
  return statement.ok() ? std::move(*statement) : nullptr;
}

template <class Node>
const Node& As(const StatementPtr& statement) {
  const Node* node = statement->As<Node>();
  EXPECT_NE(node, nullptr);
  return *node;
}

TEST(ParserStatement, EveryKind) {
  struct Case {
    const char* name;
    std::vector<const char*> texts;
  };
  const Case cases[] = {
      {"SELECT",
       {"SELECT 1", "VALUES (1)", "TABLE t", "(SELECT 1) UNION SELECT 2", "WITH a AS (SELECT 1) TABLE a",
        "EXECUTE SELECT 1"}},
      {"INSERT",
       {"INSERT INTO t SELECT 1", "EXECUTE INSERT INTO t VALUES (1)", "UPSERT INTO t TABLE s",
        "INSERT INTO t (SELECT 1)", "INSERT INTO t (a, b.c) (SELECT 1, 2)",
        "INSERT INTO t /*+ OPTIONS('a' = 'b') */ PARTITION (p = 'x', q = -1) (a) SELECT 1"}},
      {"INSERT OVERWRITE", {"INSERT OVERWRITE a.b.t SELECT 1"}},
      {"STATEMENT SET",
       {"EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END",
        "BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;"}},
      {"CREATE TABLE",
       {"CREATE TABLE t", "CREATE TEMPORARY TABLE IF NOT EXISTS a.b.t (a INT)", "CREATE TABLE t LIKE s",
        "CREATE TABLE t (a INT) DISTRIBUTED INTO 3 BUCKETS WITH ()"}},
      {"CREATE TABLE AS",
       {"CREATE TABLE t WITH ('a' = 'b') AS SELECT 1", "CREATE TABLE t (a, b) AS SELECT 1, 2"}},
      {"REPLACE TABLE AS", {"REPLACE TABLE t AS SELECT 1", "CREATE OR REPLACE TABLE t AS SELECT 1"}},
      {"CREATE MATERIALIZED TABLE",
       {"CREATE MATERIALIZED TABLE t AS SELECT 1",
        "CREATE OR ALTER MATERIALIZED TABLE t (PRIMARY KEY (a) NOT ENFORCED) COMMENT 'c' DISTRIBUTED BY (a) "
        "PARTITIONED BY (a) WITH ('a' = 'b') FRESHNESS = INTERVAL '3' MINUTE REFRESH_MODE = FULL AS SELECT "
        "1"}},
      {"CREATE VIEW",
       {"CREATE VIEW v AS SELECT 1", "CREATE OR REPLACE VIEW v AS SELECT 1",
        "CREATE TEMPORARY VIEW IF NOT EXISTS v (a, b) COMMENT 'c' AS VALUES (1, 2)"}},
      {"CREATE CATALOG", {"CREATE CATALOG c", "CREATE CATALOG IF NOT EXISTS c COMMENT 'x' WITH ('a' = 'b')"}},
      {"CREATE DATABASE",
       {"CREATE DATABASE d", "CREATE DATABASE IF NOT EXISTS c.d COMMENT 'x' WITH ('a' = 'b')"}},
      {"CREATE FUNCTION",
       {"CREATE FUNCTION f AS 'C'", "CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS f AS 'C' LANGUAGE PYTHON",
        "CREATE FUNCTION a.f AS 'C' LANGUAGE JAVA USING JAR 'x', JAR 'y' WITH ('a' = 'b')"}},
      {"CREATE MODEL",
       {"CREATE MODEL m",
        "CREATE TEMPORARY MODEL IF NOT EXISTS m INPUT (a INT) OUTPUT (b STRING) "
        "COMMENT 'x' WITH ('a' = 'b')",
        "CREATE MODEL m WITH ('a' = 'b') AS SELECT 1"}},
      {"DROP TABLE", {"DROP TABLE t", "DROP TEMPORARY TABLE IF EXISTS a.b.t"}},
      {"DROP VIEW", {"DROP VIEW IF EXISTS v", "DROP TEMPORARY VIEW v"}},
      {"DROP MATERIALIZED TABLE", {"DROP MATERIALIZED TABLE IF EXISTS t"}},
      {"DROP CATALOG", {"DROP CATALOG IF EXISTS c"}},
      {"DROP DATABASE", {"DROP DATABASE IF EXISTS d CASCADE", "DROP DATABASE d RESTRICT"}},
      {"DROP FUNCTION", {"DROP FUNCTION f", "DROP TEMPORARY SYSTEM FUNCTION IF EXISTS f"}},
      {"DROP MODEL", {"DROP MODEL IF EXISTS m", "DROP TEMPORARY MODEL m"}},
      {"ALTER TABLE",
       {"ALTER TABLE t RENAME TO u", "ALTER TABLE IF EXISTS t RENAME a.b TO a.c",
        "ALTER TABLE t SET ('a' = 'b')", "ALTER TABLE t RESET ('a', 'b')", "ALTER TABLE t ADD a INT FIRST",
        "ALTER TABLE t ADD (a INT COMMENT 'x' AFTER b, c AS a + 1, UNIQUE (a), WATERMARK FOR x AS x)",
        "ALTER TABLE t MODIFY a.b BIGINT", "ALTER TABLE t ADD PRIMARY KEY (a) NOT ENFORCED",
        "ALTER TABLE t ADD DISTRIBUTION BY HASH(a) INTO 6 BUCKETS",
        "ALTER TABLE t MODIFY DISTRIBUTION INTO 4 BUCKETS", "ALTER TABLE t DROP DISTRIBUTION",
        "ALTER TABLE t DROP a", "ALTER TABLE t DROP (a, b.c)", "ALTER TABLE t DROP PRIMARY KEY",
        "ALTER TABLE t DROP CONSTRAINT c", "ALTER TABLE t DROP WATERMARK",
        "ALTER TABLE t ADD IF NOT EXISTS PARTITION (p = 1) WITH ('k' = 'v') PARTITION (p = 2)",
        "ALTER TABLE t DROP IF EXISTS PARTITION (p = 1), PARTITION (p = 2)"}},
      {"ALTER VIEW", {"ALTER VIEW v RENAME TO w", "ALTER VIEW v AS SELECT 1"}},
      {"ALTER DATABASE", {"ALTER DATABASE d SET ('a' = 'b')"}},
      {"ALTER CATALOG",
       {"ALTER CATALOG c SET ('a' = 'b')", "ALTER CATALOG c RESET ('a')", "ALTER CATALOG c COMMENT 'x'"}},
      {"ALTER FUNCTION",
       {"ALTER FUNCTION f AS 'C'", "ALTER TEMPORARY SYSTEM FUNCTION IF EXISTS f AS 'C' LANGUAGE SCALA"}},
      {"ALTER MODEL",
       {"ALTER MODEL m SET ('a' = 'b')", "ALTER MODEL IF EXISTS m RENAME TO n", "ALTER MODEL m RESET ('a')"}},
      {"ALTER MATERIALIZED TABLE",
       {"ALTER MATERIALIZED TABLE t SUSPEND", "ALTER MATERIALIZED TABLE t RESUME WITH ('a' = 'b')",
        "ALTER MATERIALIZED TABLE t REFRESH PARTITION (a = '1')", "ALTER MATERIALIZED TABLE t REFRESH",
        "ALTER MATERIALIZED TABLE t SET FRESHNESS = INTERVAL '1' HOUR",
        "ALTER MATERIALIZED TABLE t SET REFRESH_MODE = CONTINUOUS",
        "ALTER MATERIALIZED TABLE t SET ('a' = 'b')", "ALTER MATERIALIZED TABLE t RESET ('a')",
        "ALTER MATERIALIZED TABLE t AS SELECT 1",
        "ALTER MATERIALIZED TABLE t ADD DISTRIBUTION BY (a) INTO 4 BUCKETS"}},
      {"EXPLAIN",
       {"EXPLAIN SELECT 1", "EXPLAIN PLAN FOR INSERT INTO a SELECT 1",
        "EXPLAIN ESTIMATED_COST, CHANGELOG_MODE, JSON_EXECUTION_PLAN, PLAN_ADVICE SELECT 1",
        "EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; END", "EXPLAIN CREATE TABLE t AS SELECT 1",
        "EXPLAIN EXECUTE SELECT 1"}},
      {"DESCRIBE", {"DESCRIBE t", "DESC EXTENDED a.b.t", "DESCRIBE model", "DESC job"}},
      {"DESCRIBE DATABASE", {"DESCRIBE DATABASE EXTENDED d"}},
      {"DESCRIBE CATALOG", {"DESC CATALOG EXTENDED c"}},
      {"DESCRIBE FUNCTION", {"DESCRIBE FUNCTION EXTENDED f"}},
      {"DESCRIBE MODEL", {"DESCRIBE MODEL m"}},
      {"DESCRIBE JOB", {"DESCRIBE JOB 'x'"}},
      {"SHOW CATALOGS", {"SHOW CATALOGS", "SHOW CATALOGS NOT ILIKE 'x'"}},
      {"SHOW CURRENT CATALOG", {"SHOW CURRENT CATALOG"}},
      {"SHOW CURRENT DATABASE", {"SHOW CURRENT DATABASE"}},
      {"SHOW DATABASES", {"SHOW DATABASES", "SHOW DATABASES IN c LIKE 'x'"}},
      {"SHOW TABLES", {"SHOW TABLES", "SHOW TABLES FROM c.d NOT LIKE 'x'"}},
      {"SHOW VIEWS", {"SHOW VIEWS", "SHOW VIEWS IN d LIKE 'x'"}},
      {"SHOW MATERIALIZED TABLES", {"SHOW MATERIALIZED TABLES"}},
      {"SHOW COLUMNS", {"SHOW COLUMNS FROM t", "SHOW COLUMNS IN a.b.t NOT LIKE 'x'"}},
      {"SHOW FUNCTIONS", {"SHOW FUNCTIONS", "SHOW FUNCTIONS FROM d ILIKE 'x'"}},
      {"SHOW USER FUNCTIONS", {"SHOW USER FUNCTIONS LIKE 'x'"}},
      {"SHOW PROCEDURES", {"SHOW PROCEDURES IN d"}},
      {"SHOW MODELS", {"SHOW MODELS FROM d LIKE 'x'"}},
      {"SHOW MODULES", {"SHOW MODULES"}},
      {"SHOW FULL MODULES", {"SHOW FULL MODULES"}},
      {"SHOW PARTITIONS", {"SHOW PARTITIONS t", "SHOW PARTITIONS t PARTITION (a = 1)"}},
      {"SHOW JARS", {"SHOW JARS"}},
      {"SHOW JOBS", {"SHOW JOBS"}},
      {"SHOW CREATE TABLE", {"SHOW CREATE TABLE a.t"}},
      {"SHOW CREATE VIEW", {"SHOW CREATE VIEW v"}},
      {"SHOW CREATE MATERIALIZED TABLE", {"SHOW CREATE MATERIALIZED TABLE t"}},
      {"SHOW CREATE MODEL", {"SHOW CREATE MODEL m"}},
      {"SHOW CREATE CATALOG", {"SHOW CREATE CATALOG c"}},
      {"USE", {"USE d", "USE c.d", "USE catalog"}},
      {"USE CATALOG", {"USE CATALOG c"}},
      {"USE MODULES", {"USE MODULES a, b"}},
      {"SET", {"SET", "SET 'a' = 'b'", "SET a.b-c = 1 min"}},
      {"RESET", {"RESET", "RESET 'a'", "RESET a.b"}},
      {"LOAD MODULE", {"LOAD MODULE hive WITH ('a' = 'b')"}},
      {"UNLOAD MODULE", {"UNLOAD MODULE hive"}},
      {"ADD JAR", {"ADD JAR 'x'"}},
      {"REMOVE JAR", {"REMOVE JAR 'x'"}},
      {"STOP JOB", {"STOP JOB 'x'", "STOP JOB 'x' WITH SAVEPOINT WITH DRAIN"}},
      {"CALL", {"CALL a.b.p(1, 'x', n => 2)", "CALL p()"}},
      {"TRUNCATE TABLE", {"TRUNCATE TABLE t"}},
      {"DELETE", {"DELETE FROM t", "DELETE FROM t AS x WHERE x.a = 1"}},
      {"UPDATE", {"UPDATE t SET a = 1, b = b + 1 WHERE c", "UPDATE t x SET a = 1"}},
      {"ANALYZE TABLE",
       {"ANALYZE TABLE t COMPUTE STATISTICS",
        "ANALYZE TABLE t PARTITION (a = 1, b) COMPUTE STATISTICS FOR COLUMNS a, b",
        "ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS"}},
      {"EXECUTE PLAN", {"EXECUTE PLAN 'x'"}},
      {"COMPILE PLAN",
       {"COMPILE PLAN 'x' IF NOT EXISTS FOR INSERT INTO a SELECT 1",
        "COMPILE PLAN 'x' FOR STATEMENT SET BEGIN INSERT INTO a SELECT 1; END"}},
      {"COMPILE AND EXECUTE PLAN", {"COMPILE AND EXECUTE PLAN 'x' FOR INSERT INTO a SELECT 1"}},
  };
  for (const Case& test : cases) {
    for (const char* text : test.texts) {
      SCOPED_TRACE(text);
      const StatementPtr statement = Parse(text);
      if (statement != nullptr) EXPECT_STREQ(StatementName(*statement), test.name);
    }
  }
}

TEST(ParserStatement, CreateTable) {
  const StatementPtr statement = Parse(
      "CREATE TEMPORARY TABLE IF NOT EXISTS c.d.t (\n"
      "  a INT NOT NULL COMMENT 'the a',\n"
      "  b AS a + 1 COMMENT 'the b',\n"
      "  m TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL,\n"
      "  n STRING METADATA,\n"
      "  k BIGINT PRIMARY KEY NOT ENFORCED,\n"
      "  CONSTRAINT u UNIQUE (a, n),\n"
      "  WATERMARK FOR m AS m - INTERVAL '5' SECOND\n"
      ") COMMENT 'it''s' DISTRIBUTED BY RANGE(a) INTO 4 BUCKETS PARTITIONED BY (a, n)\n"
      "WITH ('connector' = 'kafka', 'topic' = 'x')\n"
      "LIKE s (INCLUDING ALL EXCLUDING OPTIONS OVERWRITING WATERMARKS)");
  ASSERT_NE(statement, nullptr);
  const auto& table = As<CreateTable>(statement);
  EXPECT_TRUE(table.temporary && table.if_not_exists && table.create);
  EXPECT_FALSE(table.replace);
  EXPECT_EQ(Unparse(table.name), "`c`.`d`.`t`");
  ASSERT_EQ(table.schema.columns.size(), 5u);
  const auto& columns = table.schema.columns;
  EXPECT_EQ(columns[0].kind, ColumnKind::kPhysical);
  EXPECT_EQ(columns[0].type->nullable, false);
  EXPECT_EQ(columns[0].comment->text, "the a");
  EXPECT_EQ(columns[1].kind, ColumnKind::kComputed);
  EXPECT_EQ(Unparse(*columns[1].expression), "`a` + 1");
  EXPECT_EQ(columns[2].kind, ColumnKind::kMetadata);
  EXPECT_EQ(columns[2].metadata_key->text, "timestamp");
  EXPECT_TRUE(columns[2].is_virtual);
  EXPECT_FALSE(columns[3].metadata_key || columns[3].is_virtual);
  ASSERT_EQ(table.schema.constraints.size(), 2u);
  EXPECT_EQ(table.schema.constraints[0].kind, ConstraintKind::kPrimaryKey);
  EXPECT_EQ(table.schema.constraints[0].columns[0].text, "k");
  EXPECT_EQ(table.schema.constraints[0].enforced, false);
  EXPECT_EQ(table.schema.constraints[1].name->text, "u");
  ASSERT_TRUE(table.schema.watermark);
  EXPECT_EQ(Unparse(*table.schema.watermark->expression), "`m` - INTERVAL '5' SECOND");
  EXPECT_EQ(table.comment->text, "it's");
  EXPECT_EQ(table.distribution->kind, DistributionKind::kRange);
  EXPECT_EQ(table.distribution->bucket_count, 4);
  EXPECT_EQ(table.partitioned_by.size(), 2u);
  ASSERT_EQ(table.options.size(), 2u);
  EXPECT_EQ(table.options[1].key.text, "topic");
  EXPECT_EQ(table.options[1].value.place.line, 10);
  ASSERT_TRUE(table.like);
  ASSERT_EQ(table.like->options.size(), 3u);
  EXPECT_EQ(table.like->options[1].strategy, MergingStrategy::kExcluding);
  EXPECT_EQ(table.like->options[2].feature, LikeFeature::kWatermarks);
}

TEST(ParserStatement, TextOfAViewQuery) {
  const std::string_view text = "CREATE VIEW v AS\n SELECT a FROM t  -- end\n;";
  const StatementPtr statement = Parse(text);
  ASSERT_NE(statement, nullptr);
  const SourcePlace& place = As<CreateView>(statement).query->place;
  EXPECT_EQ(text.substr(place.offset, place.length), "SELECT a FROM t");
}

TEST(ParserStatement, InsertWithPartition) {
  const StatementPtr statement = Parse("INSERT OVERWRITE t PARTITION (p = 'x', q = -1) (a, b.c) SELECT 1, 2");
  ASSERT_NE(statement, nullptr);
  const auto& insert = As<Insert>(statement);
  EXPECT_TRUE(insert.overwrite);
  ASSERT_EQ(insert.partition.size(), 2u);
  EXPECT_EQ(Unparse(*insert.partition[0].value), "'x'");
  EXPECT_EQ(Unparse(*insert.partition[1].value), "-1");
  ASSERT_EQ(insert.columns.size(), 2u);
  EXPECT_EQ(Unparse(insert.columns[1]), "`b`.`c`");
}

TEST(ParserStatement, SetKeepsRawText) {
  struct Case {
    const char* text;
    const char* key;
    const char* value;
  };
  const Case cases[] = {
      {"SET 'a.b' = 'it''s';", "a.b", "it's"},
      {"SET table.exec.state.ttl = 1 h;", "table.exec.state.ttl", "1 h"},
      {"SET a-b=true", "a-b", "true"},
      {"SET 'a' = b.c ;", "a", "b.c"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.text);
    const StatementPtr statement = Parse(test.text);
    ASSERT_NE(statement, nullptr);
    const auto& set = As<SetCommand>(statement);
    ASSERT_TRUE(set.property);
    EXPECT_EQ(set.property->key.text, test.key);
    EXPECT_EQ(set.property->value.text, test.value);
  }
  EXPECT_FALSE(As<SetCommand>(Parse("SET")).property);
  EXPECT_EQ(As<ResetCommand>(Parse("RESET a.b-c")).key->text, "a.b-c");
}

TEST(ParserStatement, AlterActions) {
  const StatementPtr add = Parse("ALTER TABLE t ADD (a INT FIRST, b.c STRING AFTER b.d)");
  ASSERT_NE(add, nullptr);
  const auto& change = std::get<ChangeSchema>(As<AlterObject>(add).action);
  EXPECT_FALSE(change.modify);
  ASSERT_EQ(change.schema.columns.size(), 2u);
  EXPECT_TRUE(change.schema.columns[0].position->first);
  EXPECT_EQ(Unparse(change.schema.columns[1].name), "`b`.`c`");
  EXPECT_EQ(Unparse(*change.schema.columns[1].position->after), "`b`.`d`");
  EXPECT_EQ(As<AlterObject>(add).action_place.column, 15);
  EXPECT_FALSE(
      std::get<DropConstraint>(As<AlterObject>(Parse("ALTER TABLE t DROP PRIMARY KEY")).action).name);
  EXPECT_EQ(std::get<DropColumns>(As<AlterObject>(Parse("ALTER TABLE t DROP (a, b)")).action).columns.size(),
            2u);
}

TEST(ParserStatement, ShowParts) {
  const StatementPtr statement = Parse("SHOW TABLES FROM c.d NOT ILIKE 'x%'");
  ASSERT_NE(statement, nullptr);
  const auto& show = As<Show>(statement);
  EXPECT_EQ(Unparse(*show.name), "`c`.`d`");
  EXPECT_TRUE(show.like->negated && show.like->ignore_case);
  EXPECT_EQ(show.like->pattern.text, "x%");
}

}  // namespace
}  // namespace millrace::sql
