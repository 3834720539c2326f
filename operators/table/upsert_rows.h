#pragma once

#include <string>
#include <vector>

#include "operators/aggregate/scratch_groups.h"
#include "state/key_batch.h"

namespace millrace {

/// Reduces the changes of a batch to one a key, for sinks that write upserts by primary key: whatever the
/// order of the old and the new row of an update, the new one is what is written. Single-owner.
class UpsertRows {
 public:
  UpsertRows(std::vector<uint32_t> key_columns, const Schema& schema);
  /// At most one row a key, in the order of the last change of each: +1 = the row is now this, -1 = it is
  /// gone.
  Batch Reduce(const Batch& batch);

 private:
  struct Changes {
    std::vector<uint32_t> rows;  // +1 that nothing took back, in order
    uint32_t deleted_row = 0;    // the last -1 that took no row of the batch back
    bool deletes = false;
  };
  void TakeBack(Changes& changes, std::span<const ColumnReader> readers, uint32_t row);

  std::vector<uint32_t> key_columns_;
  KeyBatch keys_;
  RowCodec codec_;
  ScratchGroups groups_;
  std::vector<Changes> changes_;
  std::string bytes_, other_bytes_;
};

}  // namespace millrace
