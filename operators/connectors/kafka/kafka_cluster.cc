#include "operators/connectors/kafka/kafka_cluster.h"

#include <algorithm>
#include <array>

#include "core/types/type_rules.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/kafka_options.h"

namespace millrace {
namespace {

constexpr int kMetadataAttempts = 3;  // a new topic has no leader for a moment

KafkaOwned<rd_kafka_topic_partition_list_t> ListOf(const std::vector<KafkaPartition>& partitions,
                                                   int64_t offset) {
  KafkaOwned<rd_kafka_topic_partition_list_t> list(
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const auto& [topic, partition] : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  }
  return list;
}

}  // namespace

Result<std::unique_ptr<KafkaCluster>> KafkaCluster::Connect(const KafkaOptions& options,
                                                            const std::string& group) {
  KafkaClientConfig config;
  config.properties = BaseProperties(options, false);
  config.properties["group.id"] = group.empty() ? "millrace-discovery" : group;
  config.properties["enable.auto.commit"] = "false";
  ASSIGN_OR_RETURN(std::unique_ptr<KafkaHandle> handle,
                   KafkaHandle::Create(std::move(config), options.bootstrap_servers));
  return std::unique_ptr<KafkaCluster>(new KafkaCluster(std::move(handle)));
}

Status KafkaCluster::Missing(const std::string& topic) {
  std::vector<std::string> names;
  if (const auto all = AllPartitions(); all.ok()) {
    for (const auto& [name, count] : *all) names.push_back(name);
  }
  const std::string closest = ClosestName(topic, names);
  return Status(kOutsideMissing,
                "topic does not exist: '" + topic + "', brokers '" + handle_->bootstrap_servers() + "'")
      .WithSuggestion(closest.empty() ? "create the topic, or correct option 'topic'"
                                      : "did you mean '" + closest + "'?");
}

Result<int32_t> KafkaCluster::PartitionsOf(const std::string& topic) {
  KafkaOwned<rd_kafka_topic_t> handle(rd_kafka_topic_new(client(), topic.c_str(), nullptr));
  for (int attempt = 1;; ++attempt) {
    const rd_kafka_metadata_t* answer = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(client(), 0, handle.get(), &answer, kTimeoutMs);
    const KafkaOwned<const rd_kafka_metadata_t> metadata(answer);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Error(error, "brokers do not answer");
    if (metadata->topic_cnt != 1) return Missing(topic);
    const rd_kafka_metadata_topic_t& found = metadata->topics[0];
    if (found.err == RD_KAFKA_RESP_ERR_NO_ERROR && found.partition_cnt > 0) return found.partition_cnt;
    if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return Missing(topic);
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR && found.err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
      return Error(found.err, "topic cannot be looked at: '" + topic + "'");
    }
    if (attempt == kMetadataAttempts)
      return Error(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, "topic has no leader: '" + topic + "'");
  }
}

Result<std::map<std::string, int32_t>> KafkaCluster::Partitions(const std::vector<std::string>& topics) {
  std::map<std::string, int32_t> counts;
  for (const std::string& topic : topics) {
    ASSIGN_OR_RETURN(counts[topic], PartitionsOf(topic));
  }
  return counts;
}

Result<std::map<std::string, int32_t>> KafkaCluster::AllPartitions() {
  const rd_kafka_metadata_t* answer = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client(), 1, nullptr, &answer, kTimeoutMs);
  const KafkaOwned<const rd_kafka_metadata_t> metadata(answer);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Error(error, "brokers do not answer");
  std::map<std::string, int32_t> counts;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    const std::string name = topic.topic;
    if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR && name != "__consumer_offsets" &&
        name != "__transaction_state") {
      counts[name] = topic.partition_cnt;
    }
  }
  return counts;
}

Result<KafkaCluster::Range> KafkaCluster::OffsetRange(const KafkaPartition& partition) {
  Range range;
  const auto query = [&] {
    return rd_kafka_query_watermark_offsets(client(), partition.first.c_str(), partition.second, &range.begin,
                                            &range.end, kTimeoutMs);
  };
  rd_kafka_resp_err_t error = query();
  // A handle does not know a topic at its first question.
  if (error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
    error = query();
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return range;
  return Error(error, "offsets cannot be read: topic '" + partition.first + "' partition " +
                          std::to_string(partition.second));
}

Result<std::map<KafkaPartition, int64_t>> KafkaCluster::OffsetsAtTime(
    const std::vector<KafkaPartition>& partitions, int64_t time_ms) {
  const auto list = ListOf(partitions, time_ms);
  const rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(client(), list.get(), kTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Error(error, "offsets of a time cannot be read");
  std::map<KafkaPartition, int64_t> offsets;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& found = list->elems[i];
    const KafkaPartition partition(found.topic, found.partition);
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Error(found.err, "offset of a time cannot be read: topic '" + partition.first + "' partition " +
                                  std::to_string(partition.second));
    }
    offsets[partition] = found.offset;
    if (found.offset >= 0) continue;
    ASSIGN_OR_RETURN(const Range range, OffsetRange(partition));
    offsets[partition] = range.end;
  }
  return offsets;
}

