#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/native/native_fetcher.h"
#include "tests/unit/connectors/fake_kafka_broker.h"
#include "tests/unit/connectors/kafka_batch_builder.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Answer = FakeKafkaBroker::Answer;
using Request = FakeKafkaBroker::Request;

constexpr int16_t kNotLeader = 6;
constexpr int16_t kOutOfRange = 1;
constexpr int16_t kUnknownTopicId = 100;

OfferedVersions Versions(int16_t fetch, int16_t metadata) {
  return {{1, {4, fetch}}, {2, {2, 5}}, {3, {4, metadata}}};
}

struct Leader {
  int32_t broker;
  int32_t epoch;
  KafkaUuid topic_id{};
};

/// Topic "t" of one partition.
std::string MetadataOf(int16_t version, const std::map<int32_t, uint16_t>& ports, const Leader& leader) {
  WireWriter writer(FormOf(KafkaApi::kMetadata, version));
  writer.Int32(0);
  writer.ArrayLength(ports.size());
  for (const auto& [id, port] : ports) {
    writer.Int32(id);
    writer.String("127.0.0.1");
    writer.Int32(port);
    writer.NullString();
    writer.EndOfStructure();
  }
  writer.NullString();
  writer.Int32(1);
  writer.ArrayLength(1);
  writer.Int16(0);
  writer.String("t");
  if (version >= 10) writer.Uuid(leader.topic_id);
  writer.Bool(false);
  writer.ArrayLength(1);
  writer.Int16(0);
  writer.Int32(0);
  writer.Int32(leader.broker);
  if (version >= 7) writer.Int32(leader.epoch);
  for (int i = 0; i < 3; ++i) writer.ArrayLength(0);
  writer.EndOfStructure();
  if (version >= 8) writer.Int32(0);
  writer.EndOfStructure();
  writer.EndOfStructure();
  return writer.bytes();
}

struct Fetched {
  int16_t error = 0;
  std::string records = {};
  int64_t end_offset = 0;
  int32_t preferred_read_replica = -1;
  KafkaUuid topic_id{};
  int64_t diverging_end_offset = -1;
};

std::string FetchOf(int16_t version, const Fetched& fetched) {
  WireWriter writer(FormOf(KafkaApi::kFetch, version));
  writer.Int32(0);
  writer.Int16(0);
  writer.Int32(0);
  writer.ArrayLength(1);
  if (version >= 13) {
    writer.Uuid(fetched.topic_id);
  } else {
    writer.String("t");
  }
  writer.ArrayLength(1);
  writer.Int32(0);
  writer.Int16(fetched.error);
  writer.Int64(fetched.end_offset);
  writer.Int64(fetched.end_offset);
  writer.Int64(0);
  writer.ArrayLength(0);
  writer.Int32(fetched.preferred_read_replica);
  writer.Bytes(fetched.records);
  if (fetched.diverging_end_offset >= 0) {
    writer.UnsignedVarint(1);
    writer.UnsignedVarint(0);
    writer.UnsignedVarint(13);
    writer.Int32(1);
    writer.Int64(fetched.diverging_end_offset);
  }
  for (int i = 0; i < 3; ++i) writer.EndOfStructure();
  return writer.bytes();
}

/// The offset a classic Fetch of version 11 asks for.
int64_t OffsetAskedFor(const Request& request) {
  WireReader reader(request.body, WireForm::kClassic);
  for (int i = 0; i < 4; ++i) reader.Int32();
  reader.Int8();
  reader.Int32();
  reader.Int32();
  reader.ArrayLength();
  reader.String();
  reader.ArrayLength();
  reader.Int32();
  reader.Int32();
  return reader.Int64();
}

std::string Numbers(int64_t first, int count) {
  BatchBuilderForKafka batch{.base_offset = first};
  for (int i = 0; i < count; ++i) batch.records.push_back({{}, std::to_string(first + i)});
  return batch.Build();
}

/// Two records, of a log that ends at 4.
std::string TwoBefore4(int64_t offset) {
  return offset < 4 ? Numbers(offset, 2) : "";
}

class KafkaNativeFetcherTest : public ::testing::Test {
 protected:
  void Open(const std::string& bootstrap, const Options& properties = {}) {
    KafkaOptions options;
    options.bootstrap_servers = bootstrap;
    options.table = {{"properties.bootstrap.servers", bootstrap},
                     {"properties.reconnect.backoff.ms", "1"},
                     {"properties.reconnect.backoff.max.ms", "2"},
                     {"properties.fetch.error.backoff.ms", "1"}};
    for (const auto& [key, value] : properties) options.table[key] = value;
    auto fetcher = NativeFetcher::Create(options, env_.get(), readiness_, false);
    ASSERT_TRUE(fetcher.ok()) << fetcher.status().ToString();
    fetcher_ = std::move(*fetcher);
    fetcher_->SetWakeup([this] {
      std::lock_guard lock(mutex_);
      is_rung_ = true;
      rung_.notify_all();
    });
    ASSERT_TRUE(fetcher_->Assign(0, {"t", 0, 0, {}}).ok());
  }

