#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/status.h"
#include "state/keyed_state.h"
#include "state/rocksdb/row_database.h"
#include "state/table/change_clock.h"
#include "state/table/state_table.h"

namespace millrace::proto {
class SubtaskSnapshot;
}  // namespace millrace::proto

namespace millrace::state {

/// A file of a database checkpoint, and where the object store has it.
struct UploadedFile {
  std::string name;  // in the database's directory
  std::string path;  // in the store
  uint64_t length = 0;
  uint64_t checksum = 0;
};

/// What the store has of one version of the database.
struct UploadedDatabase {
  uint64_t version = 0;
  std::vector<UploadedFile> files;
};

/// One freeze on its way into the database.
struct FrozenSet {
  FrozenChanges changes;
  std::atomic<bool> wants_checkpoint{false};

  // Set by the stage; see StateWriter::Stage.
  bool serialized = false;
  std::vector<std::string> sst_files;
  std::string
      checkpoint_directory;  // a copy of the database right after this freeze; empty = none was needed
  uint64_t database_version = 0;
  std::shared_ptr<const UploadedDatabase> uploaded;  // the store has this version already
  Status checkpoint_status;
};

/// Moves frozen changes into the RocksDB of one subtask and its checkpoints into the object store. Shared by
/// the KeyedState and its FrozenStates; removes the local directory when the last of them is gone.
///
/// A freeze passes two steps. Stage: its changes are ingested, then the database is checkpointed (hard
/// links). Stages happen in the order of the freezes and by whoever needs one first (a Write, or the owner
/// thread short of memory), so the checkpoint of a freeze never holds what was changed after it. Upload: the
/// checkpoint's files go to the store. A freeze whose stage failed, or whose FrozenState was dropped, stays
/// queued and is staged with the next one.
class StateWriter {
 public:
  StateWriter(KeyedStateOptions options, std::shared_ptr<ObjectStore> store, Env& env);
  ~StateWriter();
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;

  /// Before the first freeze: a restored database, and which of its files are in the store.
  void Adopt(std::unique_ptr<RowDatabase> database, std::vector<UploadedFile> uploaded);

  ChangeClock& clock() { return clock_; }
  const KeyedStateOptions& options() const { return options_; }
  std::string DatabaseDirectory() const { return options_.local_directory + "/db"; }
  /// Null until something was staged or adopted. It lives as long as this.
  RowDatabase* database();

  /// Owner thread; no I/O.
  std::shared_ptr<FrozenSet> Push(FrozenChanges changes, bool wants_checkpoint);
  /// Owner thread: the sets that were staged since the last call, in order.
  std::vector<std::shared_ptr<FrozenSet>> TakeStaged();

  /// Stages everything up to change number `change`. Blocks.
  Status Stage(uint32_t change);
  /// Stages and uploads, once a set; fills all of `out` but the tables. Blocks.
  Status Write(FrozenSet& set, proto::SubtaskSnapshot* out);
  /// The set will not be written.
  void Abandon(FrozenSet& set);
  /// Writes that have not begun fail from now on: the owner is gone.
  void Close() { closed_ = true; }
  bool closed() const { return closed_; }

 private:
  Status StageOne(FrozenSet& set);
  Status WriteChanges(FrozenSet& set);
  Status MakeCheckpoint(FrozenSet& set);
  Status EnsureDatabase();
  Status Upload(FrozenSet& set, proto::SubtaskSnapshot* out);
  Result<UploadedFile> UploadFile(const std::string& directory, const std::string& name);
  std::string StorePath(const std::string& file_name);

  const KeyedStateOptions options_;
  const std::shared_ptr<ObjectStore> store_;
  Env& env_;
  ChangeClock clock_;
  std::atomic<bool> closed_{false};

  std::mutex queue_mutex_;  // short: guards the four below
  std::deque<std::shared_ptr<FrozenSet>> pending_;
  std::vector<std::shared_ptr<FrozenSet>> staged_;
  std::unique_ptr<RowDatabase> database_;  // once set it stays
  std::shared_ptr<const UploadedDatabase> last_uploaded_;

  std::mutex
      stage_mutex_;  // held while one freeze is staged; guards the one below and the sets' stage results
  uint64_t database_version_ = 0;  // grows with every change of the database

  std::mutex upload_mutex_;  // held while one checkpoint is uploaded; guards the two below
  std::map<std::string, UploadedFile> stored_files_;  // SST files of the database that the store has, by name
  uint64_t num_manifests_ = 0;
};

}  // namespace millrace::state
