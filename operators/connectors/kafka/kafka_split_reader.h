#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/kafka/kafka_fetcher.h"
#include "operators/connectors/kafka/kafka_position.h"
#include "operators/connectors/kafka/record_decoder.h"

namespace millrace {

using KafkaFetcherFactory = std::function<Result<std::unique_ptr<KafkaFetcher>>()>;

/// Reads partitions through a fetcher (made when the first partition comes) and decodes their records. On the
/// task's thread.
class KafkaSplitReader : public SplitReader {
 public:
  KafkaSplitReader(const ConnectorContext& context, KafkaFetcherFactory make_fetcher,
                   std::unique_ptr<KafkaRecordDecoder> decoder, bool commit_to_group);

  Status AddSplits(std::span<const Split> splits) override;
  Result<ReadState> PollNext(uint32_t max_rows, BatchBuilder& builder, std::vector<SplitRows>* runs,
                             std::vector<uint32_t>* ended) override;
  void SetWakeup(std::function<void()> wakeup) override;
  std::vector<Split> Snapshot() override;
  std::vector<Split> SnapshotAt(Epoch epoch) override;
  void OnEpochDurable(Epoch epoch) override;
  int64_t PendingRecords() override;

 private:
  struct Partition {
    Split split;
    KafkaPosition position;
    bool is_assigned = false;
    bool has_ended = false;

    bool IsAtStop() const { return position.stop_offset && position.next_offset >= *position.stop_offset; }
  };
  struct Snapshotted {
    Epoch epoch;
    std::vector<KafkaPosition> positions;
  };

  Status DecodeFetched(BatchBuilder& builder, std::vector<SplitRows>* runs);
  /// The end of the run's records that lie before the partition's stop.
  size_t EndBeforeStop(const FetchedRun& run, size_t end) const;
  Status DecodeRun(const FetchedRun& run, size_t end, BatchBuilder& builder, std::vector<SplitRows>* runs);
  Status EndPartitions(std::vector<uint32_t>* ended);

  const ConnectorContext context_;
  const KafkaFetcherFactory make_fetcher_;
  const std::unique_ptr<KafkaRecordDecoder> decoder_;
  const bool commit_to_group_;
  std::function<void()> wakeup_;
  std::unique_ptr<KafkaFetcher> fetcher_;
  std::vector<Partition> partitions_;  // state: positions, see KafkaPosition
  size_t num_ended_ = 0;
  FetchedRecords fetched_;
  std::deque<Snapshotted> snapshots_;  // not durable yet, when group offsets are committed
  int64_t pending_ = -1;
  int64_t pending_nanos_ = 0;  // when it was computed
};

}  // namespace millrace
