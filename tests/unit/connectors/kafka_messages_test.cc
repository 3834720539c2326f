#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/native/messages.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;

std::string Hex(std::string_view bytes) {
  std::string text;
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char byte : bytes) {
    text += kDigits[static_cast<uint8_t>(byte) >> 4];
    text += kDigits[static_cast<uint8_t>(byte) & 15];
  }
  return text;
}

/// Every shorter message is refused, and none is read over its end.
template <class Parse>
void ExpectCutMessagesRefused(const std::string& body, Parse parse) {
  for (size_t size = 0; size < body.size(); ++size) {
    const std::string cut = body.substr(0, size);
    EXPECT_EQ(parse(cut).status().code(), kOutsideRefused) << size;
  }
}

TEST(KafkaWireTest, NumbersAndStringsOfBothForms) {
  for (const WireForm form : {WireForm::kClassic, WireForm::kFlexible}) {
    WireWriter writer(form);
    writer.Int8(-2);
    writer.Int16(-3);
    writer.Int32(1 << 30);
    writer.Int64(int64_t{-1} << 40);
    writer.String("abc");
    writer.NullString();
    writer.Bytes(std::string(300, 'x'));
    writer.ArrayLength(2);
    writer.EndOfStructure();
    WireReader reader(writer.bytes(), form);
    EXPECT_EQ(reader.Int8(), -2);
    EXPECT_EQ(reader.Int16(), -3);
    EXPECT_EQ(reader.Int32(), 1 << 30);
    EXPECT_EQ(reader.Int64(), int64_t{-1} << 40);
    EXPECT_EQ(reader.String(), "abc");
    EXPECT_EQ(reader.String(), "");
    EXPECT_EQ(reader.Bytes(), std::string(300, 'x'));
    EXPECT_TRUE(reader.ok());
  }
}

TEST(KafkaWireTest, LengthsThatCannotBeEndTheReading) {
  WireReader text(std::string_view("\x7f\xff", 2), WireForm::kClassic);
  EXPECT_EQ(text.String(), "");
  EXPECT_FALSE(text.ok());
  EXPECT_EQ(text.Int64(), 0);
  WireReader array(std::string_view("\x7f\xff\xff\xff", 4), WireForm::kClassic);
  EXPECT_EQ(array.ArrayLength(), 0u);
  EXPECT_FALSE(array.ok());
  WireReader varint("\xff\xff\xff\xff\xff\xff", WireForm::kFlexible);
  EXPECT_EQ(varint.UnsignedVarint(), 0u);
  EXPECT_FALSE(varint.ok());
}

TEST(KafkaMessagesTest, RequestsHaveTheirHeader) {
  EXPECT_EQ(Hex(EncodeRequest(KafkaApi::kApiVersions, 0, 7, "me", "")),
            "0000000c00120000000000070002"
            "6d65");
  // A flexible header ends with its (no) tagged fields.
  EXPECT_EQ(Hex(EncodeRequest(KafkaApi::kFetch, 12, 1, "", "b")),
            "0000000c0001000c00000001000000"
            "62");
}

TEST(KafkaMessagesTest, TheHighestVersionOfBothSidesIsChosen) {
  const OfferedVersions offered = {{1, {4, 18}}, {3, {0, 8}}, {2, {7, 9}}};
  EXPECT_EQ(*ChooseVersion(offered, KafkaApi::kFetch), 13);
  EXPECT_EQ(*ChooseVersion(offered, KafkaApi::kMetadata), 8);
  EXPECT_EQ(ChooseVersion(offered, KafkaApi::kListOffsets).status().code(), kOutsideRefused);
  EXPECT_EQ(ChooseVersion(offered, KafkaApi::kSaslHandshake).status().code(), kOutsideRefused);
}

std::string MetadataBody(int16_t version) {
  WireWriter writer(FormOf(KafkaApi::kMetadata, version));
  writer.Int32(0);
  writer.ArrayLength(1);
  writer.Int32(4);
  writer.String("broker");
  writer.Int32(9093);
  writer.NullString();
  writer.EndOfStructure();
  writer.NullString();
  writer.Int32(4);
  writer.ArrayLength(1);
  writer.Int16(0);
  writer.String("topic");
  if (version >= 10) writer.Uuid({1, 2, 3});
  writer.Bool(false);
  writer.ArrayLength(1);
  writer.Int16(0);
  writer.Int32(2);
  writer.Int32(4);
  if (version >= 7) writer.Int32(11);
  writer.ArrayLength(1);
  writer.Int32(4);
  writer.ArrayLength(0);
  if (version >= 5) writer.ArrayLength(0);
  writer.EndOfStructure();
  if (version >= 8) writer.Int32(0);
  writer.EndOfStructure();
  if (version >= 8 && version <= 10) writer.Int32(0);
  writer.EndOfStructure();
  return writer.bytes();
}

