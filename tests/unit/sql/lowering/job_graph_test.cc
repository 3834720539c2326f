#include <gtest/gtest.h>

#include <set>

#include "proto/job_graph.pb.h"
#include "tests/unit/sql/planning.h"

namespace millrace::sql {
namespace {

constexpr char kTables[] = R"(
CREATE TABLE t (a INT, b BIGINT, s STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'stream', 'format' = 'json', 'path' = 'x');
CREATE TABLE o (s STRING, n BIGINT) WITH ('connector' = 'updates', 'format' = 'json');
CREATE TABLE o2 (s STRING, n BIGINT) WITH ('connector' = 'updates', 'format' = 'json');
CREATE TABLE keyed (n BIGINT, s STRING, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'upsert', 'format' = 'json');
)";

class JobGraphTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(planning_.Run(kTables).ok()); }

  proto::JobGraph Graph(const std::string& statement) {
    const Result<Outcome> outcome = planning_.Run(statement);
    EXPECT_TRUE(outcome.ok()) << outcome.status().ToString();
    return outcome.ok() ? *outcome->graph : proto::JobGraph();
  }

  static std::set<std::string> StatefulUids(const proto::JobGraph& graph) {
    std::set<std::string> uids;
    for (const proto::Operator& one : graph.operators()) {
      if (one.has_source() || one.has_group_aggregate() || one.has_window_aggregate() || one.has_join())
        uids.insert(one.uid());
    }
    return uids;
  }

  static const proto::Operator& Find(const proto::JobGraph& graph, proto::Operator::ConfigCase kind) {
    for (const proto::Operator& one : graph.operators()) {
      if (one.config_case() == kind) return one;
    }
    ADD_FAILURE() << "no such operator";
    return proto::Operator::default_instance();
  }

  Planning planning_;
};

TEST_F(JobGraphTest, UidsSurviveIrrelevantEdits) {
  const auto before =
      StatefulUids(Graph("INSERT INTO o SELECT s, COUNT(*) FROM t WHERE a > 1 AND b > 2 GROUP BY s"));
  const char* const kEdits[] = {
      "INSERT INTO o2 SELECT s, COUNT(*) FROM t WHERE a > 1 AND b > 2 GROUP BY s",
      "INSERT INTO o SELECT x.s AS y, COUNT(*) AS n /* comment */ FROM t AS x WHERE b > 2 AND a > 1 GROUP BY "
      "x.s",
      "INSERT INTO o (n, s) SELECT COUNT(*) + 1, s FROM (SELECT * FROM t WHERE a > 1) WHERE b > 2 GROUP BY s "
      "HAVING COUNT(*) > 3",
  };
  for (const char* edit : kEdits) EXPECT_EQ(StatefulUids(Graph(edit)), before) << edit;
}

TEST_F(JobGraphTest, UidsChangeWithTheMeaning) {
  const auto before = StatefulUids(Graph("INSERT INTO o SELECT s, COUNT(*) FROM t WHERE a > 1 GROUP BY s"));
  const char* const kEdits[] = {
      "INSERT INTO o SELECT s, COUNT(*) FROM t WHERE a > 2 GROUP BY s",
      "INSERT INTO o SELECT s, SUM(b) FROM t WHERE a > 1 GROUP BY s",
      "INSERT INTO o SELECT s, COUNT(*) FROM t WHERE a > 1 GROUP BY s, a",
      "INSERT INTO o SELECT s, COUNT(DISTINCT b) FROM t WHERE a > 1 GROUP BY s",
  };
  for (const char* edit : kEdits) EXPECT_NE(StatefulUids(Graph(edit)), before) << edit;
}

TEST_F(JobGraphTest, UidsAreUnique) {
  const proto::JobGraph graph = Graph(
      "EXECUTE STATEMENT SET BEGIN INSERT INTO o SELECT s, b FROM t; INSERT INTO o SELECT s, b FROM t; END");
  std::set<std::string> uids;
  for (const proto::Operator& one : graph.operators())
    EXPECT_TRUE(uids.insert(one.uid()).second) << one.uid();
  EXPECT_EQ(StatefulUids(graph).size(), 1u);
}

TEST_F(JobGraphTest, SourceReadsWhatIsNeeded) {
  const proto::JobGraph graph = Graph("SELECT b FROM t WHERE s = 'x'");
  const proto::SourceConfig& source = Find(graph, proto::Operator::kSource).source();
  ASSERT_EQ(source.physical().fields_size(), 3);
  EXPECT_EQ(source.physical().fields(0).name(), "b");
  EXPECT_EQ(source.physical().fields(2).name(), "ts");
  EXPECT_EQ(source.declared().fields_size(), 4);
  EXPECT_EQ(source.columns_size(), 0);
  EXPECT_TRUE(source.has_filter());
  EXPECT_EQ(source.watermark().column(), 2u);
  EXPECT_EQ(source.options().at("path"), "x");
  EXPECT_EQ(source.options().count("connector"), 0u);
  EXPECT_EQ(Find(graph, proto::Operator::kSource).output().event_time(), 2u);
}

