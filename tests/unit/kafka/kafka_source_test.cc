#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "core/descriptor/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/kafka_position.h"
#include "tests/unit/kafka/kafka_broker.h"
#include "tests/unit/kafka/kafka_source_harness.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Rows = std::vector<std::string>;

std::vector<TestRecord> Numbers(int first, int count) {
  std::vector<TestRecord> records;
  for (int i = first; i < first + count; ++i) {
    records.push_back({.key = {}, .value = "{\"n\":" + std::to_string(i) + "}", .timestamp_ms = 1000 * i});
  }
  return records;
}

/// Every test with each reader.
class KafkaSourceTest : public ::testing::TestWithParam<const char*> {
 protected:
  static KafkaSourceHarness::Table WithReader(KafkaSourceHarness::Table table) {
    table.options["scan.reader"] = GetParam();
    return table;
  }

  static KafkaSourceHarness::Table NumbersTable(const std::string& topic, const Options& changes = {}) {
    KafkaSourceHarness::Table table{.columns = {{"n", DataType::Integer()}},
                                    .options = BoundedJsonOptions(topic)};
    for (const auto& [key, value] : changes) table.options[key] = value;
    return WithReader(std::move(table));
  }

  static Rows ReadNumbers(const std::string& topic, const Options& changes) {
    KafkaSourceHarness source(NumbersTable(topic, changes));
    const auto rows = source.ReadTable();
    EXPECT_TRUE(rows.ok()) << rows.status().ToString();
    return rows.ok() ? *rows : Rows{};
  }
};

INSTANTIATE_TEST_SUITE_P(Readers, KafkaSourceTest, ::testing::Values("native", "librdkafka"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(KafkaSourceTest, ReadsAllPartitionsToTheirEndsAndNoFurther) {
  const std::string topic = KafkaBroker::NewTopic(3);
  KafkaBroker::Produce(topic, 0, Numbers(10, 2));
  KafkaBroker::Produce(topic, 2, Numbers(20, 1));
  KafkaSourceHarness source(NumbersTable(topic));
  const auto splits = source.Discover();
  ASSERT_TRUE(splits.ok()) << splits.status().ToString();
  EXPECT_EQ(source.enumerator().next_discovery_ms(), std::nullopt);
  KafkaBroker::Produce(topic, 2, Numbers(99, 1));  // behind the end that was looked up
  ASSERT_TRUE(source.Open(*splits).ok());
  const auto rows = source.Read();
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_THAT(*rows, UnorderedElementsAre("+I[10]", "+I[11]", "+I[20]"));
  EXPECT_EQ(source.num_ended(), 3u);
  EXPECT_THAT(source.reader().Snapshot(), IsEmpty());
}

TEST_P(KafkaSourceTest, StartsAndEndsWhereTheModesSay) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaBroker::Produce(topic, 0, Numbers(1, 6));  // offsets 0-5, times 1000-6000
  struct Case {
    const char* name;
    Options options;
    Rows rows;
  };
  const Case cases[] = {
      {"latest", {{"scan.startup.mode", "latest-offset"}}, {}},
      {"timestamp",
       {{"scan.startup.mode", "timestamp"}, {"scan.startup.timestamp-millis", "4500"}},
       {"+I[5]", "+I[6]"}},
      {"time behind the end",
       {{"scan.startup.mode", "timestamp"}, {"scan.startup.timestamp-millis", "999999"}},
       {}},
      {"offset",
       {{"scan.startup.mode", "specific-offsets"}, {"scan.startup.specific-offsets", "partition:0,offset:5"}},
       {"+I[6]"}},
      {"reset",
       {{"scan.startup.mode", "group-offsets"},
        {"properties.group.id", std::string("g0-") + GetParam()},
        {"properties.auto.offset.reset", "latest"}},
       {}},
      {"to time",
       {{"scan.bounded.mode", "timestamp"}, {"scan.bounded.timestamp-millis", "3000"}},
       {"+I[1]", "+I[2]"}},
      {"to offset",
       {{"scan.bounded.mode", "specific-offsets"}, {"scan.bounded.specific-offsets", "partition:0,offset:1"}},
       {"+I[1]"}},
  };
  for (const Case& c : cases) EXPECT_EQ(ReadNumbers(topic, c.options), c.rows) << c.name;
}

TEST_P(KafkaSourceTest, GroupOffsetsAreCommittedWithDurableEpochsAndStartedFrom) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaBroker::Produce(topic, 0, Numbers(1, 5));
  const Options group = {{"properties.group.id", "group-" + topic}};
  {
    KafkaSourceHarness source(NumbersTable(topic, group));
    ASSERT_TRUE(source.Open(*source.Discover()).ok());
    ASSERT_TRUE(source.Read(2, 2).ok());
    source.reader().SnapshotAt(Epoch{1});
    ASSERT_TRUE(source.Read(2, 2).ok());
    source.reader().SnapshotAt(Epoch{2});
    source.reader().OnEpochDurable(Epoch{1});
    // The commit is on its way, and its client may have to find the group's coordinator first.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
      KafkaSourceHarness probe(NumbersTable(topic, {{"scan.startup.mode", "group-offsets"},
                                                    {"properties.group.id", "group-" + topic},
                                                    {"properties.auto.offset.reset", "earliest"}}));
      const auto position = DecodeKafkaPosition((*probe.Discover())[0].position);
      if (position->next_offset != 0) break;
    }
  }
  EXPECT_EQ(
      ReadNumbers(topic, {{"scan.startup.mode", "group-offsets"}, {"properties.group.id", "group-" + topic}}),
      (Rows{"+I[3]", "+I[4]", "+I[5]"}));
  EXPECT_EQ(
      ReadNumbers(topic, {{"scan.bounded.mode", "group-offsets"}, {"properties.group.id", "group-" + topic}}),
      (Rows{"+I[1]", "+I[2]"}));
}

