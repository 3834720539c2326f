#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/descriptor/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/native/crc32c.h"
#include "operators/connectors/kafka/native/record_set.h"
#include "tests/unit/connectors/kafka_batch_builder.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Batch = BatchBuilderForKafka;

/// Takes everything out of a set and keeps it as text: "offset key=value".
class RecordSetTest : public ::testing::Test {
 protected:
  Status Read(const std::string& bytes, int64_t wanted_offset = 0,
              std::vector<AbortedTransaction> aborted = {}) {
    const std::shared_ptr<Buffer> block = Buffer::CopyOf(bytes);
    RecordSet set{"t",
                  7,
                  1,
                  wanted_offset,
                  {reinterpret_cast<const char*>(block->data()), bytes.size()},
                  block,
                  std::move(aborted)};
    RecordSetReader reader(std::move(set), options_, &decompressor_, &pieces_);
    texts_.clear();
    for (size_t take = 1; !reader.is_at_end(); ++take) {
      fetched_.Clear();
      RETURN_IF_ERROR(reader.Take(rows_a_take_, &fetched_));
      EXPECT_LE(fetched_.num_records(), rows_a_take_);
      for (size_t run = 0; run < fetched_.runs.size(); ++run) TakeTexts(run);
    }
    next_offset_ = reader.next_offset();
    return Status::Ok();
  }

  void TakeTexts(size_t run_number) {
    const FetchedRun& run = fetched_.runs[run_number];
    const auto* bytes = reinterpret_cast<const char*>(run.block->data());
    EXPECT_EQ(run.partition, 1u);
    const auto text_of = [](const RawRecord& record) {
      return record.is_null ? "null" : std::string(record.bytes);
    };
    for (size_t i = run.first; i < fetched_.EndOf(run_number); ++i) {
      const std::string_view value = fetched_.values[i].bytes;
      if (!value.empty()) {
        EXPECT_TRUE(value.data() >= bytes && value.data() < bytes + run.block->size());
      }
      texts_.push_back(std::to_string(fetched_.offsets[i]) + " " + text_of(fetched_.keys[i]) + "=" +
                       text_of(fetched_.values[i]));
    }
  }

  RecordSetOptions options_;
  size_t rows_a_take_ = 1000;
  BlockPool blocks_;
  PieceWriter pieces_{&blocks_};
  Decompressor decompressor_;
  FetchedRecords fetched_;
  std::vector<std::string> texts_;
  int64_t next_offset_ = -1;
};

TEST_F(RecordSetTest, ReadsKeysValuesTimesAndHeaders) {
  options_.with_headers = true;
  Batch batch{
      .base_offset = 5,
      .records = {{"k", "v", 3, {{"h", "1"}, {"n", std::nullopt}}}, {std::nullopt, "", -7}, {"", {}}}};
  ASSERT_TRUE(Read(batch.Build()).ok());
  EXPECT_THAT(texts_, ElementsAre("5 k=v", "6 null=", "7 =null"));
  EXPECT_EQ(next_offset_, 8);
  EXPECT_EQ(fetched_.timestamps_ms[0], 1003);
  EXPECT_EQ(fetched_.timestamps_ms[1], 993);
  EXPECT_EQ(fetched_.runs[0].timestamp_type, KafkaTimestampType::kCreateTime);
  ASSERT_EQ(fetched_.HeadersOf(0).size(), 2u);
  EXPECT_EQ(fetched_.HeadersOf(0)[0].name, "h");
  EXPECT_EQ(fetched_.HeadersOf(0)[0].value, "1");
  EXPECT_TRUE(fetched_.HeadersOf(0)[1].value_is_null);
  EXPECT_EQ(fetched_.HeadersOf(1).size(), 0u);

  batch.is_log_append_time = true;
  ASSERT_TRUE(Read(batch.Build()).ok());
  EXPECT_EQ(fetched_.timestamps_ms[0], 2000);
  EXPECT_EQ(fetched_.runs[0].timestamp_type, KafkaTimestampType::kLogAppendTime);
}

