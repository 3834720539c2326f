#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"
#include "operators/connectors/kafka/native/wire.h"

namespace millrace {

/// The requests that reading takes, and their responses; pure. Of each request the versions below are
/// spoken; which one is agreed on by ApiVersions (`ChooseVersion`). Parsing functions take any bytes and
/// give kOutsideRefused for what is no such message. Views point into the response.

enum class KafkaApi : int16_t {
  kFetch = 1,
  kListOffsets = 2,
  kMetadata = 3,
  kOffsetCommit = 8,
  kFindCoordinator = 10,
  kSaslHandshake = 17,
  kApiVersions = 18,
  kSaslAuthenticate = 36,
};

struct VersionRange {
  int16_t lowest = 0;
  int16_t highest = 0;
};

/// What this client speaks. Fetch 13 and Metadata 10 name topics by id, which tells a topic that was made
/// anew; Fetch 4 is the oldest that gives what read_committed needs.
VersionRange SpokenVersions(KafkaApi api);
WireForm FormOf(KafkaApi api, int16_t version);

/// A message with its header, ready to be sent behind its length.
std::string EncodeRequest(KafkaApi api, int16_t version, int32_t correlation_id, std::string_view client_id,
                          std::string_view body);
/// The body of a response; `*correlation_id` gets what it answers.
Result<std::string_view> ParseResponseHeader(std::string_view response, KafkaApi api, int16_t version,
                                             int32_t* correlation_id);

using OfferedVersions = std::map<int16_t, VersionRange>;  // by number of the request
Result<OfferedVersions> ParseApiVersions(std::string_view body);
/// The highest version both sides speak; kOutsideRefused when there is none.
Result<int16_t> ChooseVersion(const OfferedVersions& offered, KafkaApi api);

struct BrokerAddress {
  std::string host;
  uint16_t port = 9092;
  friend bool operator==(const BrokerAddress&, const BrokerAddress&) = default;
  std::string ToString() const { return host + ":" + std::to_string(port); }
};

struct ClusterMetadata {
  struct Partition {
    int16_t error = 0;
    int32_t leader = -1;
    int32_t leader_epoch = -1;
  };
  struct Topic {
    int16_t error = 0;
    KafkaUuid id{};
    std::map<int32_t, Partition> partitions;
  };
  std::map<int32_t, BrokerAddress> brokers;
  std::map<std::string, Topic> topics;
};
std::string EncodeMetadataRequest(int16_t version, const std::vector<std::string>& topics);
Result<ClusterMetadata> ParseMetadata(std::string_view body, int16_t version);

inline constexpr int64_t kLatestTimestamp = -1;
inline constexpr int64_t kEarliestTimestamp = -2;
std::string EncodeListOffsetsRequest(int16_t version, bool read_committed, const std::string& topic,
                                     int32_t partition, int64_t timestamp_ms);
/// The offset of the one partition asked for; the broker's error number in `*error` when it is not 0.
Result<int64_t> ParseListOffsets(std::string_view body, int16_t version, int16_t* error);

struct FetchRequest {
  struct Partition {
    std::string_view topic;
    KafkaUuid topic_id{};
    int32_t partition = 0;
    int32_t leader_epoch = -1;
    int64_t offset = 0;
    int32_t last_fetched_epoch = -1;
  };
  int32_t wait_ms_max = 0;
  int32_t bytes_min = 1;
  int32_t bytes_max = 0;
  int32_t partition_bytes_max = 0;
  bool read_committed = true;
  std::string_view rack;
  std::vector<Partition> partitions;
};
std::string EncodeFetchRequest(int16_t version, const FetchRequest& request);

struct AbortedTransaction {
  int64_t producer_id;
  int64_t first_offset;
};

struct FetchedPartition {
  std::string_view topic;  // by name before version 13,
  KafkaUuid topic_id{};    // by id from there on
  int32_t partition = 0;
  int16_t error = 0;
  int64_t high_watermark = -1;
  int64_t last_stable_offset = -1;
  std::vector<AbortedTransaction> aborted;
  int32_t preferred_read_replica = -1;
  std::optional<int64_t> diverging_end_offset;  // the log was cut there behind what was fetched last
  std::string_view records;
};
struct FetchResponse {
  int16_t error = 0;
  std::vector<FetchedPartition> partitions;
};
Result<FetchResponse> ParseFetchResponse(std::string_view body, int16_t version);

std::string EncodeFindCoordinator(const std::string& group);
/// The broker that keeps the offsets of the group; the error's number in `*error` when it is not 0.
Result<BrokerAddress> ParseFindCoordinator(std::string_view body, int16_t* error);

struct CommittedOffset {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
};
std::string EncodeOffsetCommit(int16_t version, const std::string& group,
                               const std::vector<CommittedOffset>& offsets);
/// The first error of any partition, or 0.
Result<int16_t> ParseOffsetCommit(std::string_view body, int16_t version);

struct SaslHandshakeResponse {
  int16_t error = 0;
  std::string mechanisms;  // that the broker offers, with ", " between
};
std::string EncodeSaslHandshake(std::string_view mechanism);
Result<SaslHandshakeResponse> ParseSaslHandshake(std::string_view body);

struct SaslAuthenticateResponse {
  int16_t error = 0;
  std::string error_message;
  std::string bytes;
};
std::string EncodeSaslAuthenticate(std::string_view bytes);
Result<SaslAuthenticateResponse> ParseSaslAuthenticate(std::string_view body);

}  // namespace millrace
