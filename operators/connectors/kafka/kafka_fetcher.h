#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/column/column.h"
#include "core/status.h"
#include "operators/api/format.h"
#include "operators/connectors/kafka/kafka_position.h"

namespace millrace {

enum class KafkaTimestampType : uint8_t { kNone, kCreateTime, kLogAppendTime };

struct FetchedHeader {
  std::string_view name;
  std::string_view value;
  bool value_is_null = false;
};

/// Records that follow one another in a partition and whose bytes lie in one block.
struct FetchedRun {
  uint32_t partition = 0;  // number given to Assign
  KafkaTimestampType timestamp_type = KafkaTimestampType::kNone;
  BufferPtr block;
  size_t first = 0;  // number of its first record; the next run's first is its end
};

/// What one poll gave: records in the order of each partition, as columns, and the ends of partitions that
/// were reached.
struct FetchedRecords {
  std::vector<FetchedRun> runs;
  std::vector<RawRecord> keys;
  std::vector<RawRecord> values;
  std::vector<int64_t> offsets;
  std::vector<int64_t> timestamps_ms;
  std::vector<FetchedHeader> headers;  // when they are asked for: those of record i end at header_ends[i]
  std::vector<uint32_t> header_ends;
  struct End {
    uint32_t partition;
    int64_t next_offset;
  };
  std::vector<End> ends;

  size_t num_records() const { return values.size(); }
  size_t EndOf(size_t run) const { return run + 1 < runs.size() ? runs[run + 1].first : num_records(); }
  std::span<const FetchedHeader> HeadersOf(size_t record) const {
    const size_t first = record == 0 ? 0 : header_ends[record - 1];
    return std::span(headers).subspan(first, header_ends[record] - first);
  }
  /// Room for so many records, the new ones to be written; or forgets those behind.
  void Resize(size_t num_records) {
    keys.resize(num_records);
    values.resize(num_records);
    offsets.resize(num_records);
    timestamps_ms.resize(num_records);
  }
  /// Before the first record of a run and wherever one may begin.
  void ContinueRun(uint32_t partition, KafkaTimestampType timestamp_type, const BufferPtr& block) {
    if (!runs.empty()) {
      const FetchedRun& last = runs.back();
      if (last.partition == partition && last.timestamp_type == timestamp_type && last.block == block) return;
    }
    runs.push_back({partition, timestamp_type, block, num_records()});
  }
  void Clear() {
    runs.clear();
    keys.clear();
    values.clear();
    offsets.clear();
    timestamps_ms.clear();
    headers.clear();
    header_ends.clear();
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
