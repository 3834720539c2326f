#include "operators/connectors/kafka/kafka_position.h"

#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "proto/kafka_source.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kVersion = 1;

}  // namespace

std::string EncodeKafkaPosition(const KafkaPosition& position) {
  proto::KafkaPosition message;
  message.set_version(kVersion);
  message.set_topic(position.topic);
  message.set_partition(position.partition);
  message.set_next_offset(position.next_offset);
  if (position.stop_offset) message.set_stop_offset(*position.stop_offset);
  return message.SerializeAsString();
}

Result<KafkaPosition> DecodeKafkaPosition(const std::string& bytes) {
  proto::KafkaPosition message;
  if (!message.ParseFromString(bytes) || message.version() != kVersion) {
    return Status(kCorruptBytes, "the position of a Kafka split cannot be read");
  }
  KafkaPosition position;
  position.topic = message.topic();
  position.partition = message.partition();
  position.next_offset = message.next_offset();
  if (message.has_stop_offset()) position.stop_offset = message.stop_offset();
  return position;
}

Status PositionLost(const KafkaPosition& position, const std::string& available) {
  return Status(kPositionLost, "offset is not in the log any more: topic '" + position.topic +
                                   "' partition " + std::to_string(position.partition) + ", wanted offset " +
                                   std::to_string(position.next_offset) + ", available " + available)
      .WithSuggestion(
          "records were removed (retention) or the topic was made anew: restore them, or start the job "
          "without its checkpoint to go on from what is there");
}

}  // namespace millrace
