#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operators/connectors/kafka/kafka_fetcher.h"
#include "operators/connectors/kafka/native/block_pool.h"
#include "operators/connectors/kafka/native/broker_link.h"
#include "operators/connectors/kafka/native/decompressor.h"
#include "operators/connectors/kafka/native/group_committer.h"
#include "operators/connectors/kafka/native/leader_directory.h"
#include "operators/connectors/kafka/native/native_context.h"
#include "operators/connectors/kafka/native/record_set.h"

namespace millrace {

/// Fetches with a client of our own: one connection to each broker that leads an assigned partition, the
/// next Fetch on its way before the records of the last one are decoded, records where the socket's bytes
/// were received. Connections are opened and leaders looked up on the I/O pool, everything else happens in
/// Poll. At most two responses a broker are there at a time, one decoded and one arriving.
class NativeFetcher : public KafkaFetcher {
 public:
  /// kBadOptionValue.
  static Result<std::unique_ptr<NativeFetcher>> Create(const KafkaOptions& options, Env* env,
                                                       std::shared_ptr<SocketReadiness> readiness,
                                                       bool with_headers);
  ~NativeFetcher() override;

  Status Assign(uint32_t partition, const KafkaPosition& position) override;
  Status Unassign(uint32_t partition) override;
  Result<bool> Poll(uint32_t num_records_max, FetchedRecords* fetched) override;
  void SetWakeup(std::function<void()> wakeup) override;
  int64_t EndOffset(uint32_t partition) override;
  void CommitToGroup(std::span<const KafkaPosition> positions) override;

 private:
  struct Partition {
    std::string topic;
    int32_t partition = 0;
    bool is_assigned = false;
    int64_t next_offset = 0;          // to fetch
    int32_t last_fetched_epoch = -1;  // of the leader that wrote the last batch
    int64_t end_offset = -1;          // as last heard
    KafkaUuid topic_id{};
    int32_t leader = -1;
    int32_t leader_epoch = -1;
    int32_t closest_replica = -1;  // to read from instead of the leader
    int64_t paused_until_nanos = 0;

    int32_t source() const { return closest_replica >= 0 ? closest_replica : leader; }
  };
  /// Records of one partition that are not handed out yet.
  struct Pending {
    RecordSetReader reader;
    int64_t end_offset;
  };

  NativeFetcher(NativeContext context, bool with_headers, const std::string& group_id);

  /// Sees to it that a Fetch is on its way to every broker that has something to give.
  Status KeepFetching();
  void TakeLeaders();
  void AddLink(int32_t broker);
  Status SendFetch(int32_t broker, BrokerLink& link, int64_t now_nanos);
  /// Takes in one response that is there; false: there is none.
  Result<bool> ReceiveResponse();
  Status TakeResponse(int32_t broker, BrokerLink& link, const BrokerConnection::Response& response);
  Status TakePartition(uint32_t number, FetchedPartition& fetched, const std::shared_ptr<Buffer>& block);
  Status TakeError(uint32_t number, int16_t error);
  /// Finds out what is there instead; the verdict comes with a later Poll.
  void LosePosition(uint32_t number, std::optional<int64_t> cut_at);
  /// Records of pending sets, up to `num_records_max`.
  Status HandOut(uint32_t num_records_max, FetchedRecords* fetched);

  const NativeContext context_;
  const RecordSetOptions record_options_;
  const std::shared_ptr<GroupCommitter> group_;
  std::vector<Partition> partitions_;  // by number
  LeaderDirectory leaders_;
  std::map<int32_t, BrokerLink> links_;  // by broker; none is ever taken out
  int32_t next_link_ = 0;                // asked first for a response
  BlockPool response_blocks_;
  BlockPool piece_blocks_;
  PieceWriter pieces_{&piece_blocks_};
  Decompressor decompressor_;
  std::deque<Pending> pending_;
  int64_t tick_nanos_ = 0;
  Status verdict_;
};

}  // namespace millrace
