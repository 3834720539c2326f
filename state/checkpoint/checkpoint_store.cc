#include "state/checkpoint/checkpoint_store.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "core/env/fail_point.h"
#include "core/error_codes.h"
#include "core/row/key_hash.h"
#include "proto/checkpoint.pb.h"
#include "state/checkpoint/epoch_files.h"
#include "state/error_codes.h"
#include "state/object_store.h"

namespace millrace::checkpoint {
namespace {

constexpr uint32_t kFormatVersion = 1;

/// Calls `visit` with every file that a manifest refers to.
template <class Visit>
void ForEachFile(const proto::CheckpointManifest& manifest, Visit&& visit) {
  for (const proto::OperatorSnapshot& op : manifest.operators()) {
    for (const proto::SubtaskSnapshot& subtask : op.subtasks()) {
      for (const proto::NamedFile& file : subtask.keyed_files()) visit(file.file());
      for (const proto::StoredFile& file : subtask.staged_files()) visit(file);
    }
  }
}

std::set<std::string> PathsOf(const proto::CheckpointManifest& manifest) {
  std::set<std::string> paths;
  ForEachFile(manifest, [&](const proto::StoredFile& file) { paths.insert(file.path()); });
  return paths;
}

Status Damaged(const ObjectStore& store, const std::string& path, const std::string& how) {
  return Status(kCheckpointDamaged, "checkpoint file is damaged, " + how + ": " + store.Uri(path))
      .WithSuggestion("restore from another checkpoint or a savepoint");
}

/// The content of a file as it was written.
Result<std::string> ReadStoredFile(ObjectStore& store, const proto::StoredFile& file) {
  Result<std::string> content = store.Get(file.path());
  if (content.status().code() == kFileNotFound) return Damaged(store, file.path(), "missing");
  if (!content.ok()) return content;
  if (content->size() != file.length()) {
    return Damaged(
        store, file.path(),
        "length " + std::to_string(content->size()) + " instead of " + std::to_string(file.length()));
  }
  if (HashBytes(*content) != file.checksum()) return Damaged(store, file.path(), "wrong checksum");
  return content;
}

template <class Message>
Result<Message> Parse(ObjectStore& store, const std::string& path, const std::string& bytes) {
  Message message;
  if (!message.ParseFromString(bytes)) return Damaged(store, path, "not readable");
  if (message.version() != kFormatVersion) {
    return Damaged(store, path, "format version " + std::to_string(message.version()) + " is unknown");
  }
  return message;
}

Result<proto::EpochRecord> ReadRecord(ObjectStore& store, Epoch epoch) {
  Result<std::string> bytes = store.Get(RecordPath(epoch));
  if (bytes.status().code() == kFileNotFound) {
    return Status(kCheckpointNotFound, "checkpoint does not exist: " + store.Uri(RecordPath(epoch)))
        .WithSuggestion("see `millrace checkpoint list`");
  }
  if (!bytes.ok()) return bytes.status();
  return Parse<proto::EpochRecord>(store, RecordPath(epoch), *bytes);
}

Result<proto::CheckpointManifest> ReadManifestOf(ObjectStore& store, const proto::EpochRecord& record) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadStoredFile(store, record.manifest()));
  return Parse<proto::CheckpointManifest>(store, record.manifest().path(), bytes);
}

/// Copies the files of a manifest; `path_in_target` names each.
template <class PathInTarget>
Status CopyFiles(ObjectStore& source, const proto::CheckpointManifest& manifest, ObjectStore& target,
                 PathInTarget&& path_in_target) {
  std::map<std::string, const proto::StoredFile*> files;
  ForEachFile(manifest, [&](const proto::StoredFile& file) { files[file.path()] = &file; });
  for (const auto& [path, file] : files) {
    ASSIGN_OR_RETURN(const std::string content, ReadStoredFile(source, *file));
    RETURN_IF_ERROR(target.Put(path_in_target(path), content));
  }
  return Status::Ok();
}

proto::StoredFile DescribeFile(const std::string& path, const std::string& bytes) {
  proto::StoredFile file;
  file.set_path(path);
  file.set_length(bytes.size());
  file.set_checksum(HashBytes(bytes));
  return file;
}

std::string SerializeRecord(Epoch epoch, Generation generation, const proto::StoredFile& manifest) {
  proto::EpochRecord record;
  record.set_version(kFormatVersion);
  record.set_epoch(epoch.value);
  record.set_generation(generation.value);
  *record.mutable_manifest() = manifest;
  return record.SerializeAsString();
}

}  // namespace

CheckpointStore::CheckpointStore(std::shared_ptr<ObjectStore> store) : store_(std::move(store)) {
}