  /// "offset=value" of so many records or a few more.
  Result<std::vector<std::string>> Read(size_t num_records) {
    std::vector<std::string> records;
    while (records.size() < num_records) {
      FetchedRecords fetched;
      ASSIGN_OR_RETURN(const bool has_more, fetcher_->Poll(100, &fetched));
      for (size_t i = 0; i < fetched.num_records(); ++i)
        records.push_back(std::to_string(fetched.offsets[i]) + "=" + std::string(fetched.values[i].bytes));
      if (has_more || fetched.num_records() > 0) continue;
      std::unique_lock lock(mutex_);
      if (!rung_.wait_for(lock, std::chrono::seconds(20), [this] { return is_rung_; }))
        return Status(kOutsideUnreachable, "no wake-up came");
      is_rung_ = false;
    }
    return records;
  }

  std::unique_ptr<Env> env_ = CreateSystemEnv(2);
  std::shared_ptr<SocketReadiness> readiness_ = std::make_shared<SocketReadiness>();
  std::mutex mutex_;
  std::condition_variable rung_;
  bool is_rung_ = false;  // guarded by mutex_
  std::unique_ptr<NativeFetcher> fetcher_;
};

TEST_F(KafkaNativeFetcherTest, AResponseMayComeInSmallParts) {
  uint16_t port = 0;
  FakeKafkaBroker broker(Versions(11, 7), [&](const Request& request) -> Answer {
    if (request.api == KafkaApi::kMetadata) return {MetadataOf(7, {{1, port}}, {1, 1})};
    const int64_t offset = OffsetAskedFor(request);
    return {.body = FetchOf(11, {.records = Numbers(offset, 50), .end_offset = 1000}), .bytes_a_write = 7};
  });
  port = broker.port();
  Open(broker.address());
  const auto records = Read(120);
  ASSERT_TRUE(records.ok()) << records.status().ToString();
  EXPECT_GE(records->size(), 120u);
  for (size_t i = 0; i < records->size(); ++i)
    EXPECT_EQ((*records)[i], std::to_string(i) + "=" + std::to_string(i));
  EXPECT_EQ(fetcher_->EndOffset(0), 1000);
}

TEST_F(KafkaNativeFetcherTest, AResponseThatIsCutOffIsFetchedAnew) {
  uint16_t port = 0;
  FakeKafkaBroker broker(Versions(11, 7), [&](const Request& request) -> Answer {
    if (request.api == KafkaApi::kMetadata) return {MetadataOf(7, {{1, port}}, {1, 1})};
    const int64_t offset = OffsetAskedFor(request);
    Answer answer{.body = FetchOf(11, {.records = TwoBefore4(offset), .end_offset = 4})};
    if (request.number < 6) answer.bytes_max = static_cast<size_t>(request.number) * 30;
    return answer;
  });
  port = broker.port();
  Open(broker.address());
  const auto records = Read(4);
  ASSERT_TRUE(records.ok()) << records.status().ToString();
  EXPECT_THAT(*records, ElementsAre("0=0", "1=1", "2=2", "3=3"));
}

TEST_F(KafkaNativeFetcherTest, GoesToTheNewLeader) {
  std::map<int32_t, uint16_t> ports;
  std::atomic<int32_t> leader = 1;
  const auto serve = [&](int32_t broker, const Request& request) -> Answer {
    if (request.api == KafkaApi::kMetadata) {
      // The first answers after the change are still the old ones.
      if (leader == 2 && request.number < 3) return {MetadataOf(7, ports, {1, 1})};
      return {MetadataOf(7, ports, {leader, leader})};
    }
    if (leader != broker) return {FetchOf(11, {.error = kNotLeader})};
    const int64_t offset = OffsetAskedFor(request);
    if (offset == 2) leader = 2;
    if (offset >= 2 && broker == 1) return {FetchOf(11, {.error = kNotLeader})};
    return {FetchOf(11, {.records = TwoBefore4(offset), .end_offset = 4})};
  };
  FakeKafkaBroker first(Versions(11, 7), [&](const Request& request) { return serve(1, request); });
  FakeKafkaBroker second(Versions(11, 7), [&](const Request& request) { return serve(2, request); });
  ports = {{1, first.port()}, {2, second.port()}};
  Open(first.address());
  const auto records = Read(4);
  ASSERT_TRUE(records.ok()) << records.status().ToString();
  EXPECT_THAT(*records, ElementsAre("0=0", "1=1", "2=2", "3=3"));
}

