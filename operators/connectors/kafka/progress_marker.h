#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/status.h"
#include "operators/connectors/kafka/kafka_options.h"
#include "operators/connectors/kafka/record_producer.h"

namespace millrace {

/// Up to which epoch the output of a lane is in its topics, and which job wrote it.
struct ProgressMarker {
  uint64_t epoch = 0;
  std::string job_id;
  friend bool operator==(const ProgressMarker&, const ProgressMarker&) = default;
};

/// Whose output: the same for every job that goes on with it.
struct SinkIdentity {
  std::string transactional_id_prefix;
  std::string sink_uid;
  friend auto operator<=>(const SinkIdentity&, const SinkIdentity&) = default;

  std::string TransactionalId(uint32_t lane) const {
    return transactional_id_prefix + "." + sink_uid + "." + std::to_string(lane);
  }
  /// The topic of this sink's markers: a partition a lane, and nobody else's, since an open transaction hides
  /// all that comes behind it in a partition.
  std::string ProgressTopic(const std::string& base) const;
};

/// The value of a marker record; kCorruptBytes when it is none, kOutputAhead when it is another sink's.
std::string EncodeMarker(const SinkIdentity& identity, uint32_t lane, const ProgressMarker& marker);
Result<ProgressMarker> DecodeMarker(const SinkIdentity& identity, uint32_t lane, const std::string& bytes);

/// Where the markers of one sink are kept. One thread at a time; blocks.
class ProgressMarkers {
 public:
  virtual ~ProgressMarkers() = default;
  /// Makes room for so many lanes and says how many there are or were.
  virtual Result<uint32_t> EnsureLanes(uint32_t num_lanes) = 0;
  /// The last committed marker. Final only behind the lane's init_transactions.
  virtual Result<std::optional<ProgressMarker>> Read(uint32_t lane) = 0;
  /// Puts the marker into the open transaction of the producer.
  virtual Status Append(RecordProducer& producer, uint32_t lane, const ProgressMarker& marker) = 0;
};

std::unique_ptr<ProgressMarkers> MakeProgressMarkers(const KafkaOptions& options, SinkIdentity identity);

}  // namespace millrace