TEST_F(RecordSetTest, ReadsNumbersOfEveryLength) {
  Batch batch{.base_offset = 0, .records = {}};
  std::vector<int64_t> deltas;
  for (int64_t near = 1; near < int64_t{1} << 40; near *= 2) {
    for (const int64_t delta : {near - 1, near, -near, -near - 1}) deltas.push_back(delta);
  }
  for (size_t i = 0; i < deltas.size(); ++i)
    batch.records.push_back({{}, std::string(i * i, 'v'), deltas[i]});
  ASSERT_TRUE(Read(batch.Build()).ok());
  ASSERT_EQ(texts_.size(), deltas.size());
  for (size_t i = 0; i < deltas.size(); ++i) {
    EXPECT_EQ(fetched_.offsets[i], static_cast<int64_t>(i));
    EXPECT_EQ(fetched_.timestamps_ms[i] - deltas[i], fetched_.timestamps_ms[0] - deltas[0]) << deltas[i];
    EXPECT_EQ(fetched_.values[i].bytes, std::string(i * i, 'v'));
  }
}

TEST_F(RecordSetTest, ReadsEveryCodec) {
  struct Case {
    KafkaCodec codec;
    bool snappy_in_frames = false;
  };
  for (const Case& c : {Case{KafkaCodec::kNone}, Case{KafkaCodec::kGzip}, Case{KafkaCodec::kSnappy},
                        Case{KafkaCodec::kSnappy, true}, Case{KafkaCodec::kLz4}, Case{KafkaCodec::kZstd}}) {
    Batch batch{.base_offset = 0, .codec = c.codec, .snappy_in_frames = c.snappy_in_frames};
    // The second is larger than what room is made for at first, and than a block.
    for (const size_t size : {size_t{10}, size_t{3} << 20, size_t{200}})
      batch.records.push_back({"key", std::string(size, static_cast<char>('a' + size % 7))});
    const std::string bytes = batch.Build();
    batch.base_offset = 3;
    const Status status = Read(bytes + batch.Build());
    ASSERT_TRUE(status.ok()) << status.ToString();
    ASSERT_EQ(texts_.size(), 6u) << static_cast<int>(c.codec);
    for (size_t i = 0; i < 6; ++i) {
      const std::string& value = *batch.records[i % 3].value;
      EXPECT_TRUE(texts_[i] == std::to_string(i) + " key=" + value) << static_cast<int>(c.codec) << " " << i;
    }
  }
}

TEST_F(RecordSetTest, TakesNoMoreThanWantedAtATime) {
  Batch batch{.codec = KafkaCodec::kLz4};
  for (int i = 0; i < 10; ++i) batch.records.push_back({{}, std::to_string(i)});
  rows_a_take_ = 3;
  ASSERT_TRUE(Read(batch.Build()).ok());
  EXPECT_EQ(texts_.size(), 10u);
  EXPECT_EQ(texts_[9], "9 null=9");
}

TEST_F(RecordSetTest, LeavesOutWhatIsBeforeTheWantedOffsetAndACutEnd) {
  const Batch first{.base_offset = 0, .records = {{{}, "a"}, {{}, "b"}}};
  const Batch second{.base_offset = 2, .records = {{{}, "c"}, {{}, "d"}}};
  const Batch third{.base_offset = 4, .records = {{{}, "e"}}};
  const std::string whole = first.Build() + second.Build();
  for (const size_t cut : {size_t{1}, size_t{11}, size_t{40}, third.Build().size() - 1}) {
    ASSERT_TRUE(Read(whole + third.Build().substr(0, cut), 3).ok());
    EXPECT_THAT(texts_, ElementsAre("3 null=d"));
    EXPECT_EQ(next_offset_, 4);
    EXPECT_EQ(FindEnd(whole + third.Build().substr(0, cut)).next_offset, 4);
  }
  EXPECT_EQ(FindEnd(whole).leader_epoch, 3);
  EXPECT_EQ(FindEnd("").next_offset, -1);
}