Result<proto::StoredFile> CheckpointStore::WriteManifest(const proto::CheckpointManifest& manifest) {
  RETURN_IF_ERROR(HitFailPoint("checkpoint.before_manifest"));
  const std::string path = ManifestPath(Epoch{manifest.epoch()}, Generation{manifest.generation()});
  const std::string bytes = manifest.SerializeAsString();
  RETURN_IF_ERROR(store_->Put(path, bytes));
  RETURN_IF_ERROR(HitFailPoint("checkpoint.after_manifest"));
  return DescribeFile(path, bytes);
}

RecordOutcome CheckpointStore::CommitEpoch(Epoch epoch, Generation generation,
                                           const proto::StoredFile& manifest) {
  if (!HitFailPoint("checkpoint.before_record").ok()) return RecordOutcome::kUnknown;
  // A record of this epoch may be gone by retention: whoever is ahead owns the job.
  const Result<EpochFiles> present = ListEpochFiles(*store_);
  if (!present.ok()) return RecordOutcome::kUnknown;
  if (!present->records.empty() && *present->records.rbegin() > epoch) return RecordOutcome::kExistsOther;
  for (const auto& [written, path] : present->manifests) {
    if (written.second > generation) return RecordOutcome::kExistsOther;
  }
  const Status created =
      store_->CreateIfAbsent(RecordPath(epoch), SerializeRecord(epoch, generation, manifest));
  if (created.ok()) {
    // The epoch is committed, but a caller that is told to fail does not know.
    return HitFailPoint("checkpoint.after_record").ok() ? RecordOutcome::kCreated : RecordOutcome::kUnknown;
  }
  if (created.code() != kFileExists) return RecordOutcome::kUnknown;
  const Result<std::string> existing = store_->Get(RecordPath(epoch));
  if (!existing.ok()) return RecordOutcome::kUnknown;
  return *existing == SerializeRecord(epoch, generation, manifest) ? RecordOutcome::kExistsOurs
                                                                   : RecordOutcome::kExistsOther;
}

Result<std::vector<FoundEpoch>> CheckpointStore::ListEpochs() {
  ASSIGN_OR_RETURN(const EpochFiles present, ListEpochFiles(*store_));
  std::vector<FoundEpoch> found;
  for (Epoch epoch : present.records) {
    FoundEpoch& entry = found.emplace_back(FoundEpoch{.epoch = epoch});
    const Result<proto::EpochRecord> record = ReadRecord(*store_, epoch);
    if (record.status().code() == kCheckpointNotFound) {  // deleted meanwhile
      found.pop_back();
      continue;
    }
    if (record.status().code() == kCheckpointDamaged) continue;
    if (!record.ok()) return record.status();
    entry.generation = Generation{record->generation()};
    const Result<proto::CheckpointManifest> manifest = ReadManifestOf(*store_, *record);
    if (!manifest.ok() && manifest.status().code() != kCheckpointDamaged) return manifest.status();
    entry.manifest_valid = manifest.ok();
    entry.savepoint = manifest.ok() && manifest->savepoint();
  }
  return found;
}

Result<proto::CheckpointManifest> CheckpointStore::ReadManifest(Epoch epoch) {
  ASSIGN_OR_RETURN(const proto::EpochRecord record, ReadRecord(*store_, epoch));
  return ReadManifestOf(*store_, record);
}

Status CheckpointStore::Verify(const proto::CheckpointManifest& manifest) {
  Status first;
  ForEachFile(manifest, [&](const proto::StoredFile& file) {
    if (first.ok()) first = ReadStoredFile(*store_, file).status();
  });
  return first;
}

Status CheckpointStore::DeleteEpochs(const std::vector<Epoch>& epochs) {
  ASSIGN_OR_RETURN(EpochFiles present, ListEpochFiles(*store_));
  if (present.records.empty()) return Status::Ok();
  const Epoch newest = *present.records.rbegin();
  // A record goes first: an epoch with a record has all its files.
  for (Epoch epoch : epochs) {
    RETURN_IF_ERROR(store_->Delete(RecordPath(epoch)));
    present.records.erase(epoch);
  }
  // A manifest without a record is of a deleted epoch, or of one that can never be committed, unless it is
  // the newest: that one may be about to get its record.
  std::set<std::string> kept_paths;
  std::set<std::string> doomed_paths;
  std::vector<std::string> doomed_manifests;
  for (const auto& [written, path] : present.manifests) {
    const bool kept = present.records.contains(written.first) || written.first > newest;
    const Result<std::string> bytes = store_->Get(path);
    if (!bytes.ok()) return bytes.status();
    const Result<proto::CheckpointManifest> manifest =
        Parse<proto::CheckpointManifest>(*store_, path, *bytes);
    // Without knowing what is needed nothing may go.
    if (kept && !manifest.ok()) return manifest.status();
    if (manifest.ok()) (kept ? kept_paths : doomed_paths).merge(PathsOf(*manifest));
    if (!kept) doomed_manifests.push_back(path);
  }
  for (const std::string& path : doomed_paths) {
    if (!kept_paths.contains(path)) RETURN_IF_ERROR(store_->Delete(path));
  }
  // Last, so that an interrupted deletion is found and finished by the next one.
  for (const std::string& path : doomed_manifests) RETURN_IF_ERROR(store_->Delete(path));
  return Status::Ok();
}

