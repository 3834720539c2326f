#include "operators/connectors/kafka/native/broker_questions.h"

#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/native/broker_connection.h"

namespace millrace {
namespace {

Result<ClusterMetadata> AskOne(const BrokerAddress& broker, const std::vector<std::string>& topics,
                               const KafkaClientSettings& settings, Env* env) {
  ASSIGN_OR_RETURN(const auto connection, BrokerConnection::Open(broker, settings, env));
  ASSIGN_OR_RETURN(const int16_t version, connection->VersionOf(KafkaApi::kMetadata));
  ASSIGN_OR_RETURN(const auto response,
                   connection->Ask(KafkaApi::kMetadata, version, EncodeMetadataRequest(version, topics)));
  return ParseMetadata(response.body, version);
}

}  // namespace

Result<ClusterMetadata> AskForMetadata(const std::vector<BrokerAddress>& brokers,
                                       const std::vector<std::string>& topics,
                                       const KafkaClientSettings& settings, Env* env) {
  Status failure(kOutsideUnreachable, "there is no broker to ask");
  for (const BrokerAddress& broker : brokers) {
    Result<ClusterMetadata> metadata = AskOne(broker, topics, settings, env);
    if (metadata.ok() || metadata.status().code() == kOutsideRefused) return metadata;
    failure = metadata.status();
  }
  return failure;
}

Result<std::pair<int64_t, int64_t>> AskForOffsetRange(const BrokerAddress& leader, const std::string& topic,
                                                      int32_t partition, const KafkaClientSettings& settings,
                                                      Env* env) {
  ASSIGN_OR_RETURN(const auto connection, BrokerConnection::Open(leader, settings, env));
  ASSIGN_OR_RETURN(const int16_t version, connection->VersionOf(KafkaApi::kListOffsets));
  const auto ask = [&](int64_t timestamp_ms) -> Result<int64_t> {
    ASSIGN_OR_RETURN(const auto response,
                     connection->Ask(KafkaApi::kListOffsets, version,
                                     EncodeListOffsetsRequest(version, settings.read_committed, topic,
                                                              partition, timestamp_ms)));
    int16_t error = 0;
    ASSIGN_OR_RETURN(const int64_t offset, ParseListOffsets(response.body, version, &error));
    if (error == 0) return offset;
    return Status(kOutsideUnreachable, "broker does not tell offsets, error " + std::to_string(error));
  };
  ASSIGN_OR_RETURN(const int64_t begin, ask(kEarliestTimestamp));
  ASSIGN_OR_RETURN(const int64_t end, ask(kLatestTimestamp));
  return std::pair(begin, end);
}

}  // namespace millrace