TEST_F(RecordSetTest, OffsetsMayHaveGapsAndBatchesMayBeEmpty) {
  const Batch compacted{.base_offset = 10, .records = {{{}, "a"}, {{}, "b", 0, {}, 5}}};
  Batch emptied{.base_offset = 16, .codec = KafkaCodec::kZstd, .records = {}};
  ASSERT_TRUE(Read(compacted.Build() + emptied.Build(), 9).ok());
  EXPECT_THAT(texts_, ElementsAre("10 null=a", "15 null=b"));
  EXPECT_EQ(next_offset_, 16);
}

TEST_F(RecordSetTest, RecordsOfAbortedTransactionsAreNotCommitted) {
  const auto written = [](int64_t offset, int64_t producer_id, const char* value) {
    return Batch{
        .base_offset = offset, .is_transactional = true, .producer_id = producer_id, .records = {{{}, value}}}
        .Build();
  };
  const std::string log = written(0, 1, "aborted") + written(1, 2, "kept") + EndOfTransaction(2, 1, false) +
                          written(3, 1, "next of the same") + EndOfTransaction(4, 2, true) +
                          EndOfTransaction(5, 1, true) + written(6, 3, "aborted later") +
                          EndOfTransaction(7, 3, false);
  const std::vector<AbortedTransaction> aborted = {{3, 6}, {1, 0}};
  ASSERT_TRUE(Read(log, 0, aborted).ok());
  EXPECT_THAT(texts_, ElementsAre("1 null=kept", "3 null=next of the same"));
  EXPECT_EQ(next_offset_, 8);

  options_.read_committed = false;
  ASSERT_TRUE(Read(log, 0, {}).ok());
  EXPECT_EQ(texts_.size(), 4u);
}

TEST_F(RecordSetTest, AWrongChecksumIsAnErrorThatNamesThePlace) {
  std::string bytes = Batch{.base_offset = 41, .records = {{{}, "a"}}}.Build();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  const Status status = Read(bytes);
  ASSERT_EQ(status.code(), kCorruptRecords);
  EXPECT_THAT(status.message(), HasSubstr("topic 't' partition 7 offset 41"));
  EXPECT_THAT(status.message(), HasSubstr("checksum"));
  options_.check_crcs = false;
  EXPECT_TRUE(Read(bytes).ok());
}

TEST_F(RecordSetTest, FormatsBeforeMagic2AreRefusedByName) {
  std::string bytes = Batch{.records = {{{}, "a"}}}.Build();
  bytes[16] = 1;
  const Status status = Read(bytes);
  ASSERT_EQ(status.code(), kUnsupportedByConnector);
  EXPECT_THAT(status.suggestion(), HasSubstr("librdkafka"));
  EXPECT_EQ(FindEnd(bytes).next_offset, -1);
}

TEST_F(RecordSetTest, BytesThatWereChangedAreReadOrRefusedButNeverOverrun) {
  options_.with_headers = true;
  options_.check_crcs = false;
  for (const KafkaCodec codec :
       {KafkaCodec::kNone, KafkaCodec::kGzip, KafkaCodec::kSnappy, KafkaCodec::kLz4, KafkaCodec::kZstd}) {
    const std::string good =
        Batch{.codec = codec, .records = {{"key", "value", 5, {{"header", "x"}}}, {{}, "second"}}}.Build();
    size_t num_refused = 0;
    for (size_t at = 8; at < good.size(); ++at) {
      for (const int flip : {0x01, 0x80, 0xff}) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ flip);
        const Status status = Read(bad);
        FindEnd(bad);
        if (status.ok()) continue;
        ++num_refused;
        EXPECT_TRUE(status.code() == kCorruptRecords || status.code() == kUnsupportedByConnector)
            << status.ToString();
      }
    }
    EXPECT_GT(num_refused, 5u) << static_cast<int>(codec);
  }
}

TEST(Crc32cTest, BothWaysGiveTheKnownValues) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(PortableCrc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  std::string bytes;
  for (int i = 0; i < 9000; ++i) {
    bytes.push_back(static_cast<char>(i * 31 + i / 7));
    if (i % 61 == 0) {
      EXPECT_EQ(Crc32c(bytes), PortableCrc32c(bytes)) << i;
    }
  }
  EXPECT_EQ(Crc32c(bytes), PortableCrc32c(bytes));
}

}  // namespace
}  // namespace millrace