Result<std::string> CheckpointStore::CopyAsSavepoint(Epoch epoch, ObjectStore& target,
                                                     const std::string& target_prefix) {
  ASSIGN_OR_RETURN(proto::CheckpointManifest manifest, ReadManifest(epoch));
  const auto in_target = [&](const std::string& path) { return target_prefix + "/" + path; };
  RETURN_IF_ERROR(CopyFiles(*store_, manifest, target, in_target));
  manifest.set_savepoint(true);
  const Generation generation{manifest.generation()};
  const std::string path = ManifestPath(epoch, generation);
  const std::string bytes = manifest.SerializeAsString();
  RETURN_IF_ERROR(target.Put(in_target(path), bytes));
  RETURN_IF_ERROR(target.Put(in_target(RecordPath(epoch)),
                             SerializeRecord(epoch, generation, DescribeFile(path, bytes))));
  return target.Uri(target_prefix);
}

Status CheckpointStore::Import(ObjectStore& source, const proto::CheckpointManifest& manifest,
                               Generation generation) {
  ASSIGN_OR_RETURN(const EpochFiles present, ListEpochFiles(*store_));
  if (!present.records.empty()) {
    return Status(kInternalError, "savepoint cannot be imported into a job that has checkpoints");
  }
  proto::CheckpointManifest imported = manifest;
  imported.set_generation(generation.value);
  imported.set_savepoint(false);
  // State files of this job could get the names of the imported ones otherwise. What committables refer to
  // keeps its path: only the sink could rename it in its content.
  std::map<std::string, std::string> renamed;
  for (proto::OperatorSnapshot& op : *imported.mutable_operators()) {
    for (proto::SubtaskSnapshot& subtask : *op.mutable_subtasks()) {
      for (proto::NamedFile& file : *subtask.mutable_keyed_files()) {
        std::string& path = renamed[file.file().path()];
        path = "imported/" + file.file().path();
        file.mutable_file()->set_path(path);
      }
    }
  }
  RETURN_IF_ERROR(CopyFiles(source, manifest, *store_, [&](const std::string& path) {
    auto found = renamed.find(path);
    return found != renamed.end() ? found->second : path;
  }));
  ASSIGN_OR_RETURN(const proto::StoredFile written, WriteManifest(imported));
  const RecordOutcome outcome = CommitEpoch(Epoch{manifest.epoch()}, generation, written);
  if (DecideCommit(outcome) == CommitStep::kDurable) return Status::Ok();
  return Status(kCheckpointDeclined, "imported savepoint could not be recorded: " +
                                         store_->Uri(RecordPath(Epoch{manifest.epoch()})));
}

Result<proto::CheckpointManifest> OpenSavepoint(ObjectStore& store) {
  ASSIGN_OR_RETURN(const EpochFiles present, ListEpochFiles(store));
  if (present.records.empty()) {
    return Status(kCheckpointNotFound, "directory holds no savepoint or checkpoint: " + store.Uri(""))
        .WithSuggestion("give the path that `millrace job savepoint` printed");
  }
  ASSIGN_OR_RETURN(const proto::EpochRecord record, ReadRecord(store, *present.records.rbegin()));
  return ReadManifestOf(store, record);
}

Result<Generation> AcquireGeneration(ObjectStore& store) {
  ASSIGN_OR_RETURN(const std::vector<ObjectInfo> taken, store.List("leader/"));
  uint64_t newest = 0;
  for (const ObjectInfo& object : taken) {
    uint64_t number = 0;
    const char* end = object.path.data() + object.path.size();
    const auto parsed = std::from_chars(object.path.data() + std::string_view("leader/").size(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end) newest = std::max(newest, number);
  }
  constexpr int kAttemptsMax = 100;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    ++newest;
    const Status created = store.CreateIfAbsent("leader/" + std::to_string(newest), "");
    if (created.ok()) return Generation{newest};
    if (created.code() != kFileExists) return created;
  }
  return Status(kStaleGeneration, "other servers take every new generation: " + store.Uri("leader"))
      .WithSuggestion("let only one server use this directory");
}

}  // namespace millrace::checkpoint
