#pragma once

#include <string>

#include "operators/connectors/kafka/progress_marker.h"

namespace millrace {

/// Markers as offsets of a group a lane, on partition 0 of the table's topic: offset = epoch, metadata = job.
/// For clusters whose user may not create topics. The brokers forget them after 'offsets.retention.minutes'
/// without a commit.
class GroupMarkers : public ProgressMarkers {
 public:
  GroupMarkers(KafkaOptions options, SinkIdentity identity);

  /// How many lanes there were is not known here: the answer is `num_lanes`.
  Result<uint32_t> EnsureLanes(uint32_t num_lanes) override { return num_lanes; }
  Result<std::optional<ProgressMarker>> Read(uint32_t lane) override;
  Status Append(RecordProducer& producer, uint32_t lane, const ProgressMarker& marker) override;

 private:
  const KafkaOptions options_;
  const SinkIdentity identity_;
};

}  // namespace millrace
