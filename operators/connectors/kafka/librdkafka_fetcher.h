#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "operators/connectors/kafka/kafka_fetcher.h"
#include "operators/connectors/kafka/kafka_handle.h"
#include "operators/connectors/kafka/kafka_options.h"

namespace millrace {

class Env;
class PartitionCheck;

/// Fetches with librdkafka: partitions are assigned, no group is joined. Records are copied once, into blocks
/// that columns share. The library tells of missing partitions and lost brokers by hints only, so each hint
/// starts a check on the I/O pool (PartitionCheck) whose verdict the next Poll returns.
class LibrdkafkaFetcher : public KafkaFetcher {
 public:
  static Result<std::unique_ptr<LibrdkafkaFetcher>> Create(const KafkaOptions& options, Env* env,
                                                           bool with_headers);
  ~LibrdkafkaFetcher() override;

  Status Assign(uint32_t partition, const KafkaPosition& position) override;
  Status Unassign(uint32_t partition) override;
  Result<bool> Poll(uint32_t num_records_max, FetchedRecords* fetched) override;
  void SetWakeup(std::function<void()> wakeup) override;
  int64_t EndOffset(uint32_t partition) override;
  void CommitToGroup(std::span<const KafkaPosition> positions) override;

 private:
  /// What callbacks of the library reach; outlives the client.
  struct Shared {
    std::mutex mutex;
    std::function<void()> wakeup;  // guarded by mutex
    std::atomic<bool> hinted = false;

    void Wake();
  };
  struct Assigned {
    std::string topic;
    int32_t partition = -1;  // -1: not assigned any more
  };
  struct PollContext;

  LibrdkafkaFetcher(Env* env, KafkaOptions options, bool with_headers);
  Status Start(KafkaClientConfig config);
  static void OnMessage(rd_kafka_message_t* message, void* context);
  void TakeRecord(const rd_kafka_message_t& message, uint32_t partition, FetchedRecords* fetched);
  Status TakeError(const rd_kafka_message_t& message, FetchedRecords* fetched);
  Status PositionLost(const rd_kafka_message_t& message);
  /// The number of the message's partition; -1 when it is not assigned.
  int64_t NumberOf(const rd_kafka_message_t& message);
  /// Room for `size` bytes in a block that `fetched` then keeps alive.
  char* Allocate(size_t size);

  Env* const env_;
  const KafkaOptions options_;
  const bool with_headers_;
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<KafkaHandle> handle_;
  KafkaOwned<rd_kafka_queue_t> records_;
  KafkaOwned<rd_kafka_queue_t> events_;
  std::vector<Assigned> assigned_;  // by number
  std::map<std::pair<std::string, int32_t>, uint32_t> numbers_;
  std::shared_ptr<PartitionCheck> check_;
  const rd_kafka_topic_t* last_topic_ = nullptr;  // of the last message, a cache for NumberOf
  int32_t last_partition_ = -1;
  int64_t last_number_ = -1;
  std::shared_ptr<Buffer> block_;
  size_t block_used_ = 0;
};

}  // namespace millrace
