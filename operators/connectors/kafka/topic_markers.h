#pragma once

#include <memory>
#include <string>

#include "operators/connectors/kafka/kafka_cluster.h"
#include "operators/connectors/kafka/progress_marker.h"

namespace millrace {

/// Markers as records of a compacted topic of the sink: partition = lane. What is read is everything up to
/// the high watermark, by a read_committed reader: the end that such a reader sees by itself may lie before a
/// committed marker.
class TopicMarkers : public ProgressMarkers {
 public:
  TopicMarkers(KafkaOptions options, SinkIdentity identity);

  Result<uint32_t> EnsureLanes(uint32_t num_lanes) override;
  Result<std::optional<ProgressMarker>> Read(uint32_t lane) override;
  Status Append(RecordProducer& producer, uint32_t lane, const ProgressMarker& marker) override;

 private:
  std::string KeyOf(uint32_t lane) const;
  Result<std::optional<ProgressMarker>> ReadUpTo(uint32_t lane, KafkaCluster::Range range);
  Status Error(rd_kafka_resp_err_t error, const std::string& what) const {
    return KafkaError(error, what + " '" + topic_ + "'", options_.bootstrap_servers);
  }

  const KafkaOptions options_;
  const SinkIdentity identity_;
  const std::string topic_;
  std::unique_ptr<KafkaCluster> uncommitted_;  // sees high watermarks
};

}  // namespace millrace
