#include "operators/table/source_operator.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <deque>

#include "core/descriptor/error_codes.h"
#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/api/registry.h"
#include "operators/connectors/values/values.h"
#include "tests/unit/operators/harness.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What one poll of the fake reader gives.
struct PollScript {
  std::vector<std::pair<uint32_t, std::vector<std::string>>> runs;  // split, rows
  std::vector<uint32_t> ended;
  ReadState state = ReadState::kReady;
};

class FakeReader final : public SplitReader {
 public:
  FakeReader(SchemaPtr schema, std::deque<PollScript>& script)
      : schema_(std::move(schema)), script_(script) {}
  Status AddSplits(std::span<const Split> splits) override {
    splits_.insert(splits_.end(), splits.begin(), splits.end());
    return Status::Ok();
  }
  Result<ReadState> PollNext(uint32_t, BatchBuilder& builder, std::vector<SplitRows>* runs,
                             std::vector<uint32_t>* ended) override {
    if (script_.empty()) return ReadState::kIdle;
    const PollScript poll = script_.front();
    script_.pop_front();
    for (const auto& [split, rows] : poll.runs) {
      runs->push_back({split, builder.num_rows()});
      const Batch batch = ParseRows(schema_, rows);
      for (uint32_t row = 0; row < batch.num_rows; ++row) {
        for (size_t i = 0; i < schema_->size(); ++i) builder.column(i).AppendFrom(*batch.columns[i], row);
        builder.FinishRow(batch.Weight(row));
      }
    }
    *ended = poll.ended;
    return poll.state;
  }
  void SetWakeup(std::function<void()>) override {}
  std::vector<Split> Snapshot() override { return splits_; }

 private:
  const SchemaPtr schema_;
  std::deque<PollScript>& script_;
  std::vector<Split> splits_;
};

constexpr char kPhysical[] =
    "physical { fields { name: 'v' type { kind: INTEGER } } fields { name: 'ts' type { kind: TIMESTAMP "
    "precision: 3 } } } ";
// The watermark is ts itself.
constexpr char kWatermark[] =
    "watermark { column: 1 expression { type { kind: TIMESTAMP precision: 3 } column: 1 } ";

class SourceOperatorTest : public testing::Test {
 protected:
  SourceOperatorTest() {
    ConnectorFactory connector;
    connector.descriptor.name = "fake";
    connector.descriptor.source = true;
    connector.create_reader = [this](const proto::SourceConfig&, const ConnectorContext&,
                                     SchemaPtr schema) -> Result<std::unique_ptr<SplitReader>> {
      return std::unique_ptr<SplitReader>(std::make_unique<FakeReader>(std::move(schema), script_));
    };
    registry_.AddConnector(connector);
  }

  HarnessOptions Options(const std::string& more) {
    HarnessOptions options;
    options.config = std::string("source { connector: 'fake' ") + kPhysical + more + " }";
    options.output = "v INT, ts TIMESTAMP(3)*";
    options.keyed = false;
    return options;
  }
  static SourceOperator& Source(Harness& harness) {
    return dynamic_cast<SourceOperator&>(harness.subtask(0));
  }
  static Status AddSplits(Harness& harness, const std::vector<std::string>& ids, bool no_more,
                          int64_t watermark = Watermark::kMin) {
    std::vector<std::string> splits;
    for (const std::string& id : ids) {
      proto::SplitState state;
      state.set_split_id(id);
      state.set_watermark_micros(watermark);
      splits.push_back(state.SerializeAsString());
    }
    return Source(harness).AddSplits(splits, no_more);
  }
  /// The events of one poll, watermarks in seconds, rows by their value only.
  static std::vector<std::string> Poll(Harness& harness) {
    const Result<SourceOperator::Poll> poll = Source(harness).PollNext(harness.output());
    EXPECT_TRUE(poll.ok()) << poll.status().ToString();
    return Shorten(harness.TakeEvents());
  }
  static std::vector<std::string> Shorten(std::vector<std::string> events) {
    for (std::string& event : events) {
      if (event.starts_with("watermark ") && event.size() > 16 && event != "watermark 9223372036854775807") {
        event.resize(event.size() - 6);
      }
      if (event[0] == '+' || event[0] == '-') event = event.substr(0, event.find(','));
    }
    return events;
  }

  std::deque<PollScript> script_;
  Registry registry_;
  const OperatorFactory factory_ = TableSourceFactory(registry_);
};

