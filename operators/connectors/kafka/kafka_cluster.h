#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/status.h"
#include "operators/connectors/kafka/kafka_handle.h"

namespace millrace {

struct KafkaOptions;

using KafkaPartition = std::pair<std::string, int32_t>;  // topic, partition

/// Questions to the brokers. Every call blocks, up to about 10 s a request; one thread at a time. Errors name
/// the brokers.
class KafkaCluster {
 public:
  static constexpr int kTimeoutMs = 10'000;

  /// `group`: whose committed offsets Committed() gives; "" = some name that is not used.
  static Result<std::unique_ptr<KafkaCluster>> Connect(const KafkaOptions& options, const std::string& group);

  /// Number of partitions of each topic; kOutsideMissing (with "did you mean") when one does not exist.
  Result<std::map<std::string, int32_t>> Partitions(const std::vector<std::string>& topics);
  /// The same of all topics that the user may see, internal ones left out.
  Result<std::map<std::string, int32_t>> AllPartitions();

  struct Range {
    int64_t begin = 0;
    int64_t end = 0;  // as the table's isolation.level sees it
  };
  Result<Range> OffsetRange(const KafkaPartition& partition);
  /// The first offset of each partition whose record is at least so new; the end of the partition where none
  /// is.
  Result<std::map<KafkaPartition, int64_t>> OffsetsAtTime(const std::vector<KafkaPartition>& partitions,
                                                          int64_t time_ms);
  /// Committed offsets of the group; partitions without one are left out.
  Result<std::map<KafkaPartition, int64_t>> Committed(const std::vector<KafkaPartition>& partitions);

  /// A setting of a broker or topic as text; "" when the broker does not tell.
  Result<std::string> BrokerSetting(const std::string& name);
  Result<std::string> TopicSetting(const std::string& topic, const std::string& name);
  /// Sees to it that the compacted topic has at least so many partitions.
  Status EnsureCompactedTopic(const std::string& topic, int32_t num_partitions);

  rd_kafka_t* client() const { return handle_->get(); }

 private:
  explicit KafkaCluster(std::unique_ptr<KafkaHandle> handle) : handle_(std::move(handle)) {}
  Result<int32_t> PartitionsOf(const std::string& topic);
  Status Missing(const std::string& topic);
  Result<std::string> Setting(rd_kafka_ResourceType_t type, const std::string& resource,
                              const std::string& name);
  /// Waits for the answer to an admin request that was sent to `queue`.
  Result<KafkaOwned<rd_kafka_event_t>> AwaitAnswer(rd_kafka_queue_t* queue, const std::string& what);
  Status Error(rd_kafka_resp_err_t error, const std::string& what, const std::string& detail = {}) const {
    return KafkaError(error, what, handle_->bootstrap_servers(), detail);
  }

  std::unique_ptr<KafkaHandle> handle_;
};

}  // namespace millrace