TEST_P(KafkaSourceTest, GoesOnExactlyWhereASnapshotWasTaken) {
  const std::string topic = KafkaBroker::NewTopic(2);
  KafkaBroker::Produce(topic, 0, Numbers(0, 500));
  KafkaBroker::Produce(topic, 1, Numbers(500, 500));
  KafkaSourceHarness source(NumbersTable(topic));
  std::vector<Split> splits = *source.Discover();
  Rows all;
  for (int round = 0; round < 20 && !splits.empty(); ++round) {
    ASSERT_TRUE(source.Open(splits).ok());
    const auto rows = source.Read(round < 10 ? 70 : SIZE_MAX, 7);
    ASSERT_TRUE(rows.ok()) << rows.status().ToString();
    all.insert(all.end(), rows->begin(), rows->end());
    splits = source.reader().Snapshot();
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all.size(), 1000u);
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
}

TEST_P(KafkaSourceTest, ReadsEveryCompression) {
  const std::string topic = KafkaBroker::NewTopic(1);
  int first = 0;
  for (const char* compression : {"none", "gzip", "snappy", "lz4", "zstd"}) {
    KafkaBroker::Produce(topic, 0, Numbers(first, 2000), compression);
    first += 2000;
  }
  KafkaSourceHarness source(NumbersTable(topic));
  ASSERT_TRUE(source.Open(*source.Discover()).ok());
  const auto rows = source.Read();
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  ASSERT_EQ(rows->size(), 10000u);
  for (int i = 0; i < 10000; ++i) ASSERT_EQ((*rows)[static_cast<size_t>(i)], "+I[" + std::to_string(i) + "]");
}

TEST_P(KafkaSourceTest, RecordsOfAbortedTransactionsAreReadOnlyWhenAskedFor) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaBroker::Produce(topic, 0, Numbers(1, 1));
  KafkaBroker::ProduceInTransaction(topic, 0, Numbers(10, 2), false);
  KafkaBroker::ProduceInTransaction(topic, 0, Numbers(20, 1), true);
  KafkaBroker::ProduceInTransaction(topic, 0, Numbers(30, 3), false);
  EXPECT_EQ(ReadNumbers(topic, {}), (Rows{"+I[1]", "+I[20]"}));
  EXPECT_EQ(ReadNumbers(topic, {{"properties.isolation.level", "read_uncommitted"}}).size(), 7u);
}

