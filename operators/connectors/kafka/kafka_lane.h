#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/status.h"
#include "operators/connectors/kafka/progress_marker.h"
#include "operators/connectors/kafka/record_producer.h"

namespace millrace {

/// One transactional producer and its marker. After an error of any call nothing of it may be used but Close:
/// what became of the transaction is found out by opening anew, which ends it and then reads the marker. One
/// thread at a time; blocks.
class KafkaLane {
 public:
  /// `markers` (borrowed) are the sink's.
  KafkaLane(const KafkaOptions& options, SinkIdentity identity, uint32_t lane, ProgressMarkers* markers)
      : options_(options), identity_(std::move(identity)), lane_(lane), markers_(markers) {}
  /// Does not wait, unlike Close.
  ~KafkaLane();

  bool is_open() const { return producer_ != nullptr; }
  /// Ends the transaction of whoever had the lane before, then reads the marker.
  Status Open();
  void Close();
  /// What was last committed; nullopt = nothing ever. Only when open.
  const std::optional<ProgressMarker>& marker() const { return marker_; }

  /// One transaction of what `produce` writes and the marker. `produce` may be empty.
  Status Commit(const ProgressMarker& marker, const std::function<Status(RecordProducer&)>& produce);

 private:
  Status InitTransactions(RecordProducer& producer);
  Status TakeError(rd_kafka_error_t* error, const char* what) const;

  const KafkaOptions& options_;
  const SinkIdentity identity_;
  const uint32_t lane_;
  ProgressMarkers* const markers_;
  std::unique_ptr<RecordProducer> producer_;
  std::optional<ProgressMarker> marker_;
};

}  // namespace millrace
