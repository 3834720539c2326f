#include "operators/connectors/kafka/group_markers.h"

#include <utility>

namespace millrace {
namespace {

constexpr int kTimeoutMs = 20'000;

}  // namespace

GroupMarkers::GroupMarkers(KafkaOptions options, SinkIdentity identity)
    : options_(std::move(options)), identity_(std::move(identity)) {
}

Result<std::optional<ProgressMarker>> GroupMarkers::Read(uint32_t lane) {
  KafkaClientConfig config;
  config.properties = BaseProperties(options_, false);
  config.properties["group.id"] = identity_.TransactionalId(lane);
  config.properties["isolation.level"] = "read_committed";
  config.properties["enable.auto.commit"] = "false";
  ASSIGN_OR_RETURN(const std::unique_ptr<KafkaHandle> reader,
                   KafkaHandle::Create(std::move(config), options_.bootstrap_servers));
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), options_.topics.front().c_str(), 0);
  rd_kafka_resp_err_t error = rd_kafka_committed(reader->get(), list.get(), kTimeoutMs);
  const rd_kafka_topic_partition_t& found = list->elems[0];
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = found.err;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaError(
        error, "progress of the sink cannot be read from group '" + identity_.TransactionalId(lane) + "'",
        options_.bootstrap_servers);
  }
  if (found.offset < 0) return std::optional<ProgressMarker>();
  return std::optional(
      ProgressMarker{static_cast<uint64_t>(found.offset),
                     std::string(static_cast<const char*>(found.metadata), found.metadata_size)});
}

Status GroupMarkers::Append(RecordProducer& producer, uint32_t lane, const ProgressMarker& marker) {
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t* entry =
      rd_kafka_topic_partition_list_add(list.get(), options_.topics.front().c_str(), 0);
  entry->offset = static_cast<int64_t>(marker.epoch);
  std::string job_id = marker.job_id;
  entry->metadata = job_id.data();
  entry->metadata_size = job_id.size();
  rd_kafka_consumer_group_metadata_t* group =
      rd_kafka_consumer_group_metadata_new(identity_.TransactionalId(lane).c_str());
  const KafkaOwned<rd_kafka_error_t> error(
      rd_kafka_send_offsets_to_transaction(producer.client(), list.get(), group, kTimeoutMs));
  rd_kafka_consumer_group_metadata_destroy(group);
  entry->metadata = nullptr;  // ours, not the list's to free
  entry->metadata_size = 0;
  if (error == nullptr) return Status::Ok();
  return KafkaError(rd_kafka_error_code(error.get()), "progress of the sink cannot be written",
                    producer.brokers(), rd_kafka_error_string(error.get()));
}

}  // namespace millrace
