#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"
#include "operators/connectors/kafka/kafka_fetcher.h"
#include "operators/connectors/kafka/native/decompressor.h"
#include "operators/connectors/kafka/native/messages.h"

namespace millrace {

/// What a response holds of one partition: record batches of magic 2
/// (https://kafka.apache.org/documentation/#recordbatch), of which the last may be cut.
struct RecordSet {
  std::string topic;
  int32_t partition = 0;
  uint32_t number = 0;  // FetchedRun::partition
  int64_t wanted_offset = 0;
  std::string_view bytes;
  BufferPtr block;  // holds `bytes`
  std::vector<AbortedTransaction> aborted;
};

/// The end of the whole batches in it: what to fetch next. `next_offset` is -1 when there is none.
struct RecordSetEnd {
  int64_t next_offset = -1;
  int32_t leader_epoch = -1;
};
RecordSetEnd FindEnd(std::string_view record_set);

struct RecordSetOptions {
  bool check_crcs = true;
  bool with_headers = false;
  bool read_committed = true;
};

/// Takes the records out of a record set, batch by batch as they are wanted. Uncompressed records stay where
/// they are, in the set's block. Control batches, records before the wanted offset and, with
/// `read_committed`, those of aborted transactions are left out. Pure; single-owner.
class RecordSetReader {
 public:
  RecordSetReader(RecordSet set, RecordSetOptions options, Decompressor* decompressor, PieceWriter* pieces);

  /// Appends records until `fetched` has `num_records_max` of them or the set ends. kCorruptRecords (a wrong
  /// checksum, a length that cannot be), kUnsupportedByConnector (formats before Kafka 0.11); both name
  /// topic, partition and offset.
  Status Take(size_t num_records_max, FetchedRecords* fetched);
  bool is_at_end() const { return is_at_end_; }
  const RecordSet& set() const { return set_; }
  /// Behind all that was taken or left out.
  int64_t next_offset() const { return next_offset_; }

 private:
  struct Batch {
    int64_t base_offset = 0;
    int64_t next_offset = 0;  // behind the batch
    int64_t base_timestamp_ms = -1;
    int64_t max_timestamp_ms = -1;
    int64_t producer_id = -1;
    uint16_t attributes = 0;
    uint32_t num_records_left = 0;
    std::string_view records;  // not taken yet
    BufferPtr block;
  };

  /// Goes to the next batch; `is_at_end_` when there is no whole one.
  Status OpenBatch();
  Status CheckBatch(std::string_view bytes) const;
  /// Whether its records are nobody's: control records, or an aborted transaction's.
  bool IsLeftOut(std::string_view first_records);
  Status TakeRecords(size_t num_records, FetchedRecords* fetched);
  Status Damaged(const std::string& what, int64_t offset) const;

  RecordSet set_;
  const RecordSetOptions options_;
  Decompressor* const decompressor_;
  PieceWriter* const pieces_;
  std::string_view rest_;  // batches not opened yet
  Batch batch_;
  int64_t next_offset_;
  bool is_at_end_ = false;
  size_t next_aborted_ = 0;
  std::set<int64_t> aborted_producers_;  // whose transaction goes on behind the present batch
};

}  // namespace millrace
