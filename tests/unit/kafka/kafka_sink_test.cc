#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/kafka_lane.h"
#include "operators/connectors/kafka/progress_marker.h"
#include "tests/unit/kafka/kafka_broker.h"
#include "tests/unit/kafka/kafka_sink_harness.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Options ExactlyOnce(const std::string& topic, const Options& changes = {}) {
  Options options = {{"sink.delivery-guarantee", "exactly-once"},
                     {"sink.transactional-id-prefix", "prefix-" + topic}};
  for (const auto& [key, value] : changes) options[key] = value;
  return options;
}

/// A committer of a job that starts from `epoch`.
std::unique_ptr<Committer> Recovered(KafkaSinkHarness& sink, uint64_t epoch,
                                     const std::string& job_id = "job-1",
                                     std::span<const proto::Committable> pending = {}) {
  auto committer = sink.NewCommitter(job_id);
  EXPECT_TRUE(committer.ok()) << committer.status().ToString();
  const Status status = (*committer)->Recover({Epoch{epoch}, pending});
  EXPECT_TRUE(status.ok()) << status.ToString();
  return std::move(*committer);
}

CommitResult CommitOk(Committer& committer, const proto::Committable& committable) {
  const auto result = committer.Commit(committable);
  EXPECT_TRUE(result.ok()) << result.status().ToString();
  return result.ok() ? *result : CommitResult::kAlreadyDone;
}

TEST(KafkaSinkTest, AtLeastOnceHasDeliveredWhenTheEpochsWorkHasRun) {
  const std::string topic = KafkaBroker::NewTopic(2);
  KafkaSinkHarness sink(topic, {});
  EXPECT_TRUE(sink.Preflight().ok());
  const auto writer = sink.NewWriter();
  EXPECT_THAT(sink.Stage(*writer, Epoch{1}, {{1, "a"}, {2, "b"}}), IsEmpty());
  EXPECT_FALSE(writer->IsFull());
  EXPECT_THAT(KafkaBroker::ReadAll(topic),
              UnorderedElementsAre("a={\"k\":1,\"v\":\"a\"}", "b={\"k\":2,\"v\":\"b\"}"));
}

TEST(KafkaSinkTest, PartitionersChoosePartitions) {
  for (const char* partitioner : {"fixed", "round-robin"}) {
    const std::string topic = KafkaBroker::NewTopic(2);
    KafkaSinkHarness sink(topic, {{"sink.partitioner", partitioner}, {"key.format", ""}, {"key.fields", ""}});
    const auto writer = sink.NewWriter("job-1", 1);
    static_cast<void>(sink.Stage(*writer, Epoch{1}, {{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}}));
    // Rows in the order of partitions.
    const std::vector<std::string> expected = std::string(partitioner) == "fixed"
                                                  ? std::vector<std::string>{"1", "2", "3", "4"}
                                                  : std::vector<std::string>{"1", "3", "2", "4"};
    std::vector<std::string> found;
    for (const std::string& record : KafkaBroker::ReadAll(topic)) found.push_back(record.substr(6, 1));
    EXPECT_EQ(found, expected) << partitioner;
  }
}

TEST(KafkaSinkTest, ExactlyOnceShowsNothingBeforeTheCommitAndAllOfItOnce) {
  const std::string topic = KafkaBroker::NewTopic(2);
  KafkaSinkHarness sink(topic, ExactlyOnce(topic));
  const Status preflight = sink.Preflight();
  EXPECT_TRUE(preflight.ok()) << preflight.ToString();
  const auto writer = sink.NewWriter();
  const auto committer = Recovered(sink, 0);
  const auto first = sink.Stage(*writer, Epoch{1}, {{1, "a"}, {2, "b"}});
  EXPECT_THAT(KafkaBroker::ReadAll(topic, false), IsEmpty());
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(CommitOk(*committer, first[0]), CommitResult::kDone);
  EXPECT_EQ(CommitOk(*committer, first[0]), CommitResult::kAlreadyDone);
  EXPECT_THAT(sink.Stage(*writer, Epoch{2}, {}), IsEmpty());  // an epoch without rows
  const auto third = sink.Stage(*writer, Epoch{3}, {{3, "c"}});
  EXPECT_EQ(CommitOk(*committer, third[0]), CommitResult::kDone);
  EXPECT_EQ(KafkaBroker::ReadAll(topic).size(), 3u);
}

