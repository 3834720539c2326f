#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/io/ordered_io.h"
#include "operators/connectors/kafka/kafka_options.h"
#include "operators/connectors/kafka/record_encoder.h"

namespace millrace {

/// Exactly-once: rows become records in segments below the checkpoint's staging prefix; nothing reaches the
/// brokers before the committer publishes a durable epoch. Segments are written as they fill. On the task's
/// thread but for the epoch's work.
class StagingWriter : public SinkWriter {
 public:
  static constexpr size_t kSegmentBytes = 8 << 20;
  static constexpr uint64_t kPendingBytesMax = 64 << 20;  // on their way to the store

  StagingWriter(const ConnectorContext& context, const KafkaOptions& options,
                std::unique_ptr<KafkaRecordEncoder> encoder, size_t segment_bytes = kSegmentBytes);
  ~StagingWriter() override;

  Status Write(const Batch& batch) override;
  bool IsFull() const override { return io_->pending_bytes() > kPendingBytesMax; }
  void SetWakeup(std::function<void()> wakeup) override { io_->SetOnProgress(std::move(wakeup)); }
  Result<std::function<Result<Staged>()>> Prepare(Epoch epoch) override;

 private:
  struct Segment {
    std::string path;
    uint64_t length;
    uint64_t checksum;
  };
  /// Sends the segment that is being filled to the store.
  void Seal();

  const ConnectorContext context_;
  const std::string transactional_id_prefix_;
  std::unique_ptr<KafkaRecordEncoder> encoder_;
  const size_t segment_bytes_;
  std::shared_ptr<OrderedIo> io_;
  std::string filling_;
  std::vector<Segment> sealed_;  // of the current epoch
  uint64_t num_segments_ = 0;    // of this writer, for names
  uint64_t num_records_ = 0;     // of the current epoch
};

}  // namespace millrace
