#include "operators/connectors/kafka/progress_marker.h"

#include <array>

#include "core/error_codes.h"
#include "core/row/key_hash.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/group_markers.h"
#include "operators/connectors/kafka/topic_markers.h"
#include "proto/kafka_sink.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kVersion = 1;

}  // namespace

std::string SinkIdentity::ProgressTopic(const std::string& base) const {
  std::string identity = transactional_id_prefix;
  identity.push_back('\0');
  identity += sink_uid;
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016lx", HashBytes(identity));
  return base + "-" + digits.data();
}

std::string EncodeMarker(const SinkIdentity& identity, uint32_t lane, const ProgressMarker& marker) {
  proto::KafkaProgressMarker message;
  message.set_version(kVersion);
  message.set_transactional_id_prefix(identity.transactional_id_prefix);
  message.set_sink_uid(identity.sink_uid);
  message.set_lane(lane);
  message.set_epoch(marker.epoch);
  message.set_job_id(marker.job_id);
  return message.SerializeAsString();
}

Result<ProgressMarker> DecodeMarker(const SinkIdentity& identity, uint32_t lane, const std::string& bytes) {
  proto::KafkaProgressMarker message;
  if (!message.ParseFromString(bytes) || message.version() != kVersion) {
    return Status(kCorruptBytes, "the progress of a Kafka sink cannot be read: lane " + std::to_string(lane));
  }
  if (message.transactional_id_prefix() != identity.transactional_id_prefix ||
      message.sink_uid() != identity.sink_uid || message.lane() != lane) {
    return Status(kOutputAhead, "the progress topic of a Kafka sink holds that of another one: prefix '" +
                                    message.transactional_id_prefix() + "', sink '" + message.sink_uid() +
                                    "', lane " + std::to_string(message.lane()))
        .WithSuggestion("set 'sink.progress.topic' to another name");
  }
  return ProgressMarker{message.epoch(), message.job_id()};
}

std::unique_ptr<ProgressMarkers> MakeProgressMarkers(const KafkaOptions& options, SinkIdentity identity) {
  if (options.marker == KafkaMarkerKind::kGroupOffset)
    return std::make_unique<GroupMarkers>(options, std::move(identity));
  return std::make_unique<TopicMarkers>(options, std::move(identity));
}

}  // namespace millrace