TEST_F(JobGraphTest, SourceLeavesOutFieldsThatNobodyReads) {
  ASSERT_TRUE(planning_
                  .Run("CREATE TABLE w (k INT, r ROW<a INT, b ROW<c INT, d STRING>, e STRING>, at_time AS "
                       "r.e, PRIMARY KEY (k) "
                       "NOT ENFORCED) WITH ('connector' = 'stream', 'format' = 'json')")
                  .ok());
  const proto::JobGraph graph = Graph("SELECT r.b.d, at_time FROM w WHERE r.b.d <> 'x' AND k = 1");
  const proto::SourceConfig& source = Find(graph, proto::Operator::kSource).source();
  ASSERT_EQ(source.physical().fields_size(), 2);
  const proto::DataType& row = source.physical().fields(1).type();
  ASSERT_EQ(row.fields_size(), 2);
  EXPECT_EQ(row.fields(0).name(), "b");
  ASSERT_EQ(row.fields(0).type().fields_size(), 1);
  EXPECT_EQ(row.fields(0).type().fields(0).name(), "d");
  EXPECT_EQ(row.fields(1).name(), "e");
  EXPECT_EQ(source.declared().fields(1).type().fields_size(), 3);
  ASSERT_EQ(source.columns_size(), 3);
  EXPECT_EQ(source.columns(2).field().index(), 0u);
  EXPECT_EQ(source.columns(2).field().input().field().index(), 0u);
}

TEST_F(JobGraphTest, UidsDoNotDependOnWhichFieldsOthersRead) {
  ASSERT_TRUE(
      planning_
          .Run("CREATE TABLE w (r ROW<a INT, b STRING>) WITH ('connector' = 'stream', 'format' = 'json')")
          .ok());
  const auto alone = StatefulUids(Graph("INSERT INTO o SELECT r.b, COUNT(*) FROM w GROUP BY r.b"));
  const auto both = StatefulUids(
      Graph("EXECUTE STATEMENT SET BEGIN INSERT INTO o SELECT r.b, COUNT(*) FROM w GROUP BY r.b; "
            "INSERT INTO o2 SELECT CAST(r AS STRING), 1 FROM w; END"));
  EXPECT_EQ(alone, both);
}

TEST_F(JobGraphTest, SinkByAnotherKeyIsReachedByHash) {
  ASSERT_TRUE(planning_.Run("SET 'table.exec.sink.upsert-materialize' = 'NONE'").ok());
  const proto::JobGraph graph = Graph("INSERT INTO keyed SELECT COUNT(*), s FROM t GROUP BY s");
  const proto::Operator& sink = Find(graph, proto::Operator::kSink);
  EXPECT_TRUE(sink.sink().input_updating());
  ASSERT_EQ(sink.sink().primary_key_size(), 1);
  for (const proto::Edge& edge : graph.edges()) {
    if (edge.to() == sink.uid()) EXPECT_EQ(edge.partitioning().kind(), proto::Partitioning::HASH);
  }
}

TEST_F(JobGraphTest, RowsThatShareAKeyOfTheSinkAreKept) {
  ASSERT_TRUE(planning_.Run("SET 'table.exec.state.ttl' = '1 h'").ok());
  const proto::JobGraph graph = Graph("INSERT INTO keyed SELECT COUNT(*), s FROM t GROUP BY s");
  const proto::Operator& added = Find(graph, proto::Operator::kUpsertMaterialize);
  ASSERT_EQ(added.upsert_materialize().keys_size(), 1);
  EXPECT_EQ(added.upsert_materialize().keys(0), 0u);
  ASSERT_EQ(added.upsert_materialize().upsert_key_size(), 1);
  EXPECT_EQ(added.upsert_materialize().upsert_key(0), 1u);
  EXPECT_EQ(added.upsert_materialize().state_ttl_ms(), 3'600'000);
  // The columns are the table's: what is NOT NULL there is so here.
  ASSERT_EQ(added.output().fields_size(), 2);
  EXPECT_EQ(added.output().fields(0).name(), "n");
  EXPECT_TRUE(added.output().fields(0).type().not_null());
  const proto::Operator& sink = Find(graph, proto::Operator::kSink);
  EXPECT_EQ(added.parallelism(), sink.parallelism());
  for (const proto::Edge& edge : graph.edges()) {
    if (edge.to() == added.uid()) EXPECT_EQ(edge.partitioning().kind(), proto::Partitioning::HASH);
    if (edge.to() == sink.uid()) {
      EXPECT_EQ(edge.from(), added.uid());
      EXPECT_EQ(edge.partitioning().kind(), proto::Partitioning::FORWARD);
    }
  }
}