/// How far a transaction got when the process died.
enum class Death { kAfterInit, kAfterBegin, kAfterSomeRecords, kAfterAllRecords, kAfterMarker, kAfterCommit };

class KafkaCrashTest : public ::testing::TestWithParam<std::tuple<Death, const char*>> {};

/// Keeps a marker from being followed by a commit.
class StoppingMarkers : public ProgressMarkers {
 public:
  explicit StoppingMarkers(std::unique_ptr<ProgressMarkers> markers) : markers_(std::move(markers)) {}
  Result<uint32_t> EnsureLanes(uint32_t num_lanes) override { return markers_->EnsureLanes(num_lanes); }
  Result<std::optional<ProgressMarker>> Read(uint32_t lane) override { return markers_->Read(lane); }
  Status Append(RecordProducer& producer, uint32_t lane, const ProgressMarker& marker) override {
    EXPECT_TRUE(markers_->Append(producer, lane, marker).ok());
    return Status(kFailPoint, "stopped");
  }

 private:
  std::unique_ptr<ProgressMarkers> markers_;
};

TEST_P(KafkaCrashTest, WhatWasLeftIsPublishedOnce) {
  const auto [death, marker_kind] = GetParam();
  const std::string topic = KafkaBroker::NewTopic(2);
  KafkaSinkHarness sink(topic, ExactlyOnce(topic, {{"sink.progress.marker", marker_kind}}));
  const auto writer = sink.NewWriter();
  auto committer = Recovered(sink, 0);
  EXPECT_EQ(CommitOk(*committer, sink.Stage(*writer, Epoch{1}, {{0, "zero"}})[0]), CommitResult::kDone);
  const auto staged = sink.Stage(*writer, Epoch{2}, {{1, "a"}, {2, "b"}, {3, "c"}});
  if (death == Death::kAfterCommit) {
    EXPECT_EQ(CommitOk(*committer, staged[0]), CommitResult::kDone);
  } else {
    const KafkaOptions options = *KafkaOptions::From(sink.options(), false);
    const SinkIdentity identity{options.transactional_id_prefix, "sink"};
    StoppingMarkers markers(MakeProgressMarkers(options, identity));
    KafkaLane lane(options, identity, 0, &markers);
    ASSERT_TRUE(lane.Open().ok());
    EXPECT_EQ(lane.marker()->epoch, 1u);
    if (death != Death::kAfterInit) {
      const Status died = lane.Commit({2, "job-1"}, [death = death](RecordProducer& producer) {
        if (death == Death::kAfterBegin) return Status(kFailPoint, "stopped");
        const int num_records = death == Death::kAfterSomeRecords ? 1 : 3;
        for (int i = 0; i < num_records; ++i) EXPECT_TRUE(producer.Produce({.value = "half"}, 1000).ok());
        EXPECT_TRUE(producer.Flush(10'000).ok());
        return death == Death::kAfterMarker ? Status::Ok() : Status(kFailPoint, "stopped");
      });
      EXPECT_EQ(died.code(), kFailPoint);
      // At the broker there are records of an open transaction now.
      EXPECT_EQ(KafkaBroker::ReadAll(topic, false).size() > 1, death != Death::kAfterBegin);
    }
  }
  committer = Recovered(sink, 2);
  EXPECT_EQ(CommitOk(*committer, staged[0]),
            death == Death::kAfterCommit ? CommitResult::kAlreadyDone : CommitResult::kDone);
  EXPECT_EQ(CommitOk(*committer, sink.Stage(*writer, Epoch{3}, {{4, "d"}})[0]), CommitResult::kDone);
  EXPECT_THAT(
      KafkaBroker::ReadAll(topic),
      UnorderedElementsAre("zero={\"k\":0,\"v\":\"zero\"}", "a={\"k\":1,\"v\":\"a\"}",
                           "b={\"k\":2,\"v\":\"b\"}", "c={\"k\":3,\"v\":\"c\"}", "d={\"k\":4,\"v\":\"d\"}"));
}

INSTANTIATE_TEST_SUITE_P(
    All, KafkaCrashTest,
    ::testing::Combine(::testing::Values(Death::kAfterInit, Death::kAfterBegin, Death::kAfterSomeRecords,
                                         Death::kAfterAllRecords, Death::kAfterMarker, Death::kAfterCommit),
                       ::testing::Values("topic", "group-offset")));

TEST(KafkaSinkTest, AFencedCommitterOfTheSameJobGoesOn) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaSinkHarness sink(topic, ExactlyOnce(topic));
  const auto writer = sink.NewWriter();
  const auto staged = sink.Stage(*writer, Epoch{1}, {{1, "a"}});
  const auto first = Recovered(sink, 0);
  const auto second = Recovered(sink, 0);                       // fences the first
  EXPECT_EQ(CommitOk(*first, staged[0]), CommitResult::kDone);  // fences the second
  EXPECT_EQ(CommitOk(*second, staged[0]), CommitResult::kAlreadyDone);
  EXPECT_THAT(KafkaBroker::ReadAll(topic), ElementsAre("a={\"k\":1,\"v\":\"a\"}"));
}

TEST(KafkaSinkTest, AnotherJobOfTheSamePrefixEndsTheFirst) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaSinkHarness sink(topic, ExactlyOnce(topic));
  const auto writer = sink.NewWriter();
  const auto staged = sink.Stage(*writer, Epoch{1}, {{1, "a"}});
  const auto first = Recovered(sink, 0);
  const auto second = Recovered(sink, 0, "job-2");
  EXPECT_EQ(first->Commit(staged[0]).status().code(), kSinkFenced);
}

