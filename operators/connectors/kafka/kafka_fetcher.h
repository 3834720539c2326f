#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/column/column.h"
#include "core/status.h"
#include "operators/connectors/kafka/kafka_position.h"

namespace millrace {

enum class KafkaTimestampType : uint8_t { kNone, kCreateTime, kLogAppendTime };

struct FetchedHeader {
  std::string_view name;
  std::string_view value;
  bool value_is_null = false;
};

/// One record; its bytes lie in `block`.
struct FetchedRecord {
  uint32_t partition = 0;  // number given to Assign
  uint32_t block = 0;      // index in FetchedRecords::blocks
  int64_t offset = 0;
  int64_t timestamp_ms = -1;
  KafkaTimestampType timestamp_type = KafkaTimestampType::kNone;
  bool key_is_null = true;
  bool value_is_null = true;
  std::string_view key;
  std::string_view value;
  uint32_t first_header = 0;
  uint32_t num_headers = 0;
};

/// What one poll gave: records in the order of each partition, and the ends of partitions that were reached.
struct FetchedRecords {
  std::vector<FetchedRecord> records;
  std::vector<FetchedHeader> headers;
  std::vector<BufferPtr> blocks;
  struct End {
    uint32_t partition;
    int64_t next_offset;
  };
  std::vector<End> ends;

  void Clear() {
    records.clear();
    headers.clear();
    blocks.clear();
    ends.clear();
  }
};

/// Gets the records of assigned partitions from the brokers: what a client library, or a client of our own,
/// does. One owner thread; never blocks but for a moment.
class KafkaFetcher {
 public:
  virtual ~KafkaFetcher() = default;
  /// Begins to fetch at `position.next_offset`. `partition`: the caller's number for it.
  virtual Status Assign(uint32_t partition, const KafkaPosition& position) = 0;
  virtual Status Unassign(uint32_t partition) = 0;
  /// Takes up to about `num_records_max` records that are there. Returns true when more may be there at once;
  /// after false the wake-up follows. Errors: kPositionLost, kOutsideMissing, kOutsideUnreachable,
  /// kOutsideRefused.
  virtual Result<bool> Poll(uint32_t num_records_max, FetchedRecords* fetched) = 0;
  /// Called from any thread.
  virtual void SetWakeup(std::function<void()> wakeup) = 0;
  /// The end of the partition as last heard from the broker; -1 = not heard yet.
  virtual int64_t EndOffset(uint32_t partition) = 0;
  /// Tells the group where reading stands, for people to look at; does not wait, and a failure is no error.
  virtual void CommitToGroup(std::span<const KafkaPosition> positions) = 0;
};

}  // namespace millrace