TEST_F(JobGraphTest, UidOfKeptRowsFollowsWhatIsKept) {
  const auto uid = [&](const std::string& statement) {
    return Find(Graph(statement), proto::Operator::kUpsertMaterialize).uid();
  };
  const std::string before =
      uid("INSERT INTO keyed SELECT COUNT(*), s FROM t WHERE a > 1 AND b > 2 GROUP BY s");
  EXPECT_EQ(uid("INSERT INTO keyed (s, n) SELECT x.s AS y, COUNT(*) /* comment */ FROM t AS x "
                "WHERE b > 2 AND a > 1 GROUP BY x.s"),
            before);
  EXPECT_NE(uid("INSERT INTO keyed SELECT COUNT(*), s FROM t WHERE a > 1 GROUP BY s"), before);
  EXPECT_NE(uid("INSERT INTO keyed SELECT COUNT(*), UPPER(s) FROM t WHERE a > 1 AND b > 2 GROUP BY s"),
            before);
}

TEST_F(JobGraphTest, ChangesAreNotSpreadWithoutAKey) {
  const std::string insert = "INSERT INTO o /*+ OPTIONS('sink.parallelism' = '2') */ ";
  EXPECT_EQ(planning_.ErrorOf(insert + "SELECT s, COUNT(*) FROM t GROUP BY s"), 1307);
  EXPECT_EQ(planning_.ErrorOf(insert + "SELECT s, b FROM t"), 0);
}

TEST_F(JobGraphTest, SettingsReachTheGraph) {
  ASSERT_TRUE(planning_
                  .Run("SET 'parallelism.default' = '3'; SET 'pipeline.name' = 'my job'; SET "
                       "'table.exec.state.ttl' = '1 h'; "
                       "SET 'pipeline.max-parallelism' = '64'")
                  .ok());
  const proto::JobGraph graph = Graph("INSERT INTO o SELECT s, COUNT(*) FROM t GROUP BY s");
  EXPECT_EQ(graph.name(), "my job");
  EXPECT_EQ(graph.parallelism(), 3u);
  EXPECT_EQ(graph.max_parallelism(), 64u);
  EXPECT_EQ(graph.options().at("table.exec.state.ttl"), "1 h");
  for (const proto::Operator& one : graph.operators()) {
    if (one.has_group_aggregate() && one.group_aggregate().phase() == proto::GLOBAL) {
      EXPECT_EQ(one.group_aggregate().state_ttl_ms(), 3'600'000);
    }
  }
}

TEST_F(JobGraphTest, OptionsOfTheJobStayOutOfTheConnectors) {
  ASSERT_TRUE(
      planning_
          .Run("CREATE TABLE s (a INT) WITH ('connector' = 'append', 'format' = 'json', 'path' = 'y', "
               "'sink.parallelism' = '2')")
          .ok());
  const proto::JobGraph graph =
      Graph("INSERT INTO s SELECT a FROM t /*+ OPTIONS('scan.parallelism' = '3') */");
  const proto::Operator& source = Find(graph, proto::Operator::kSource);
  EXPECT_EQ(source.parallelism(), 3u);
  EXPECT_EQ(source.source().options().count("scan.parallelism"), 0u);
  const proto::Operator& sink = Find(graph, proto::Operator::kSink);
  EXPECT_EQ(sink.parallelism(), 2u);
  EXPECT_EQ(sink.sink().options().count("sink.parallelism"), 0u);
  EXPECT_EQ(sink.sink().options().at("path"), "y");
  EXPECT_EQ(planning_.ErrorOf("SELECT a FROM t /*+ OPTIONS('scan.parallelism' = '0') */"), 3005);
}

TEST_F(JobGraphTest, BoundedWhenAllSourcesAre) {
  EXPECT_FALSE(planning_.Run("SELECT * FROM t")->bounded);
  EXPECT_TRUE(planning_.Run("SELECT * FROM t /*+ OPTIONS('bounded' = 'true') */")->bounded);
  EXPECT_FALSE(planning_.Run("SELECT a FROM t UNION ALL SELECT 1")->bounded);
  EXPECT_TRUE(planning_.Run("SELECT 1")->bounded);
}

TEST_F(JobGraphTest, QueriesSayWhetherTheyUpdate) {
  EXPECT_FALSE(planning_.Run("SELECT DISTINCT s FROM t")->updating);
  EXPECT_TRUE(planning_.Run("SELECT s, COUNT(*) FROM t GROUP BY s")->updating);
  EXPECT_FALSE(planning_.Run("SELECT x.a FROM t x JOIN t y ON x.a = y.b")->updating);
  EXPECT_TRUE(planning_.Run("SELECT x.a FROM t x LEFT JOIN t y ON x.a = y.b")->updating);
}

}  // namespace
}  // namespace millrace::sql