std::string At(int value, int second) {
  return std::to_string(value) + ", 1970-01-02 00:00:" + (second < 10 ? "0" : "") + std::to_string(second);
}

TEST_F(SourceOperatorTest, CutsBatchesOnlyWhereARowIsBehindTheWatermark) {
  Harness harness(factory_, Options(std::string(kWatermark) + "}"));
  ASSERT_OK(harness.Open());
  EXPECT_THAT(Poll(harness), IsEmpty());
  ASSERT_OK(AddSplits(harness, {"a"}, true));
  script_.push_back({.runs = {{0, {At(1, 10), At(2, 11), At(3, 5), At(4, 11), At(5, 20), At(6, 19)}}}});
  // 3 and 4 are behind 11, with no watermark between them; 6 is behind 20.
  EXPECT_THAT(Poll(harness),
              ElementsAre("+[1", "+[2", "watermark 86411", "+[3", "+[4", "+[5", "watermark 86420", "+[6"));
  script_.push_back({.runs = {{0, {At(7, 30)}}}});
  EXPECT_THAT(Poll(harness), ElementsAre("+[7", "watermark 86430"));
}

TEST_F(SourceOperatorTest, WatermarkIsThatOfTheSlowestSplit) {
  Harness harness(factory_, Options(std::string(kWatermark) + "}"));
  ASSERT_OK(harness.Open());
  ASSERT_OK(AddSplits(harness, {"a", "b"}, true));
  script_.push_back({.runs = {{0, {At(1, 30)}}}});
  EXPECT_THAT(Poll(harness), ElementsAre("+[1"));
  script_.push_back({.runs = {{1, {At(2, 10)}}, {0, {At(3, 40)}}}});
  EXPECT_THAT(Poll(harness), ElementsAre("+[2", "+[3", "watermark 86410"));
  script_.push_back({.ended = {1}});
  EXPECT_THAT(Poll(harness), ElementsAre("watermark 86440"));
  script_.push_back({.ended = {0}, .state = ReadState::kEnd});
  EXPECT_THAT(Poll(harness), ElementsAre("idle", "watermark 9223372036854775807"));
}

TEST_F(SourceOperatorTest, IdleSplitsHoldNothingBack) {
  Harness harness(factory_, Options(std::string(kWatermark) + "idle_timeout_ms: 1000 }"));
  ASSERT_OK(harness.Open());
  ASSERT_OK(AddSplits(harness, {"a", "b"}, false));
  script_.push_back({.runs = {{0, {At(1, 30)}}}, .state = ReadState::kIdle});
  EXPECT_THAT(Poll(harness), ElementsAre("+[1"));
  ASSERT_OK(harness.SetTime(1'900'000));
  script_.push_back({.runs = {{0, {At(2, 31)}}}, .state = ReadState::kIdle});
  EXPECT_THAT(Poll(harness), ElementsAre("+[2"));
  ASSERT_OK(harness.SetTime(2'000'000));
  EXPECT_THAT(Shorten(harness.TakeEvents()), ElementsAre("watermark 86431"));
  ASSERT_OK(harness.SetTime(3'000'000));
  EXPECT_THAT(harness.TakeEvents(), ElementsAre("idle"));
  script_.push_back({.runs = {{1, {At(3, 5)}}}, .state = ReadState::kIdle});
  EXPECT_THAT(Poll(harness), ElementsAre("active", "+[3"));
}

TEST_F(SourceOperatorTest, SubtaskWithoutSplitsIsIdleUntilItGetsSome) {
  Harness harness(factory_, Options(std::string(kWatermark) + "}"));
  ASSERT_OK(harness.Open());
  ASSERT_OK(AddSplits(harness, {}, false));
  EXPECT_THAT(Poll(harness), ElementsAre("idle"));
  ASSERT_OK(AddSplits(harness, {"a"}, false));
  EXPECT_THAT(Poll(harness), ElementsAre("active"));
}

TEST_F(SourceOperatorTest, FilterComesBehindTheWatermark) {
  Harness harness(
      factory_,
      Options(std::string(kWatermark) +
              "} filter { type { kind: BOOLEAN } call { function: '<>' arguments { type { kind: INTEGER } "
              "column: 0 } arguments { type { kind: INTEGER } column: 0 } } }"));
  ASSERT_OK(harness.Open());
  ASSERT_OK(AddSplits(harness, {"a"}, false));
  script_.push_back({.runs = {{0, {At(1, 30), At(2, 20)}}}});
  EXPECT_THAT(Poll(harness), ElementsAre("watermark 86430"));
}