TEST_P(KafkaSourceTest, PartitionsThatComeLaterAreReadFromTheirBeginning) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaBroker::Produce(topic, 0, Numbers(1, 2));
  KafkaSourceHarness source(NumbersTable(topic, {{"scan.startup.mode", "latest-offset"},
                                                 {"scan.bounded.mode", "unbounded"},
                                                 {"scan.topic-partition-discovery.interval", "7 s"}}));
  const auto first = source.Discover();
  ASSERT_EQ(first->size(), 1u);
  EXPECT_EQ(source.enumerator().next_discovery_ms(), 7000);
  ASSERT_TRUE(source.Open(*first).ok());
  EXPECT_THAT(*source.Discover(), IsEmpty());
  KafkaBroker::AddPartitions(topic, 2);
  KafkaBroker::Produce(topic, 1, Numbers(10, 1));
  source.RestoreEnumerator({first->front().id}, source.enumerator().Snapshot());
  const auto second = source.Discover();
  ASSERT_EQ(second->size(), 1u);
  EXPECT_EQ(second->front().id, topic + ":1");
  ASSERT_TRUE(source.Add(*second).ok());
  EXPECT_THAT(*source.Read(1), ElementsAre("+I[10]"));
}

TEST_P(KafkaSourceTest, GivesMetadataAndKeys) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaBroker::Produce(topic, 0,
                       {{.key = "{\"id\":7}",
                         .value = "{\"v\":\"x\"}",
                         .timestamp_ms = 1500,
                         .headers = {{"h", "1"}, {"h", "2"}}}});
  KafkaSourceHarness::Table table{
      .columns = {{"k_id", DataType::Integer()}, {"v", DataType::String()}},
      .metadata = {{"topic", {"t", DataType::String()}},
                   {"partition", {"p", DataType::Integer()}},
                   {"offset", {"o", DataType::Bigint()}},
                   {"timestamp", {"ts", DataType::TimestampLtz(3)}},
                   {"timestamp-type", {"tt", DataType::String()}},
                   {"leader-epoch", {"e", DataType::Integer()}},
                   {"headers", {"h", DataType::Map(DataType::String(), DataType::Bytes())}}},
      .options = BoundedJsonOptions(topic)};
  table.options["key.format"] = "json";
  table.options["key.fields"] = "k_id";
  table.options["key.fields-prefix"] = "k_";
  table.options["value.fields-include"] = "EXCEPT_KEY";
  const auto rows = KafkaSourceHarness(WithReader(table)).ReadTable();
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_THAT(*rows, ElementsAre("+I[7, x, " + topic +
                                 ", 0, 0, 1970-01-01T00:00:01.500Z, CreateTime, null, {h=[50]}]"));
}

TEST_P(KafkaSourceTest, UpsertsAndTombstonesBecomeChanges) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaBroker::Produce(topic, 0,
                       {{.key = "{\"k\":1}", .value = "{\"k\":1,\"v\":\"a\"}"},
                        {.key = "{\"k\":1}", .value = {}},
                        {.key = "{\"k\":2}", .value = "{\"k\":2,\"v\":\"b\"}"}});
  KafkaSourceHarness::Table table{
      .columns = {{"k", DataType::Integer().NotNull()}, {"v", DataType::String()}},
      .options = {{"topic", topic},
                  {"properties.bootstrap.servers", KafkaBroker::bootstrap()},
                  {"key.format", "json"},
                  {"value.format", "json"},
                  {"scan.bounded.mode", "latest-offset"}},
      .primary_key = {0},
      .upsert = true};
  KafkaSourceHarness source(WithReader(table));
  ASSERT_TRUE(source.Open(*source.Discover()).ok());
  const auto rows = source.Read();
  ASSERT_TRUE(rows.ok()) << rows.status().ToString();
  EXPECT_THAT(*rows, ElementsAre("+I[1, a]", "-D[1, null]", "+I[2, b]"));
}