TEST_F(KafkaNativeFetcherTest, ReadsFromTheReplicaTheBrokerNames) {
  std::map<int32_t, uint16_t> ports;
  const auto serve = [&](int32_t broker, const Request& request) -> Answer {
    if (request.api == KafkaApi::kMetadata) return {MetadataOf(7, ports, {1, 1})};
    if (broker == 1) return {FetchOf(11, {.preferred_read_replica = 2})};
    return {FetchOf(11, {.records = TwoBefore4(OffsetAskedFor(request)), .end_offset = 4})};
  };
  FakeKafkaBroker first(Versions(11, 7), [&](const Request& request) { return serve(1, request); });
  FakeKafkaBroker second(Versions(11, 7), [&](const Request& request) { return serve(2, request); });
  ports = {{1, first.port()}, {2, second.port()}};
  Open(first.address(), {{"properties.client.rack", "here"}});
  EXPECT_THAT(*Read(4), ElementsAre("0=0", "1=1", "2=2", "3=3"));
}

TEST_F(KafkaNativeFetcherTest, AWrongChecksumEndsTheSource) {
  uint16_t port = 0;
  FakeKafkaBroker broker(Versions(11, 7), [&](const Request& request) -> Answer {
    if (request.api == KafkaApi::kMetadata) return {MetadataOf(7, {{1, port}}, {1, 1})};
    std::string records = Numbers(0, 3);
    records.back() = static_cast<char>(records.back() ^ 4);
    return {FetchOf(11, {.records = records, .end_offset = 3})};
  });
  port = broker.port();
  Open(broker.address());
  const Status status = Read(1).status();
  EXPECT_EQ(status.code(), kCorruptRecords) << status.ToString();
  EXPECT_THAT(status.message(), HasSubstr("topic 't' partition 0 offset 0"));
}

TEST_F(KafkaNativeFetcherTest, AnOffsetOutOfRangeIsALostPosition) {
  uint16_t port = 0;
  FakeKafkaBroker broker(Versions(11, 7), [&](const Request& request) -> Answer {
    if (request.api == KafkaApi::kMetadata) return {MetadataOf(7, {{1, port}}, {1, 1})};
    if (request.api == KafkaApi::kFetch) return {FetchOf(11, {.error = kOutOfRange})};
    WireWriter writer(WireForm::kClassic);
    writer.Int32(0);
    writer.ArrayLength(1);
    writer.String("t");
    writer.ArrayLength(1);
    writer.Int32(0);
    writer.Int16(0);
    writer.Int64(-1);
    writer.Int64(request.number == 0 ? 30 : 40);
    writer.Int32(1);
    return {writer.bytes()};
  });
  port = broker.port();
  Open(broker.address());
  const Status status = Read(1).status();
  EXPECT_EQ(status.code(), kPositionLost) << status.ToString();
  EXPECT_THAT(status.message(), HasSubstr("wanted offset 0, available 30 to 40"));
}

TEST_F(KafkaNativeFetcherTest, ALogThatWasCutBehindThePositionIsALostPosition) {
  uint16_t port = 0;
  FakeKafkaBroker broker(Versions(12, 7), [&](const Request& request) -> Answer {
    if (request.api == KafkaApi::kMetadata) return {MetadataOf(7, {{1, port}}, {1, 1})};
    if (request.api == KafkaApi::kListOffsets) return {"not an answer"};
    if (request.number == 0) return {FetchOf(12, {.records = Numbers(0, 3), .end_offset = 3})};
    return {FetchOf(12, {.end_offset = 2, .diverging_end_offset = 2})};
  });
  port = broker.port();
  Open(broker.address());
  const Status status = Read(4).status();
  EXPECT_EQ(status.code(), kPositionLost) << status.ToString();
  EXPECT_THAT(status.message(), HasSubstr("wanted offset 3, available unknown"));
}

TEST_F(KafkaNativeFetcherTest, ATopicThatWasMadeAnewEndsTheSource) {
  uint16_t port = 0;
  std::atomic<uint8_t> id = 1;
  FakeKafkaBroker broker(Versions(13, 12), [&](const Request& request) -> Answer {
    if (request.api == KafkaApi::kMetadata)
      return {MetadataOf(12, {{1, port}}, {.broker = 1, .epoch = 0, .topic_id = {id}})};
    if (request.number == 0)
      return {FetchOf(13, {.records = Numbers(0, 3), .end_offset = 3, .topic_id = {1}})};
    id = 2;
    return {FetchOf(13, {.error = kUnknownTopicId, .topic_id = {1}})};
  });
  port = broker.port();
  Open(broker.address());
  EXPECT_THAT(*Read(3), ElementsAre("0=0", "1=1", "2=2"));
  const Status status = Read(1).status();
  EXPECT_EQ(status.code(), kOutsideMissing) << status.ToString();
  EXPECT_THAT(status.message(), HasSubstr("topic was made anew: 't'"));
}

TEST_F(KafkaNativeFetcherTest, WhatIsNoKafkaIsRefused) {
  FakeKafkaBroker broker(Versions(3, 7), [](const Request&) -> Answer { return {"nonsense"}; });
  Open(broker.address());
  const Status status = Read(1).status();
  EXPECT_EQ(status.code(), kOutsideRefused) << status.ToString();
}

}  // namespace
}  // namespace millrace