Result<std::map<KafkaPartition, int64_t>> KafkaCluster::Committed(
    const std::vector<KafkaPartition>& partitions) {
  const auto list = ListOf(partitions, RD_KAFKA_OFFSET_INVALID);
  const rd_kafka_resp_err_t error = rd_kafka_committed(client(), list.get(), kTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Error(error, "offsets of the group cannot be read");
  std::map<KafkaPartition, int64_t> offsets;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& found = list->elems[i];
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return Error(found.err, "offsets of the group cannot be read");
    if (found.offset >= 0) offsets[{found.topic, found.partition}] = found.offset;
  }
  return offsets;
}

Result<KafkaOwned<rd_kafka_event_t>> KafkaCluster::AwaitAnswer(rd_kafka_queue_t* queue,
                                                               const std::string& what) {
  KafkaOwned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue, kTimeoutMs + 1000));
  if (event == nullptr) return Error(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return Error(error, what, rd_kafka_event_error_string(event.get()));
  return event;
}

Result<std::string> KafkaCluster::Setting(rd_kafka_ResourceType_t type, const std::string& resource,
                                          const std::string& name) {
  rd_kafka_ConfigResource_t* wanted = rd_kafka_ConfigResource_new(type, resource.c_str());
  const KafkaOwned<rd_kafka_queue_t> queue(rd_kafka_queue_new(client()));
  rd_kafka_DescribeConfigs(client(), &wanted, 1, nullptr, queue.get());
  rd_kafka_ConfigResource_destroy(wanted);
  ASSIGN_OR_RETURN(const KafkaOwned<rd_kafka_event_t> event,
                   AwaitAnswer(queue.get(), "settings cannot be read"));
  size_t num_resources = 0;
  const rd_kafka_ConfigResource_t** resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &num_resources);
  if (num_resources != 1) return std::string();
  if (const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(resources[0]);
      error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Error(error, "settings cannot be read: '" + resource + "'");
  }
  size_t num_entries = 0;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resources[0], &num_entries);
  for (size_t i = 0; i < num_entries; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (name == rd_kafka_ConfigEntry_name(entries[i])) return std::string(value == nullptr ? "" : value);
  }
  return std::string();
}

Result<std::string> KafkaCluster::BrokerSetting(const std::string& name) {
  const rd_kafka_metadata_t* answer = nullptr;
  KafkaOwned<rd_kafka_topic_t> none;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client(), 0, nullptr, &answer, kTimeoutMs);
  const KafkaOwned<const rd_kafka_metadata_t> metadata(answer);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Error(error, "brokers do not answer");
  if (metadata->broker_cnt == 0) return std::string();
  return Setting(RD_KAFKA_RESOURCE_BROKER, std::to_string(metadata->brokers[0].id), name);
}

Result<std::string> KafkaCluster::TopicSetting(const std::string& topic, const std::string& name) {
  return Setting(RD_KAFKA_RESOURCE_TOPIC, topic, name);
}

Status KafkaCluster::EnsureCompactedTopic(const std::string& topic, int32_t num_partitions) {
  const Result<int32_t> existing = PartitionsOf(topic);
  if (!existing.ok() && !(existing.status().code() == kOutsideMissing)) return existing.status();
  if (existing.ok() && *existing >= num_partitions) return Status::Ok();
  const KafkaOwned<rd_kafka_queue_t> queue(rd_kafka_queue_new(client()));
  std::array<char, 512> text{};
  if (!existing.ok()) {
    rd_kafka_NewTopic_t* wanted =
        rd_kafka_NewTopic_new(topic.c_str(), num_partitions, -1, text.data(), text.size());
    if (wanted == nullptr)
      return Status(kOutsideRefused,
                    "topic of the sink's progress cannot be named so, " + std::string(text.data()));
    rd_kafka_NewTopic_set_config(wanted, "cleanup.policy", "compact");
    rd_kafka_CreateTopics(client(), &wanted, 1, nullptr, queue.get());
    rd_kafka_NewTopic_destroy(wanted);
  } else {
    rd_kafka_NewPartitions_t* wanted = rd_kafka_NewPartitions_new(
        topic.c_str(), static_cast<size_t>(num_partitions), text.data(), text.size());
    rd_kafka_CreatePartitions(client(), &wanted, 1, nullptr, queue.get());
    rd_kafka_NewPartitions_destroy(wanted);
  }
  const std::string what = "topic of the sink's progress cannot be created: '" + topic + "'";
  ASSIGN_OR_RETURN(const KafkaOwned<rd_kafka_event_t> event, AwaitAnswer(queue.get(), what));
  size_t num_results = 0;
  const rd_kafka_topic_result_t** results =
      existing.ok() ? rd_kafka_CreatePartitions_result_topics(
                          rd_kafka_event_CreatePartitions_result(event.get()), &num_results)
                    : rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()),
                                                          &num_results);
  const rd_kafka_resp_err_t error =
      num_results == 1 ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR__FAIL;
  // Another subtask of the sink may have been quicker: what counts is what is there now.
  const bool raced = error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS ||
                     error == RD_KAFKA_RESP_ERR_INVALID_PARTITIONS ||
                     error == RD_KAFKA_RESP_ERR_REASSIGNMENT_IN_PROGRESS;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || raced) return Status::Ok();
  const char* reason = num_results == 1 ? rd_kafka_topic_result_error_string(results[0]) : nullptr;
  return Error(error, what, reason == nullptr ? "" : reason)
      .WithSuggestion(
          "give the user the right to create it, create it by hand, or set 'sink.progress.marker' = "
          "'group-offset'");
}

}  // namespace millrace
