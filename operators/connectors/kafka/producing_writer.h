#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "operators/api/connector.h"
#include "operators/connectors/kafka/record_encoder.h"
#include "operators/connectors/kafka/record_producer.h"

namespace millrace {

/// At-least-once (and none): rows go to the brokers as they come; an epoch ends when all of its records were
/// delivered. On the task's thread but for the epoch's work.
class ProducingWriter : public SinkWriter {
 public:
  /// `wait_for_delivery`: false = guarantee "none": failed deliveries are no error.
  ProducingWriter(const ConnectorContext& context, std::unique_ptr<KafkaRecordEncoder> encoder,
                  std::unique_ptr<RecordProducer> producer, bool wait_for_delivery);
  ~ProducingWriter() override;

  Status Write(const Batch& batch) override;
  bool IsFull() const override;
  void SetWakeup(std::function<void()> wakeup) override;
  Result<std::function<Result<Staged>()>> Prepare(Epoch epoch) override;

 private:
  /// What the epoch's work and timers share with the writer.
  struct Shared {
    std::shared_ptr<RecordProducer> producer;
    bool wait_for_delivery = true;
    std::mutex mutex;
    std::deque<std::string>
        overflow;  // guarded by mutex, as all below: records that found no room, a segment each
    bool is_flushing = false;
    bool has_timer = false;
    std::function<void()> wakeup;
    Status error;

    Status Add(const KafkaRecord& record);
    /// Hands over what it can of the overflow.
    void DrainLocked();
    Status Flush();
  };

  const ConnectorContext context_;
  std::unique_ptr<KafkaRecordEncoder> encoder_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace millrace
