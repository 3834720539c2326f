#include "operators/connectors/kafka/topic_markers.h"

#include <chrono>
#include <utility>

#include "operators/api/error_codes.h"

namespace millrace {
namespace {

constexpr int kEnsureAttempts = 50;
constexpr int kEnsurePauseMs = 100;
constexpr int kSweepMs = 10'000;  // how late brokers may be to end a transaction that timed out

}  // namespace

TopicMarkers::TopicMarkers(KafkaOptions options, SinkIdentity identity)
    : options_(std::move(options)),
      identity_(std::move(identity)),
      topic_(identity_.ProgressTopic(options_.progress_topic)) {
}

std::string TopicMarkers::KeyOf(uint32_t lane) const {
  return identity_.transactional_id_prefix + "/" + identity_.sink_uid + "/" + std::to_string(lane);
}

Result<uint32_t> TopicMarkers::EnsureLanes(uint32_t num_lanes) {
  if (uncommitted_ == nullptr) {
    KafkaOptions options = options_;
    options.table["properties.isolation.level"] = "read_uncommitted";
    ASSIGN_OR_RETURN(uncommitted_, KafkaCluster::Connect(options, ""));
  }
  RETURN_IF_ERROR(uncommitted_->EnsureCompactedTopic(topic_, static_cast<int32_t>(num_lanes)));
  // Brokers learn of it one after the other.
  for (int attempt = 1;; ++attempt) {
    const auto counts = uncommitted_->Partitions({topic_});
    if (counts.ok() && counts->at(topic_) >= static_cast<int32_t>(num_lanes))
      return static_cast<uint32_t>(counts->at(topic_));
    if (attempt == kEnsureAttempts) {
      if (!counts.ok()) return counts.status();
      return Error(RD_KAFKA_RESP_ERR__TIMED_OUT, "topic of the sink's progress does not appear");
    }
    rd_kafka_poll(uncommitted_->client(), kEnsurePauseMs);  // nothing to wait for but time
  }
}

Result<std::optional<ProgressMarker>> TopicMarkers::Read(uint32_t lane) {
  ASSIGN_OR_RETURN([[maybe_unused]] const uint32_t num_lanes, EnsureLanes(lane + 1));
  ASSIGN_OR_RETURN(const KafkaCluster::Range range,
                   uncommitted_->OffsetRange({topic_, static_cast<int32_t>(lane)}));
  if (range.begin == range.end) return std::optional<ProgressMarker>();
  return ReadUpTo(lane, range);
}

Result<std::optional<ProgressMarker>> TopicMarkers::ReadUpTo(uint32_t lane, KafkaCluster::Range range) {
  KafkaClientConfig config;
  config.properties = BaseProperties(options_, false);
  config.properties["group.id"] = "millrace-progress";
  config.properties["isolation.level"] = "read_committed";
  config.properties["fetch.wait.max.ms"] = "10";
  config.properties["enable.auto.commit"] = "false";
  config.properties["enable.partition.eof"] = "true";
  config.properties["auto.offset.reset"] = "earliest";
  ASSIGN_OR_RETURN(const std::unique_ptr<KafkaHandle> reader,
                   KafkaHandle::Create(std::move(config), options_.bootstrap_servers));
  rd_kafka_poll_set_consumer(reader->get());
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), static_cast<int32_t>(lane))->offset =
      range.begin;
  if (const auto error = rd_kafka_assign(reader->get(), list.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Error(error, "progress cannot be read from topic");
  }
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(options_.transaction_timeout_ms + kSweepMs);
  std::optional<ProgressMarker> last;
  while (Clock::now() < deadline) {
    const std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)> message(
        rd_kafka_consumer_poll(reader->get(), 100), &rd_kafka_message_destroy);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF && message->offset >= range.end) return last;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR || message->payload == nullptr) continue;
    ASSIGN_OR_RETURN(
        last, DecodeMarker(identity_, lane, {static_cast<const char*>(message->payload), message->len}));
  }
  // Never "none" without having seen all of it: that would write output again.
  return Status(kCommitFailed, "progress of the sink cannot be read to its end: topic '" + topic_ +
                                   "' partition " + std::to_string(lane) + " offset " +
                                   std::to_string(range.end))
      .WithSuggestion("a transaction may be open in it: it ends after 'properties.transaction.timeout.ms'");
}

Status TopicMarkers::Append(RecordProducer& producer, uint32_t lane, const ProgressMarker& marker) {
  const std::string key = KeyOf(lane);
  const std::string value = EncodeMarker(identity_, lane, marker);
  const KafkaOwned<rd_kafka_topic_t> topic(rd_kafka_topic_new(producer.client(), topic_.c_str(), nullptr));
  for (int attempt = 0; attempt < kEnsureAttempts; ++attempt) {
    if (rd_kafka_produce(topic.get(), static_cast<int32_t>(lane), RD_KAFKA_MSG_F_COPY,
                         const_cast<char*>(value.data()), value.size(), key.data(), key.size(),
                         nullptr) == 0) {
      return Status::Ok();
    }
    const rd_kafka_resp_err_t error = rd_kafka_last_error();
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return Error(error, "progress cannot be written to topic");
    rd_kafka_poll(producer.client(), 100);
  }
  return Error(RD_KAFKA_RESP_ERR__TIMED_OUT, "progress cannot be written to topic");
}

}  // namespace millrace
