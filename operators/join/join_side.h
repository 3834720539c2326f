#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/row/row_codec.h"
#include "operators/aggregate/key_rows.h"
#include "operators/aggregate/scratch_groups.h"
#include "operators/api/operator.h"

namespace millrace {

// state: payload of the maps "left" and "right", version 1: rows of a side below their join key.
struct JoinRow {
  int64_t count = 0;           // how many equal rows there are
  int64_t written_micros = 0;  // processing time of the last change, with a state TTL
  int64_t num_matches = 0;     // rows of the other side that it matches; only in a side that is padded
};

/// Rows of one side that have the keys of a batch of the other: as columns, with a last row of NULLs, and
/// where they lie.
struct JoinCandidates {
  struct Range {
    uint32_t begin = 0;
    uint32_t end = 0;
  };
  std::vector<Range> ranges;  // of each key of the batch: rows of the columns
  std::vector<ColumnPtr> columns;
  uint32_t null_row = 0;  // also the number of candidates
  std::vector<RowRef> entries;
  std::vector<int64_t> counts;
};

/// What one input of a join keeps. Single-owner.
class JoinSide {
 public:
  /// `padded`: rows without a match are sent with NULLs for the other side.
  JoinSide(std::string name, const Schema& schema, std::vector<uint32_t> key_columns, bool padded,
           int64_t ttl_micros);
  Status Open(const std::vector<DataType>& key_types, OperatorContext& context);

  const std::vector<uint32_t>& key_columns() const { return key_columns_; }
  bool padded() const { return padded_; }
  int64_t ttl_micros() const { return ttl_micros_; }

  /// Rows below each key. Entries stay valid until the side changes.
  Status FindCandidates(const KeyBatch& keys, int64_t now_micros, JoinCandidates* out);
  /// Stores (weight +1) or takes back the row of each key; num_matches[i] is what row i matches now.
  Status Update(const Batch& batch, const KeyBatch& keys, const std::vector<int64_t>& num_matches,
                int64_t now_micros);
  /// Changes the number of matches of a candidate; returns the number before.
  int64_t AddMatches(RowRef entry, int64_t delta, int64_t now_micros);

  /// Drops rows whose time to live is over. Call about every quarter of it.
  Status Sweep(int64_t now_micros);

 private:
  JoinRow Read(RowRef entry) const;
  void Write(RowRef entry, const JoinRow& row);
  bool IsExpired(const JoinRow& row, int64_t now_micros) const {
    return ttl_micros_ > 0 && row.written_micros + ttl_micros_ <= now_micros;
  }
  /// Finds or makes the entries of the rows of all keys.
  Status FindEntries(const Batch& batch, const KeyBatch& keys);
  void RegisterExpiry(const KeyBatch& keys, uint32_t i, int64_t now_micros);

  const std::string name_;
  const std::vector<uint32_t> key_columns_;
  const bool padded_;
  const int64_t ttl_micros_;
  const RowCodec codec_;
  KeyedMap* map_ = nullptr;
  TimerTable* expiries_ = nullptr;  // with a TTL: when to look at the rows of a key
  std::optional<KeyRows> key_rows_;
  ScratchGroups groups_;
  std::vector<ColumnBuilder> builders_;
  std::vector<ColumnBuilder*> builder_pointers_;

  // Of one batch.
  std::vector<uint32_t> row_numbers_;
  std::string row_bytes_;
  std::vector<uint32_t> row_offsets_;
  std::vector<KeyedMap::EntryKey> wanted_;
  std::vector<RowRef> entries_;
  std::vector<uint8_t> inserted_;
  std::vector<KeyedMap::KeyRef> found_keys_;
  std::vector<std::string_view> found_rows_;
};

}  // namespace millrace
