#include <gtest/gtest.h>

#include <cstdio>

#include "operators/connectors/blackhole/blackhole_connector.h"
#include "operators/connectors/print/print_connector.h"
#include "operators/connectors/print/print_writer.h"
#include "operators/connectors/print/row_text.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"
#include "tests/unit/connectors/fake_env.h"
#include "tests/unit/connectors/format_harness.h"

namespace millrace {
namespace {

std::string RowText(const std::vector<Field>& columns, const std::string& json) {
  std::string text;
  AppendRowText(BatchOfJson(columns, {json}), 0, "+I", &text);
  return text;
}

TEST(RowText, IsThatOfFlink) {
  const std::vector<Field> columns = {
      {"i", DataType::Integer()},
      {"f", DataType::Float()},
      {"d", DataType::Double()},
      {"s", DataType::String()},
      {"b", DataType::Boolean()},
      {"n", DataType::Decimal(10, 2)},
      {"y", DataType::Bytes()},
      {"dt", DataType::Date()},
      {"tm", DataType::Time(3)},
      {"ts", DataType::Timestamp(6)},
      {"tz", DataType::TimestampLtz(3)},
      {"a", DataType::Array(DataType::Integer())},
      {"r", DataType::Row({{"x", DataType::Integer()}, {"y", DataType::String()}})},
      {"m", DataType::Map(DataType::String(), DataType::Integer())}};
  EXPECT_EQ(
      RowText(
          columns,
          R"({"i":1,"f":1.5,"d":1e10,"s":"plain","b":true,"n":100,"y":"SGVsbG8=","dt":"2026-03-02","tm":"07:58:30","ts":"2026-03-02 07:58:30.123456","tz":"1970-01-01 00:00:00Z","a":[1,2],"r":{"x":5,"y":"z"},"m":{"a":2,"z":1}})"),
      "+I[1, 1.5, 1.0E10, plain, true, 100.00, [72, 101, 108, 108, 111], 2026-03-02, 07:58:30, "
      "2026-03-02T07:58:30.123456, "
      "1970-01-01T00:00:00Z, [1, 2], +I[5, z], {a=2, z=1}]");
  EXPECT_EQ(
      RowText(
          columns,
          R"({"f":0.1,"d":1e-5,"s":"x/y","b":false,"n":0,"y":"","dt":"1969-12-31","tm":"00:00:00","ts":"2026-03-02 07:58:00","tz":"1970-01-01 00:00:00.123Z","a":[null,2],"r":{"x":5},"m":{"z":null}})"),
      "+I[null, 0.1, 1.0E-5, x/y, false, 0.00, [], 1969-12-31, 00:00, 2026-03-02T07:58, "
      "1970-01-01T00:00:00.123Z, [null, 2], "
      "+I[5, null], {z=null}]");
}

TEST(RowText, OfIntervals) {
  const std::vector<Field> columns = {{"m", DataType::IntervalYearMonth()},
                                      {"s", DataType::IntervalDayTime()}};
  EXPECT_EQ(RowText(columns, R"({"m":14,"s":93784500})"), "+I[P1Y2M, PT26H3M4.5S]");
  EXPECT_EQ(RowText(columns, R"({"m":0,"s":0})"), "+I[P0D, PT0S]");
  EXPECT_EQ(RowText(columns, R"({"m":-1,"s":-500})"), "+I[P-1M, PT-0.5S]");
}

Batch Changes(const std::vector<std::pair<int, std::string>>& rows) {
  const std::vector<Field> columns = {{"k", DataType::String()}, {"n", DataType::Bigint()}};
  std::vector<std::string> json;
  ColumnBuilder weights(DataType::Tinyint().NotNull());
  for (const auto& [weight, row] : rows) {
    weights.Append(static_cast<int8_t>(weight));
    json.push_back(row);
  }
  Batch batch = BatchOfJson(columns, json);
  batch.weights = weights.Finish();
  return batch;
}

TEST(PrintWriter, ShowsUpdatesAsPairs) {
  const Batch batch = Changes({{1, R"({"k":"a","n":1})"},
                               {-1, R"({"k":"a","n":1})"},
                               {1, R"({"k":"a","n":2})"},
                               {-1, R"({"k":"b","n":7})"},
                               {1, R"({"k":"c","n":1})"},
                               {-1, R"({"k":"c","n":1})"}});
  std::string lines;
  AppendChangelogLines(batch, "", {0}, &lines);
  EXPECT_EQ(lines, "+I[a, 1]\n-U[a, 1]\n+U[a, 2]\n-D[b, 7]\n+I[c, 1]\n-D[c, 1]\n");
  lines.clear();
  Batch selected = batch;
  selected.selection = std::make_shared<const Selection>(Selection{1, 2, 5});
  AppendChangelogLines(selected, "x> ", {}, &lines);
  EXPECT_EQ(lines, "x> -U[a, 1]\nx> +U[a, 2]\nx> -D[c, 1]\n");
}

TEST(PrintWriter, NamesItsSubtask) {
  EXPECT_EQ(PrintPrefix("", 0, 1), "");
  EXPECT_EQ(PrintPrefix("id", 0, 1), "id> ");
  EXPECT_EQ(PrintPrefix("id", 1, 2), "id:2> ");
  EXPECT_EQ(PrintPrefix("", 1, 2), "2> ");
}

std::string ContentOf(std::FILE* file) {
  std::rewind(file);
  char buffer[1000];
  return {buffer, std::fread(buffer, 1, sizeof(buffer), file)};
}

TEST(PrintWriter, WritesOnTheIoPoolAndAtTheBarrier) {
  FakeEnv env;
  std::FILE* file = std::tmpfile();
  {
    PrintWriter writer(file, "id> ", {}, &env.executor);
    ASSERT_TRUE(writer.Write(Changes({{1, R"({"k":"a","n":1})"}})).ok());
    EXPECT_EQ(ContentOf(file), "");
    env.executor.RunAll();
    EXPECT_EQ(ContentOf(file), "id> +I[a, 1]\n");
    ASSERT_TRUE(writer.Write(Changes({{1, R"({"k":"b","n":1})"}})).ok());
    const auto work = writer.Prepare(Epoch{1});
    ASSERT_TRUE(work.ok() && (*work)().ok());
    EXPECT_EQ(ContentOf(file), "id> +I[a, 1]\nid> +I[b, 1]\n");
    ASSERT_TRUE(writer.Write(Changes({{1, R"({"k":"c","n":1})"}})).ok());
  }
  EXPECT_EQ(ContentOf(file), "id> +I[a, 1]\nid> +I[b, 1]\nid> +I[c, 1]\n");
  std::fclose(file);
}

TEST(Blackhole, TakesEverything) {
  const ConnectorFactory factory = MakeBlackholeConnector();
  const auto writer = factory.create_writer({}, {}, nullptr);
  ASSERT_TRUE(writer.ok());
  EXPECT_TRUE((*writer)->Write(Changes({{-1, R"({"k":"a","n":1})"}})).ok());
  const auto work = (*writer)->Prepare(Epoch{1});
  ASSERT_TRUE(work.ok());
  EXPECT_TRUE((*work)()->committables.empty());
}

TEST(PrintConnector, SaysWhatItGuarantees) {
  const ConnectorDescriptor descriptor = MakePrintConnector().descriptor;
  EXPECT_EQ(descriptor.guarantee({}).first, Guarantee::kAtLeastOnce);
  EXPECT_TRUE(descriptor.accepts_updates);
}

}  // namespace
}  // namespace millrace
