#include "operators/connectors/kafka/native/messages.h"

#include <algorithm>

#include "operators/api/error_codes.h"

namespace millrace {
namespace {

const char* NameOf(KafkaApi api) {
  switch (api) {
    case KafkaApi::kFetch:
      return "Fetch";
    case KafkaApi::kListOffsets:
      return "ListOffsets";
    case KafkaApi::kMetadata:
      return "Metadata";
    case KafkaApi::kOffsetCommit:
      return "OffsetCommit";
    case KafkaApi::kFindCoordinator:
      return "FindCoordinator";
    case KafkaApi::kSaslHandshake:
      return "SaslHandshake";
    case KafkaApi::kApiVersions:
      return "ApiVersions";
    case KafkaApi::kSaslAuthenticate:
      return "SaslAuthenticate";
  }
  return "?";
}

Status Malformed(KafkaApi api) {
  return Status(kOutsideRefused, std::string("answer of the broker is malformed: ") + NameOf(api))
      .WithSuggestion(
          "check that 'properties.bootstrap.servers' names Kafka brokers and 'properties.security.protocol' "
          "is theirs");
}

}  // namespace

VersionRange SpokenVersions(KafkaApi api) {
  switch (api) {
    case KafkaApi::kFetch:
      return {4, 13};
    case KafkaApi::kListOffsets:
      return {2, 5};
    case KafkaApi::kMetadata:
      return {4, 12};
    case KafkaApi::kOffsetCommit:
      return {2, 7};
    case KafkaApi::kFindCoordinator:
    case KafkaApi::kSaslHandshake:
      return {1, 1};
    case KafkaApi::kApiVersions:
    case KafkaApi::kSaslAuthenticate:
      return {0, 0};
  }
  return {};
}

WireForm FormOf(KafkaApi api, int16_t version) {
  const bool is_flexible =
      (api == KafkaApi::kFetch && version >= 12) || (api == KafkaApi::kMetadata && version >= 9);
  return is_flexible ? WireForm::kFlexible : WireForm::kClassic;
}

std::string EncodeRequest(KafkaApi api, int16_t version, int32_t correlation_id, std::string_view client_id,
                          std::string_view body) {
  // The client id is classic in every header.
  WireWriter header(WireForm::kClassic);
  header.Int16(static_cast<int16_t>(api));
  header.Int16(version);
  header.Int32(correlation_id);
  header.String(client_id);
  const std::string_view end = FormOf(api, version) == WireForm::kFlexible ? std::string_view("\0", 1) : "";
  WireWriter length(WireForm::kClassic);
  length.Int32(static_cast<int32_t>(header.bytes().size() + end.size() + body.size()));
  std::string message = length.bytes();
  message.append(header.bytes()).append(end).append(body);
  return message;
}

Result<std::string_view> ParseResponseHeader(std::string_view response, KafkaApi api, int16_t version,
                                             int32_t* correlation_id) {
  WireReader reader(response, FormOf(api, version));
  *correlation_id = reader.Int32();
  reader.EndOfStructure();
  if (!reader.ok()) return Malformed(api);
  return reader.rest();
}

Result<OfferedVersions> ParseApiVersions(std::string_view body) {
  WireReader reader(body, WireForm::kClassic);
  const int16_t error = reader.Int16();
  OfferedVersions offered;
  for (size_t left = reader.ArrayLength(); left > 0 && reader.ok(); --left) {
    const int16_t api = reader.Int16();
    const int16_t lowest = reader.Int16();
    offered[api] = {lowest, reader.Int16()};
  }
  if (!reader.ok() || error != 0) return Malformed(KafkaApi::kApiVersions);
  return offered;
}

Result<int16_t> ChooseVersion(const OfferedVersions& offered, KafkaApi api) {
  const VersionRange spoken = SpokenVersions(api);
  const auto found = offered.find(static_cast<int16_t>(api));
  if (found != offered.end()) {
    const int16_t version = std::min(spoken.highest, found->second.highest);
    if (version >= std::max(spoken.lowest, found->second.lowest)) return version;
  }
  return Status(kOutsideRefused,
                std::string("the broker speaks no version of a request that is needed: ") + NameOf(api))
      .WithSuggestion("Kafka 0.11 and newer are read; set 'scan.reader' = 'librdkafka' for others");
}

std::string EncodeMetadataRequest(int16_t version, const std::vector<std::string>& topics) {
  WireWriter writer(FormOf(KafkaApi::kMetadata, version));
  writer.ArrayLength(topics.size());
  for (const std::string& topic : topics) {
    if (version >= 10) writer.Uuid({});
    writer.String(topic);
    writer.EndOfStructure();
  }
  writer.Bool(false);  // create topics
  if (version >= 8 && version <= 10) writer.Bool(false);
  if (version >= 8) writer.Bool(false);
  writer.EndOfStructure();
  return writer.bytes();
}

namespace {

void SkipNumbers(WireReader& reader) {
  for (size_t left = reader.ArrayLength(); left > 0 && reader.ok(); --left) reader.Int32();
}

void ReadPartitions(WireReader& reader, int16_t version, ClusterMetadata::Topic* topic) {
  for (size_t left = reader.ArrayLength(); left > 0 && reader.ok(); --left) {
    ClusterMetadata::Partition partition;
    partition.error = reader.Int16();
    const int32_t number = reader.Int32();
    partition.leader = reader.Int32();
    if (version >= 7) partition.leader_epoch = reader.Int32();
    SkipNumbers(reader);                    // replicas
    SkipNumbers(reader);                    // in sync
    if (version >= 5) SkipNumbers(reader);  // offline
    reader.EndOfStructure();
    topic->partitions[number] = partition;
  }
}

}  // namespace

Result<ClusterMetadata> ParseMetadata(std::string_view body, int16_t version) {
  WireReader reader(body, FormOf(KafkaApi::kMetadata, version));
  ClusterMetadata metadata;
  reader.Int32();  // throttled
  for (size_t left = reader.ArrayLength(); left > 0 && reader.ok(); --left) {
    const int32_t id = reader.Int32();
    BrokerAddress& address = metadata.brokers[id];
    address.host = reader.String();
    address.port = static_cast<uint16_t>(reader.Int32());
    reader.String();  // rack
    reader.EndOfStructure();
  }
  reader.String();  // cluster
  reader.Int32();   // controller
  for (size_t left = reader.ArrayLength(); left > 0 && reader.ok(); --left) {
    ClusterMetadata::Topic topic;
    topic.error = reader.Int16();
    const std::string name(reader.String());
    if (version >= 10) topic.id = reader.Uuid();
    reader.Bool();  // internal
    ReadPartitions(reader, version, &topic);
    if (version >= 8) reader.Int32();  // rights
    reader.EndOfStructure();
    metadata.topics[name] = std::move(topic);
  }
  if (version >= 8 && version <= 10) reader.Int32();  // rights
  reader.EndOfStructure();
  if (!reader.ok()) return Malformed(KafkaApi::kMetadata);
  return metadata;
}

std::string EncodeListOffsetsRequest(int16_t version, bool read_committed, const std::string& topic,
                                     int32_t partition, int64_t timestamp_ms) {
  WireWriter writer(FormOf(KafkaApi::kListOffsets, version));
  writer.Int32(-1);  // no replica
  writer.Int8(read_committed ? 1 : 0);
  writer.ArrayLength(1);
  writer.String(topic);
  writer.ArrayLength(1);
  writer.Int32(partition);
  if (version >= 4) writer.Int32(-1);  // leader epoch
  writer.Int64(timestamp_ms);
  return writer.bytes();
}

Result<int64_t> ParseListOffsets(std::string_view body, int16_t version, int16_t* error) {
  WireReader reader(body, FormOf(KafkaApi::kListOffsets, version));
  reader.Int32();  // throttled
  const size_t num_topics = reader.ArrayLength();
  reader.String();
  const size_t num_partitions = reader.ArrayLength();
  reader.Int32();  // partition
  *error = reader.Int16();
  reader.Int64();  // timestamp
  const int64_t offset = reader.Int64();
  if (!reader.ok() || num_topics != 1 || num_partitions != 1) return Malformed(KafkaApi::kListOffsets);
  return offset;
}

std::string EncodeFetchRequest(int16_t version, const FetchRequest& request) {
  WireWriter writer(FormOf(KafkaApi::kFetch, version));
  writer.Int32(-1);  // no replica
  writer.Int32(request.wait_ms_max);
  writer.Int32(request.bytes_min);
  writer.Int32(request.bytes_max);
  writer.Int8(request.read_committed ? 1 : 0);
  if (version >= 7) {
    writer.Int32(0);   // no session
    writer.Int32(-1);  // nor a beginning one
  }
  // A topic per partition: the response's order is the request's, which rotates over partitions.
  writer.ArrayLength(request.partitions.size());
  for (const FetchRequest::Partition& partition : request.partitions) {
    if (version >= 13) {
      writer.Uuid(partition.topic_id);
    } else {
      writer.String(partition.topic);
    }
    writer.ArrayLength(1);
    writer.Int32(partition.partition);
    if (version >= 9) writer.Int32(partition.leader_epoch);
    writer.Int64(partition.offset);
    if (version >= 12) writer.Int32(partition.last_fetched_epoch);
    if (version >= 5) writer.Int64(-1);  // log start of a follower
    writer.Int32(request.partition_bytes_max);
    writer.EndOfStructure();
    writer.EndOfStructure();
  }
  if (version >= 7) writer.ArrayLength(0);  // forgotten by the session
  if (version >= 11) writer.String(request.rack);
  writer.EndOfStructure();
  return writer.bytes();
}

namespace {

constexpr uint32_t kDivergingEpochTag = 0;

void ReadPartition(WireReader& reader, int16_t version, FetchedPartition* partition) {
  partition->partition = reader.Int32();
  partition->error = reader.Int16();
  partition->high_watermark = reader.Int64();
  partition->last_stable_offset = reader.Int64();
  if (version >= 5) reader.Int64();  // log start
  for (size_t left = reader.ArrayLength(); left > 0 && reader.ok(); --left) {
    const int64_t producer_id = reader.Int64();
    partition->aborted.push_back({producer_id, reader.Int64()});
    reader.EndOfStructure();
  }
  if (version >= 11) partition->preferred_read_replica = reader.Int32();
  partition->records = reader.Bytes();
  reader.EndOfStructure([&](uint32_t tag, std::string_view field) {
    if (tag != kDivergingEpochTag) return;
    WireReader diverging(field, WireForm::kFlexible);
    diverging.Int32();  // epoch
    const int64_t end_offset = diverging.Int64();
    if (diverging.ok() && end_offset >= 0) partition->diverging_end_offset = end_offset;
  });
}

}  // namespace

Result<FetchResponse> ParseFetchResponse(std::string_view body, int16_t version) {
  WireReader reader(body, FormOf(KafkaApi::kFetch, version));
  FetchResponse response;
  reader.Int32();  // throttled: the broker holds the next answer back by itself
  if (version >= 7) {
    response.error = reader.Int16();
    reader.Int32();  // session
  }
  for (size_t topics = reader.ArrayLength(); topics > 0 && reader.ok(); --topics) {
    FetchedPartition of_topic;
    if (version >= 13) {
      of_topic.topic_id = reader.Uuid();
    } else {
      of_topic.topic = reader.String();
    }
    for (size_t left = reader.ArrayLength(); left > 0 && reader.ok(); --left) {
      response.partitions.push_back(of_topic);
      ReadPartition(reader, version, &response.partitions.back());
    }
    reader.EndOfStructure();
  }
  reader.EndOfStructure();
  if (!reader.ok()) return Malformed(KafkaApi::kFetch);
  return response;
}

std::string EncodeFindCoordinator(const std::string& group) {
  constexpr int8_t kOfGroup = 0;
  WireWriter writer(WireForm::kClassic);
  writer.String(group);
  writer.Int8(kOfGroup);
  return writer.bytes();
}

Result<BrokerAddress> ParseFindCoordinator(std::string_view body, int16_t* error) {
  WireReader reader(body, WireForm::kClassic);
  reader.Int32();  // throttled
  *error = reader.Int16();
  reader.String();  // its message
  reader.Int32();   // id
  BrokerAddress address;
  address.host = reader.String();
  address.port = static_cast<uint16_t>(reader.Int32());
  if (!reader.ok()) return Malformed(KafkaApi::kFindCoordinator);
  return address;
}

std::string EncodeOffsetCommit(int16_t version, const std::string& group,
                               const std::vector<CommittedOffset>& offsets) {
  WireWriter writer(FormOf(KafkaApi::kOffsetCommit, version));
  writer.String(group);
  writer.Int32(-1);   // generation: the group is not joined,
  writer.String("");  // nor is there a member
  if (version >= 7) writer.NullString();
  if (version <= 4) writer.Int64(-1);  // kept as long as the broker likes
  writer.ArrayLength(offsets.size());
  for (const CommittedOffset& offset : offsets) {
    writer.String(offset.topic);
    writer.ArrayLength(1);
    writer.Int32(offset.partition);
    writer.Int64(offset.offset);
    if (version >= 6) writer.Int32(-1);  // leader epoch
    writer.String("");
  }
  return writer.bytes();
}

Result<int16_t> ParseOffsetCommit(std::string_view body, int16_t version) {
  WireReader reader(body, FormOf(KafkaApi::kOffsetCommit, version));
  int16_t first_error = 0;
  if (version >= 3) reader.Int32();  // throttled
  for (size_t topics = reader.ArrayLength(); topics > 0 && reader.ok(); --topics) {
    reader.String();
    for (size_t left = reader.ArrayLength(); left > 0 && reader.ok(); --left) {
      reader.Int32();
      const int16_t error = reader.Int16();
      if (first_error == 0) first_error = error;
    }
  }
  if (!reader.ok()) return Malformed(KafkaApi::kOffsetCommit);
  return first_error;
}

std::string EncodeSaslHandshake(std::string_view mechanism) {
  WireWriter writer(WireForm::kClassic);
  writer.String(mechanism);
  return writer.bytes();
}

Result<SaslHandshakeResponse> ParseSaslHandshake(std::string_view body) {
  WireReader reader(body, WireForm::kClassic);
  SaslHandshakeResponse response;
  response.error = reader.Int16();
  for (size_t left = reader.ArrayLength(); left > 0 && reader.ok(); --left) {
    response.mechanisms += (response.mechanisms.empty() ? "" : ", ") + std::string(reader.String());
  }
  if (!reader.ok()) return Malformed(KafkaApi::kSaslHandshake);
  return response;
}

std::string EncodeSaslAuthenticate(std::string_view bytes) {
  WireWriter writer(WireForm::kClassic);
  writer.Bytes(bytes);
  return writer.bytes();
}

Result<SaslAuthenticateResponse> ParseSaslAuthenticate(std::string_view body) {
  WireReader reader(body, WireForm::kClassic);
  SaslAuthenticateResponse response;
  response.error = reader.Int16();
  response.error_message = reader.String();
  response.bytes = reader.Bytes();
  if (!reader.ok()) return Malformed(KafkaApi::kSaslAuthenticate);
  return response;
}

}  // namespace millrace