TEST_F(SourceOperatorTest, RestoredSplitsKeepTheirWatermark) {
  Harness harness(factory_, Options(std::string(kWatermark) + "}"));
  ASSERT_OK(harness.Open());
  ASSERT_OK(AddSplits(harness, {"a"}, false, int64_t{86430} * 1'000'000));
  EXPECT_THAT(Poll(harness), ElementsAre("watermark 86430"));
  const Result<proto::OperatorRestore> checkpoint = harness.Checkpoint(1);
  ASSERT_OK(checkpoint.status());
  ASSERT_EQ(checkpoint->subtasks(0).splits_size(), 1);
  EXPECT_EQ(checkpoint->subtasks(0).splits(0).watermark_micros(), int64_t{86430} * 1'000'000);
}

TEST_F(SourceOperatorTest, RefusesRowsWithoutEventTime) {
  Harness harness(factory_, Options(std::string(kWatermark) + "}"));
  ASSERT_OK(harness.Open());
  ASSERT_OK(AddSplits(harness, {"a"}, false));
  script_.push_back({.runs = {{0, {"- 1, NULL"}}}});
  EXPECT_THAT(Poll(harness), ElementsAre("-[1"));
  script_.push_back({.runs = {{0, {"1, NULL"}}}});
  EXPECT_EQ(Source(harness).PollNext(harness.output()).status().code(), kNullEventTime);
}

TEST_F(SourceOperatorTest, RefusesUnknownConnectors) {
  HarnessOptions options = Options("");
  options.config = "source { connector: 'nowhere' }";
  EXPECT_EQ(Harness(factory_, options).Open().code(), kUnknownConnector);
}

TEST(ValuesConnectorTest, ReadsItsRowsFromWhereItWas) {
  const SchemaPtr schema = ParseSchema("v INT, t STRING");
  const RowCodec codec({schema->type(0), schema->type(1)});
  const Batch rows = ParseRows(schema, {"1, a", "2, NULL", "3, c"});
  proto::Operator config;
  config.mutable_source()->set_connector("values");
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "fields { name: 'v' type { kind: INTEGER } } fields { name: 't' type { kind: VARCHAR precision: "
      "2147483647 } }",
      config.mutable_source()->mutable_physical()));
  const std::vector<ColumnReader> readers = ReadColumns(rows, std::vector<uint32_t>{0, 1});
  for (uint32_t row = 0; row < rows.num_rows; ++row)
    codec.Encode(readers, row, config.mutable_source()->add_rows());

  const ConnectorFactory connector = ValuesConnector();
  const auto enumerator = connector.create_enumerator(config.source(), {}, {}, "");
  ASSERT_OK(enumerator.status());
  Result<std::vector<Split>> splits = (*enumerator)->Discover();
  ASSERT_OK(splits.status());
  ASSERT_EQ(splits->size(), 1u);
  EXPECT_TRUE((*enumerator)->Discover()->empty());
  EXPECT_EQ((*enumerator)->next_discovery_ms(), std::nullopt);

  auto reader = connector.create_reader(config.source(), {}, schema);
  ASSERT_OK(reader.status());
  ASSERT_OK((*reader)->AddSplits(*splits));
  BatchBuilder builder(schema);
  std::vector<SplitRows> runs;
  std::vector<uint32_t> ended;
  EXPECT_EQ(*(*reader)->PollNext(2, builder, &runs, &ended), ReadState::kReady);
  EXPECT_THAT(FormatRows(builder.Finish()), ElementsAre("+[1,\"a\"]", "+[2,null]"));
  const std::vector<Split> position = (*reader)->Snapshot();

  auto restored = connector.create_reader(config.source(), {}, schema);
  ASSERT_OK(restored.status());
  ASSERT_OK((*restored)->AddSplits(position));
  EXPECT_EQ(*(*restored)->PollNext(10, builder, &runs, &ended), ReadState::kEnd);
  EXPECT_THAT(FormatRows(builder.Finish()), ElementsAre("+[3,\"c\"]"));
  EXPECT_THAT(ended, ElementsAre(0));
  EXPECT_TRUE((*restored)->Snapshot().empty());
  const Split damaged{.id = "values", .position = "\xff\xff"};
  EXPECT_EQ((*restored)->AddSplits({&damaged, 1}).code(), kCorruptBytes);
}

}  // namespace
}  // namespace millrace
