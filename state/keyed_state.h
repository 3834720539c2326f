#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/status.h"
#include "state/keyed_table.h"

namespace millrace::proto {
class SubtaskSnapshot;
}  // namespace millrace::proto

namespace millrace {

class Env;
class MemoryBudget;
class ObjectStore;

struct KeyedStateOptions {
  std::string operator_uid;
  uint32_t subtask = 0;
  uint32_t max_parallelism = 1024;
  KeyGroupRange key_groups;
  std::string local_directory;  // own, empty or absent; holds the RocksDB; removed by the destructor
  std::string store_prefix;     // path in the store below which this operator's shared files go
  std::string unique_suffix;    // of new file names, so that attempts never write the same path:
                                // "g<generation>a<attempt>s<subtask>"
};

/// What a snapshot took, before it is durable. Movable; Write runs on any thread, once.
class FrozenState {
 public:
  virtual ~FrozenState() = default;
  /// Writes SSTs, ingests them, links the live files of the database and uploads new ones. Fills tables,
  /// keyed_files, key_groups, state_bytes and uploaded_bytes of the snapshot. Blocks. A snapshot that failed
  /// or was never written loses nothing: its changes go into the next one.
  virtual Status Write(proto::SubtaskSnapshot* out) = 0;
};

/// All keyed state of one operator subtask. One owner thread, but for FrozenState::Write.
class KeyedState {
 public:
  virtual ~KeyedState() = default;

  /// Opens empty, or from every snapshot that overlaps the key groups (any former parallelism). Blocks: on
  /// the I/O pool, before the task runs. `store` is rooted at the job's checkpoint root: paths in snapshots
  /// are its paths.
  static Result<std::unique_ptr<KeyedState>> Open(KeyedStateOptions options,
                                                  const std::vector<const proto::SubtaskSnapshot*>& restore,
                                                  std::shared_ptr<ObjectStore> store, MemoryBudget& budget,
                                                  Env& env);

  /// Each name once. kIncompatibleState (with what differs) when the restored layout is another. The object
  /// lives as long as this.
  virtual Result<KeyedTable*> OpenTable(const TableSpec& spec) = 0;
  virtual Result<KeyedMap*> OpenMap(const TableSpec& spec) = 0;
  virtual Result<SliceTable*> OpenSlices(const TableSpec& spec) = 0;
  virtual Result<TimerTable*> OpenTimers(const std::string& name) = 0;
  /// Names of restored tables that nobody opened: state that would be dropped.
  virtual std::vector<std::string> UnopenedTables() const = 0;

  /// Takes what changed since the last Freeze; rows changed later are copied first. Microseconds, no I/O.
  virtual std::unique_ptr<FrozenState> Freeze(Epoch epoch) = 0;

  /// Between batches: accounts memory and, over budget, evicts cold clean rows. May block on RocksDB writes
  /// when too few rows are clean. Invalidates RowRefs.
  virtual Status Relieve() = 0;

  virtual uint64_t num_rows() const = 0;
  virtual uint64_t memory_bytes() const = 0;
};

}  // namespace millrace