TEST(KafkaSinkTest, AnOlderStateIsRefusedUnlessAskedFor) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaSinkHarness sink(topic, ExactlyOnce(topic));
  const auto writer = sink.NewWriter();
  {
    const auto committer = Recovered(sink, 0);
    for (uint64_t epoch = 1; epoch <= 3; ++epoch) {
      CommitOk(*committer, sink.Stage(*writer, Epoch{epoch}, {{static_cast<int32_t>(epoch), "a"}})[0]);
    }
  }
  for (const char* job : {"job-1", "job-2"}) {
    const auto committer = sink.NewCommitter(job);
    const Status refused = (*committer)->Recover({Epoch{2}});
    ASSERT_EQ(refused.code(), kOutputAhead);
    EXPECT_THAT(refused.message(), HasSubstr("published up to epoch 3, the job starts from epoch 2"));
  }
  const auto committer = sink.NewCommitter("job-2");
  ASSERT_TRUE((*committer)->Recover({Epoch{2}, {}, true}).ok());
  EXPECT_EQ(CommitOk(**committer, sink.Stage(*writer, Epoch{3}, {{3, "again"}})[0]), CommitResult::kDone);
  EXPECT_EQ(KafkaBroker::ReadAll(topic).size(), 4u);
}

TEST(KafkaSinkTest, AJobThatStartsAnewIsNotHeldUpByAnEarlierOne) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaSinkHarness sink(topic, ExactlyOnce(topic));
  const auto writer = sink.NewWriter();
  CommitOk(*Recovered(sink, 0), sink.Stage(*writer, Epoch{7}, {{1, "a"}})[0]);
  EXPECT_EQ(CommitOk(*Recovered(sink, 0, "job-2"), sink.Stage(*writer, Epoch{1}, {{2, "b"}})[0]),
            CommitResult::kDone);
  EXPECT_EQ(KafkaBroker::ReadAll(topic).size(), 2u);
}

