#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "operators/connectors/kafka/kafka_handle.h"
#include "operators/connectors/kafka/kafka_options.h"
#include "operators/connectors/kafka/kafka_record.h"

namespace millrace {

/// A producing client with the table's topics and partitioner. Thread-safe.
class RecordProducer {
 public:
  /// `transactional_id`: "" = an idempotent producer without transactions. `lane` chooses the partition of
  /// 'fixed'.
  static Result<std::unique_ptr<RecordProducer>> Create(const KafkaOptions& options,
                                                        const std::string& transactional_id, uint32_t lane);

  /// Hands the record to the client, which copies it. False: its queue is full. kOutsideRefused for a record
  /// that is too large.
  Result<bool> TryProduce(const KafkaRecord& record);
  /// The same, waiting up to `timeout_ms` for room.
  Status Produce(const KafkaRecord& record, int timeout_ms);
  /// Waits until everything was delivered. kOutsideUnreachable after `timeout_ms`; the error of a failed
  /// delivery.
  Status Flush(int timeout_ms);
  /// Learns where the table's topics are, so that the first record need not wait for it.
  Status LearnTopics(int timeout_ms);
  /// The first error of a delivery, or a fatal error of the client.
  Status error() const;

  rd_kafka_t* client() const { return handle_->get(); }
  const std::string& brokers() const { return options_.bootstrap_servers; }
  /// Flushes (bounded: a client with requests on their way must not be destroyed), destroys, and waits a
  /// while for that.
  static void Discard(std::unique_ptr<RecordProducer> producer, int flush_ms);
  /// The same on a thread of its own, without waiting: for owners that must not block.
  static void DiscardLater(std::unique_ptr<RecordProducer> producer, int flush_ms);

 private:
  /// What callbacks of the library reach; outlives the client.
  struct Shared {
    std::mutex mutex;
    Status error;  // guarded by mutex
    std::string brokers;
    std::atomic<uint32_t> next_partition = 0;  // round-robin
    uint32_t lane = 0;
  };

  RecordProducer(const KafkaOptions& options) : options_(options), shared_(std::make_shared<Shared>()) {}
  rd_kafka_topic_t* TopicOf(std::string_view name);
  Status Send(rd_kafka_topic_t* topic, const KafkaRecord& record, bool* sent);

  const KafkaOptions options_;
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<KafkaHandle> handle_;
  std::mutex mutex_;
  std::map<std::string, KafkaOwned<rd_kafka_topic_t>, std::less<>> topics_;  // guarded by mutex_
};

}  // namespace millrace
