#include <gtest/gtest.h>

#include <cstdio>

#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/kafka_position.h"
#include "operators/connectors/kafka/kafka_record.h"
#include "operators/connectors/kafka/progress_marker.h"
#include "proto/kafka_sink.pb.h"

namespace millrace {
namespace {

std::string Hex(const std::string& bytes) {
  std::string text;
  char digits[3];
  for (const char c : bytes) {
    std::snprintf(digits, sizeof(digits), "%02x", static_cast<unsigned char>(c));
    text += digits;
  }
  return text;
}

// Bytes of released versions: what is in checkpoints and topics must be read for ever.
TEST(KafkaCodecTest, PositionsKeepTheirBytes) {
  const KafkaPosition bounded{"orders", 3, 42, 100};
  EXPECT_EQ(Hex(EncodeKafkaPosition(bounded)),
            "080112066f7264657273180320"
            "2a2864");
  EXPECT_EQ(*DecodeKafkaPosition(EncodeKafkaPosition(bounded)), bounded);
  const KafkaPosition unbounded{"t", 0, 0, std::nullopt};
  EXPECT_EQ(*DecodeKafkaPosition(EncodeKafkaPosition(unbounded)), unbounded);
  EXPECT_EQ(bounded.SplitId(), "orders:3");
  for (const char* bytes : {"", "x", "\x08\x02"}) {
    EXPECT_EQ(DecodeKafkaPosition(bytes).status().code(), kCorruptBytes) << bytes;
  }
}

TEST(KafkaCodecTest, MarkersKeepTheirBytesAndTellWhoseTheyAre) {
  const SinkIdentity identity{"p", "s"};
  const ProgressMarker marker{7, "job"};
  const std::string bytes = EncodeMarker(identity, 2, marker);
  EXPECT_EQ(Hex(bytes),
            "0801120170"
            "1a0173"
            "2002"
            "2807"
            "32036a6f62");
  EXPECT_EQ(*DecodeMarker(identity, 2, bytes), marker);
  EXPECT_EQ(DecodeMarker(identity, 1, bytes).status().code(), kOutputAhead);
  EXPECT_EQ(DecodeMarker({"q", "s"}, 2, bytes).status().code(), kOutputAhead);
  EXPECT_EQ(DecodeMarker(identity, 2, "junk").status().code(), kCorruptBytes);
  EXPECT_EQ(identity.TransactionalId(2), "p.s.2");
  // Prefix and uid do not run into each other.
  EXPECT_NE((SinkIdentity{"ab", "c"}.ProgressTopic("t")), (SinkIdentity{"a", "bc"}.ProgressTopic("t")));
  EXPECT_EQ(identity.ProgressTopic("t").size(), 18u);
}

TEST(KafkaCodecTest, CommittablesKeepTheirBytes) {
  proto::KafkaCommittable committable;
  committable.set_version(1);
  committable.set_transactional_id_prefix("p");
  committable.set_sink_uid("s");
  committable.set_lane(1);
  committable.set_epoch(9);
  proto::StoredFile* file = committable.add_segments();
  file->set_path("a");
  file->set_length(5);
  file->set_checksum(6);
  committable.set_num_records(3);
  EXPECT_EQ(Hex(committable.SerializeAsString()),
            "0801120170"
            "1a0173"
            "2001"
            "2809"
            "3207"
            "0a0161"
            "1005"
            "1806"
            "3803");
}

TEST(KafkaCodecTest, SegmentsGiveBackEveryKindOfRecord) {
  const KafkaRecord records[] = {
      {},
      {.key = "", .value = ""},
      {.key = "k"},
      {.value = "v"},
      {.topic = "other",
       .timestamp_ms = 5,
       .key = "k",
       .value = "v",
       .headers = {{"h", "1"}, {"n", std::nullopt}, {"", ""}}},
      {.timestamp_ms = 0, .value = std::string_view("a\0b", 3)},
  };
  std::string segment;
  BeginSegment(&segment);
  for (const KafkaRecord& record : records) AppendRecord(record, &segment);
  auto reader = SegmentReader::Open(segment);
  ASSERT_TRUE(reader.ok());
  for (const KafkaRecord& record : records) {
    KafkaRecord found;
    ASSERT_TRUE(reader->Next(&found).ok());
    EXPECT_EQ(found, record);
  }
  EXPECT_TRUE(reader->IsAtEnd());
}

TEST(KafkaCodecTest, BrokenSegmentsAreErrors) {
  std::string segment;
  BeginSegment(&segment);
  AppendRecord({.topic = "t", .timestamp_ms = 5, .key = "key", .value = "value", .headers = {{"h", "1"}}},
               &segment);
  EXPECT_EQ(Hex(segment),
            "01"
            "1f"
            "03000000"
            "6b6579"
            "05000000"
            "76616c7565"
            "0500000000000000"
            "01000000"
            "01000000"
            "68"
            "01"
            "01000000"
            "31"
            "01000000"
            "74");
  for (size_t size = 2; size < segment.size(); ++size) {
    auto reader = SegmentReader::Open(std::string_view(segment).substr(0, size));
    KafkaRecord record;
    EXPECT_EQ(reader->Next(&record).code(), kCorruptBytes) << size;
  }
  EXPECT_EQ(SegmentReader::Open("").status().code(), kCorruptBytes);
  EXPECT_EQ(SegmentReader::Open("\x02").status().code(), kCorruptBytes);
}

}  // namespace
}  // namespace millrace
