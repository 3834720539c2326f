#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/status.h"
#include "state/checkpoint/checkpoint_logic.h"

namespace millrace::proto {
class CheckpointManifest;
class StoredFile;
}  // namespace millrace::proto

namespace millrace {
class ObjectStore;
}  // namespace millrace

namespace millrace::checkpoint {

/// The durable side of one job's checkpoints: the thin I/O shell around checkpoint_logic.h. Layout below the
/// job's root:
///   shared/<operator>/...      files of keyed state, written once, shared by epochs
///   staged/<operator>-<subtask>/...  output that sinks staged
///   imported/...               files of keyed state of the savepoint the job began with
///   epochs/<N>-<generation>.manifest  one CheckpointManifest, written before
///   epochs/<N>.record          one EpochRecord, created only if absent: the commit point of epoch N
/// Every call blocks. Thread-safe. Damage is kCheckpointDamaged naming the file.
class CheckpointStore {
 public:
  explicit CheckpointStore(std::shared_ptr<ObjectStore> store);

  /// Writes the manifest of its epoch and generation (replacing one that never got its record).
  Result<proto::StoredFile> WriteManifest(const proto::CheckpointManifest& manifest);
  /// Creates the record. When there is one already, tells whether it is of this generation and manifest. A
  /// newer record, or a manifest of a newer generation, also means that another leader owns the job.
  RecordOutcome CommitEpoch(Epoch epoch, Generation generation, const proto::StoredFile& manifest);

  /// All epoch records, ascending; `manifest_valid` is checked by length and checksum of the manifest.
  Result<std::vector<FoundEpoch>> ListEpochs();
  /// kCheckpointNotFound when there is no record of that epoch.
  Result<proto::CheckpointManifest> ReadManifest(Epoch epoch);
  /// Length and checksum of every file that the manifest refers to; the first damaged one is the error.
  Status Verify(const proto::CheckpointManifest& manifest);

  /// Deletes records first, then files that only deleted epochs refer to, then manifests; finishes what an
  /// earlier call left. Files that no manifest refers to stay: they may be on their way into the next epoch.
  Status DeleteEpochs(const std::vector<Epoch>& epochs);

  /// Copies a committed epoch with all its files to `directory` (URI or path), so that nothing in the job's
  /// root is needed: a savepoint. Returns its URI.
  Result<std::string> CopyAsSavepoint(Epoch epoch, ObjectStore& target, const std::string& target_prefix);

  /// Takes a savepoint (OpenSavepoint) into this root: copies its files and commits its epoch under
  /// `generation`, so that a new job goes on from it as from an epoch of its own. Needs a root without
  /// epochs.
  Status Import(ObjectStore& source, const proto::CheckpointManifest& manifest, Generation generation);

  ObjectStore& objects() { return *store_; }

 private:
  std::shared_ptr<ObjectStore> store_;
};

/// Reads the manifest of a savepoint or retained checkpoint from its directory (what CopyAsSavepoint
/// returned, or a job's root: then its newest epoch). `store` was opened at that directory.
Result<proto::CheckpointManifest> OpenSavepoint(ObjectStore& store);

/// A fresh generation in `store`, by creating leader/<N> for the first N that is free: every later one is
/// greater.
Result<Generation> AcquireGeneration(ObjectStore& store);

}  // namespace millrace::checkpoint