TEST_P(KafkaSourceTest, AnOffsetThatIsGoneIsAnErrorThatSaysWhatIsThere) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaBroker::Produce(topic, 0, Numbers(0, 10));
  KafkaBroker::DeleteRecords(topic, 0, 4);
  KafkaSourceHarness source(NumbersTable(topic));
  const KafkaPosition lost{topic, 0, 2, 10};
  ASSERT_TRUE(source.Open({{.id = lost.SplitId(), .position = EncodeKafkaPosition(lost)}}).ok());
  const auto rows = source.Read();
  ASSERT_EQ(rows.status().code(), kPositionLost) << rows.status().ToString();
  EXPECT_THAT(rows.status().message(),
              HasSubstr("topic '" + topic + "' partition 0, wanted offset 2, available 4 to 10"));
}

TEST_P(KafkaSourceTest, ARecordThatCannotBeReadIsNamed) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaBroker::Produce(topic, 0, Numbers(0, 2));
  KafkaBroker::Produce(topic, 0, {{.key = {}, .value = "{broken"}});
  const auto rows = KafkaSourceHarness(NumbersTable(topic)).ReadTable();
  ASSERT_EQ(rows.status().code(), kBadRecord);
  EXPECT_THAT(rows.status().message(), HasSubstr("topic '" + topic + "' partition 0 offset 2: "));
}

TEST_P(KafkaSourceTest, AMissingTopicOrPartitionIsAnError) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaSourceHarness source(NumbersTable(topic + "x"));
  const Status missing = source.Preflight();
  ASSERT_EQ(missing.code(), kOutsideMissing);
  EXPECT_THAT(missing.message(), HasSubstr(KafkaBroker::bootstrap()));
  EXPECT_THAT(missing.suggestion(), HasSubstr("did you mean 'topic-"));

  KafkaSourceHarness reader(NumbersTable(topic));
  const KafkaPosition gone{topic, 5, 0, 10};
  ASSERT_TRUE(reader.Open({{.id = gone.SplitId(), .position = EncodeKafkaPosition(gone)}}).ok());
  EXPECT_EQ(reader.Read().status().code(), kOutsideMissing);
}

TEST_P(KafkaSourceTest, ADeletedTopicEndsTheSource) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaBroker::Produce(topic, 0, Numbers(1, 1));
  KafkaSourceHarness source(NumbersTable(topic, {{"scan.bounded.mode", "unbounded"}}));
  ASSERT_TRUE(source.Open(*source.Discover()).ok());
  EXPECT_THAT(*source.Read(1), ElementsAre("+I[1]"));
  KafkaBroker::DeleteTopic(topic);
  const Status status = source.Read().status();
  EXPECT_EQ(status.code().number, kOutsideMissing.number) << status.ToString();
}

TEST_P(KafkaSourceTest, AGroupWithoutOffsetIsAnError) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaSourceHarness source(
      NumbersTable(topic, {{"scan.startup.mode", "group-offsets"}, {"properties.group.id", "never"}}));
  EXPECT_EQ(source.Preflight().code(), kOutsideMissing);
}

TEST_P(KafkaSourceTest, PatternsFindTopics) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaBroker::Produce(topic, 0, Numbers(3, 1));
  KafkaSourceHarness::Table table = NumbersTable(topic, {{"topic-pattern", topic + "|nothing.*"}});
  table.options.erase("topic");
  EXPECT_THAT(*KafkaSourceHarness(table).ReadTable(), ElementsAre("+I[3]"));
}

TEST_P(KafkaSourceTest, BrokersThatDoNotAnswerAreNamed) {
  KafkaSourceHarness source(NumbersTable("t", {{"properties.bootstrap.servers", "127.0.0.1:1"}}));
  const Status status = source.Preflight();
  ASSERT_EQ(status.code(), kOutsideUnreachable);
  EXPECT_THAT(status.message(), HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace millrace