TEST(KafkaSinkTest, LanesAreHandedOverWhenParallelismFalls) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaSinkHarness sink(topic, ExactlyOnce(topic));
  std::vector<proto::Committable> staged;
  for (uint32_t lane = 0; lane < 3; ++lane) {
    auto committer = sink.NewCommitter("job-1", lane, 3);
    ASSERT_TRUE((*committer)->Recover({Epoch{0}}).ok());
    const auto writer = sink.NewWriter("job-1", lane);
    staged.push_back(sink.Stage(*writer, Epoch{1}, {{static_cast<int32_t>(lane), "x"}}, lane)[0]);
    if (lane == 1) CommitOk(**committer, staged.back());
  }
  const auto committer = Recovered(sink, 1, "job-1", staged);
  EXPECT_EQ(CommitOk(*committer, staged[0]), CommitResult::kDone);
  EXPECT_EQ(CommitOk(*committer, staged[1]), CommitResult::kAlreadyDone);
  EXPECT_EQ(CommitOk(*committer, staged[2]), CommitResult::kDone);
  EXPECT_EQ(KafkaBroker::ReadAll(topic).size(), 3u);
}

TEST(KafkaSinkTest, ALaneThatARestoreAddedIsNotTakenForALostOne) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaSinkHarness sink(topic, ExactlyOnce(topic));
  const auto writer = sink.NewWriter();
  Recovered(sink, 6);  // from a savepoint of a smaller parallelism: no progress, nothing pending
  const auto staged = sink.Stage(*writer, Epoch{7}, {{1, "a"}});
  // Killed between the end of epoch 7 and its commit.
  EXPECT_EQ(CommitOk(*Recovered(sink, 7, "job-1", staged), staged[0]), CommitResult::kDone);
  EXPECT_EQ(CommitOk(*Recovered(sink, 7, "job-1", staged), staged[0]), CommitResult::kAlreadyDone);
  EXPECT_THAT(KafkaBroker::ReadAll(topic), ElementsAre("a={\"k\":1,\"v\":\"a\"}"));
}

TEST(KafkaSinkTest, OutputIsNotWrittenAgainWhenItsProgressIsLost) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaSinkHarness sink(topic, ExactlyOnce(topic));
  const auto writer = sink.NewWriter();
  const auto staged = sink.Stage(*writer, Epoch{4}, {{1, "a"}});
  EXPECT_EQ(Recovered(sink, 4, "job-1", staged)->Commit(staged[0]).status().code(), kOutputAhead);
  EXPECT_THAT(KafkaBroker::ReadAll(topic, false), IsEmpty());
}

TEST(KafkaSinkTest, UpsertsWriteTombstones) {
  const std::string topic = KafkaBroker::NewTopic(1);
  KafkaSinkHarness sink(topic, ExactlyOnce(topic), true);
  const auto writer = sink.NewWriter();
  CommitOk(*Recovered(sink, 0), sink.Stage(*writer, Epoch{1}, {{1, "a"}, {2, "b"}, {1, "a", -1}})[0]);
  EXPECT_THAT(KafkaBroker::ReadAll(topic),
              ElementsAre("a={\"k\":1,\"v\":\"a\"}", "b={\"k\":2,\"v\":\"b\"}", "a=null"));
}

TEST(KafkaSinkTest, PreflightFindsWhatWouldFailLater) {
  const std::string topic = KafkaBroker::NewTopic(1);
  struct Case {
    const char* topic_suffix;
    Options options;
    ErrorCode code;
  };
  const Case cases[] = {
      {"-nowhere", {}, kOutsideMissing},
      {"", {{"properties.bootstrap.servers", "127.0.0.1:1"}}, kOutsideUnreachable},
      {"", ExactlyOnce(topic, {{"properties.transaction.timeout.ms", "999999999"}}), kOutsideRefused},
      {"", {{"properties.message.max.bytes", "500000000"}}, kOutsideRefused},
  };
  for (const Case& c : cases) {
    const Status status = KafkaSinkHarness(topic + c.topic_suffix, c.options).Preflight();
    EXPECT_EQ(status.code().number, c.code.number) << status.ToString();
  }
}

}  // namespace
}  // namespace millrace