TEST(KafkaMessagesTest, MetadataOfEveryVersion) {
  for (const int16_t version : {4, 5, 7, 8, 9, 10, 12}) {
    const std::string body = MetadataBody(version);
    const auto metadata = ParseMetadata(body, version);
    ASSERT_TRUE(metadata.ok()) << version;
    EXPECT_EQ(metadata->brokers.at(4).ToString(), "broker:9093");
    const ClusterMetadata::Topic& topic = metadata->topics.at("topic");
    EXPECT_EQ(topic.id[1], version >= 10 ? 2 : 0);
    EXPECT_EQ(topic.partitions.at(2).leader, 4);
    EXPECT_EQ(topic.partitions.at(2).leader_epoch, version >= 7 ? 11 : -1);
    ExpectCutMessagesRefused(body, [=](std::string_view cut) { return ParseMetadata(cut, version); });
  }
}

std::string FetchBody(int16_t version, bool with_divergence) {
  WireWriter writer(FormOf(KafkaApi::kFetch, version));
  writer.Int32(0);
  if (version >= 7) {
    writer.Int16(0);
    writer.Int32(0);
  }
  writer.ArrayLength(1);
  if (version >= 13) {
    writer.Uuid({9});
  } else {
    writer.String("topic");
  }
  writer.ArrayLength(1);
  writer.Int32(2);
  writer.Int16(6);
  writer.Int64(100);
  writer.Int64(90);
  if (version >= 5) writer.Int64(1);
  writer.ArrayLength(1);
  writer.Int64(77);
  writer.Int64(50);
  writer.EndOfStructure();
  if (version >= 11) writer.Int32(3);
  writer.Bytes("records");
  std::string bytes = writer.bytes();
  WireWriter rest(FormOf(KafkaApi::kFetch, version));
  if (with_divergence) {
    WireWriter field(WireForm::kFlexible);
    field.Int32(5);
    field.Int64(42);
    field.EndOfStructure();
    rest.UnsignedVarint(1);
    rest.UnsignedVarint(0);
    rest.UnsignedVarint(static_cast<uint32_t>(field.bytes().size()));
    bytes += rest.bytes() + field.bytes();
    rest = WireWriter(WireForm::kFlexible);
  } else {
    rest.EndOfStructure();
  }
  rest.EndOfStructure();
  rest.EndOfStructure();
  return bytes + rest.bytes();
}

TEST(KafkaMessagesTest, FetchResponsesOfEveryVersion) {
  for (const int16_t version : {4, 5, 7, 11, 12, 13}) {
    const bool with_divergence = version >= 12;
    const std::string body = FetchBody(version, with_divergence);
    const auto fetch = ParseFetchResponse(body, version);
    ASSERT_TRUE(fetch.ok()) << version;
    ASSERT_EQ(fetch->partitions.size(), 1u);
    const FetchedPartition& partition = fetch->partitions[0];
    EXPECT_EQ(partition.topic, version >= 13 ? "" : "topic");
    EXPECT_EQ(partition.topic_id[0], version >= 13 ? 9 : 0);
    EXPECT_EQ(partition.partition, 2);
    EXPECT_EQ(partition.error, 6);
    EXPECT_EQ(partition.high_watermark, 100);
    EXPECT_EQ(partition.last_stable_offset, 90);
    ASSERT_EQ(partition.aborted.size(), 1u);
    EXPECT_EQ(partition.aborted[0].producer_id, 77);
    EXPECT_EQ(partition.aborted[0].first_offset, 50);
    EXPECT_EQ(partition.preferred_read_replica, version >= 11 ? 3 : -1);
    EXPECT_EQ(partition.records, "records");
    EXPECT_EQ(partition.diverging_end_offset.value_or(-1), with_divergence ? 42 : -1);
    ExpectCutMessagesRefused(body, [=](std::string_view cut) { return ParseFetchResponse(cut, version); });
  }
}

TEST(KafkaMessagesTest, AFetchRequestOfTheOldestVersion) {
  FetchRequest request;
  request.wait_ms_max = 1;
  request.bytes_max = 3;
  request.partition_bytes_max = 4;
  request.partitions.push_back({.topic = "t", .partition = 5, .offset = 6});
  EXPECT_EQ(Hex(EncodeFetchRequest(4, request)),
            "ffffffff"
            "00000001"
            "00000001"
            "00000003"
            "01"
            "00000001"
            "000174"
            "00000001"
            "00000005"
            "0000000000000006"
            "00000004");
}

TEST(KafkaMessagesTest, ListedOffsetsAndTheirErrors) {
  WireWriter writer(WireForm::kClassic);
  writer.Int32(0);
  writer.ArrayLength(1);
  writer.String("t");
  writer.ArrayLength(1);
  writer.Int32(0);
  writer.Int16(3);
  writer.Int64(-1);
  writer.Int64(12);
  int16_t error = 0;
  EXPECT_EQ(*ParseListOffsets(writer.bytes(), 2, &error), 12);
  EXPECT_EQ(error, 3);
  ExpectCutMessagesRefused(writer.bytes(),
                           [&](std::string_view cut) { return ParseListOffsets(cut, 2, &error); });
}

}  // namespace
}  // namespace millrace
