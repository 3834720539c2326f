#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/status.h"
#include "state/keyed_state.h"
#include "state/rocksdb/row_database.h"
#include "state/state_writer.h"

namespace millrace::proto {
class SubtaskSnapshot;
class TableLayout;
}  // namespace millrace::proto

namespace millrace::state {

/// The state of former subtasks, cut to the key groups of a new one.
struct RestoredState {
  std::vector<proto::TableLayout>
      tables;  // with the ids that `database` uses; num_rows is exact at the same range
  std::unique_ptr<RowDatabase> database;  // null when nothing was stored
  std::vector<UploadedFile> uploaded;     // its SST files that the store has
};

/// Builds the database of `options.key_groups` in `directory`. The files of the snapshot with the largest
/// share are taken as they are, and what lies outside of the range is deleted; the rows of the other
/// snapshots are copied. Every file's length and checksum is verified (kCheckpointDamaged). Blocks.
Result<RestoredState> RestoreDatabase(const KeyedStateOptions& options, const std::string& directory,
                                      const std::vector<const proto::SubtaskSnapshot*>& snapshots,
                                      ObjectStore& store, Env& env);

}  // namespace millrace::state
