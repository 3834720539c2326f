#include "state/state_writer.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/env/env.h"
#include "core/env/fail_point.h"
#include "proto/checkpoint.pb.h"
#include "state/error_codes.h"
#include "state/file_checksum.h"
#include "state/object_store.h"
#include "state/table/row_bytes.h"

namespace millrace::state {
namespace {

/// Hands the changes of a freeze to the SST writer.
class SstChangeSink final : public ChangeSink {
 public:
  explicit SstChangeSink(SstRunWriter& run) : run_(run) {}
  Status Put(std::string_view key, std::string_view value) override { return run_.Put(key, value); }
  Status Delete(std::string_view key) override { return run_.Delete(key); }

 private:
  SstRunWriter& run_;
};

}  // namespace

StateWriter::StateWriter(KeyedStateOptions options, std::shared_ptr<ObjectStore> store, Env& env)
    : options_(std::move(options)), store_(std::move(store)), env_(env) {
}

StateWriter::~StateWriter() {
  database_.reset();
  // What is left behind is removed when the worker starts again.
  static_cast<void>(env_.files().RemoveRecursively(options_.local_directory));
}

void StateWriter::Adopt(std::unique_ptr<RowDatabase> database, std::vector<UploadedFile> uploaded) {
  std::lock_guard lock(queue_mutex_);
  database_ = std::move(database);
  for (UploadedFile& file : uploaded) stored_files_[file.name] = file;
  database_version_ = 1;
}

RowDatabase* StateWriter::database() {
  std::lock_guard lock(queue_mutex_);
  return database_.get();
}

std::shared_ptr<FrozenSet> StateWriter::Push(FrozenChanges changes, bool wants_checkpoint) {
  auto set = std::make_shared<FrozenSet>();
  set->changes = std::move(changes);
  set->wants_checkpoint = wants_checkpoint;
  std::lock_guard lock(queue_mutex_);
  pending_.push_back(set);
  return set;
}

std::vector<std::shared_ptr<FrozenSet>> StateWriter::TakeStaged() {
  std::lock_guard lock(queue_mutex_);
  return std::exchange(staged_, {});
}

Status StateWriter::Stage(uint32_t change) {
  std::lock_guard stage(stage_mutex_);
  while (true) {
    std::shared_ptr<FrozenSet> next;
    {
      std::lock_guard lock(queue_mutex_);
      if (pending_.empty() || pending_.front()->changes.change > change) return Status::Ok();
      next = pending_.front();
    }
    RETURN_IF_ERROR(StageOne(*next));
    std::lock_guard lock(queue_mutex_);
    pending_.pop_front();
    staged_.push_back(std::move(next));
  }
}

Status StateWriter::StageOne(FrozenSet& set) {
  if (!set.changes.empty()) {
    RETURN_IF_ERROR(EnsureDatabase());
    if (!set.serialized) RETURN_IF_ERROR(WriteChanges(set));
    set.serialized = true;
  }
  clock_.serialized.store(set.changes.change, std::memory_order_release);
  if (!set.changes.empty()) {
    for (const std::string& prefix : set.changes.dropped_prefixes) {
      RETURN_IF_ERROR(database_->DeleteRange(prefix, AfterPrefix(prefix)));
    }
    RETURN_IF_ERROR(database_->Ingest(set.sst_files));
    ++database_version_;
  }
  // A failure here costs this checkpoint only: the changes are in the database.
  if (set.wants_checkpoint) set.checkpoint_status = MakeCheckpoint(set);
  return Status::Ok();
}

Status StateWriter::EnsureDatabase() {
  if (database() != nullptr) return Status::Ok();
  RETURN_IF_ERROR(env_.files().CreateDirectories(DatabaseDirectory()));
  ASSIGN_OR_RETURN(std::unique_ptr<RowDatabase> opened, RowDatabase::Open(DatabaseDirectory()));
  std::lock_guard lock(queue_mutex_);
  database_ = std::move(opened);
  return Status::Ok();
}

Status StateWriter::WriteChanges(FrozenSet& set) {
  // Parts have disjoint ranges of keys, one behind the other.
  std::vector<std::pair<std::string, std::function<Status(ChangeSink&)>>> parts;
  for (const auto& rows : set.changes.rows) {
    parts.emplace_back(rows->store().prefix(), [&rows](ChangeSink& sink) { return rows->Write(sink); });
  }
  for (const auto& timers : set.changes.timers) {
    parts.emplace_back(timers->prefix(), [&timers](ChangeSink& sink) { return timers->Write(sink); });
  }
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const std::unique_ptr<SstRunWriter> run =
      SstRunWriter::Create(options_.local_directory + "/run-" + std::to_string(set.changes.change) + "-");
  SstChangeSink sink(*run);
  for (const auto& [prefix, write] : parts) RETURN_IF_ERROR(write(sink));
  ASSIGN_OR_RETURN(set.sst_files, run->Finish());
  return Status::Ok();
}

Status StateWriter::MakeCheckpoint(FrozenSet& set) {
  set.database_version = database_version_;
  if (database_ == nullptr) return Status::Ok();
  {
    std::lock_guard lock(queue_mutex_);
    if (last_uploaded_ != nullptr && last_uploaded_->version == database_version_) {
      set.uploaded = last_uploaded_;
      return Status::Ok();
    }
  }
  set.checkpoint_directory = options_.local_directory + "/checkpoint-" + std::to_string(set.changes.change);
  return database_->Checkpoint(set.checkpoint_directory);
}

Status StateWriter::Write(FrozenSet& set, proto::SubtaskSnapshot* out) {
  if (closed_) return Status(kCheckpointDeclined, "task ended before its snapshot was written");
  RETURN_IF_ERROR(Stage(set.changes.change));
  RETURN_IF_ERROR(set.checkpoint_status);
  out->set_subtask(options_.subtask);
  out->mutable_key_groups()->set_first(options_.key_groups.first);
  out->mutable_key_groups()->set_last(options_.key_groups.last);
  RETURN_IF_ERROR(HitFailPoint("checkpoint.before_upload"));
  const bool has_rows = set.uploaded != nullptr || !set.checkpoint_directory.empty();
  if (has_rows) RETURN_IF_ERROR(Upload(set, out));
  return HitFailPoint("checkpoint.after_upload");
}

void StateWriter::Abandon(FrozenSet& set) {
  set.wants_checkpoint = false;
  std::lock_guard stage(stage_mutex_);
  if (!set.checkpoint_directory.empty()) {
    // What cannot be removed now goes with the local directory.
    static_cast<void>(env_.files().RemoveRecursively(set.checkpoint_directory));
  }
}

Status StateWriter::Upload(FrozenSet& set, proto::SubtaskSnapshot* out) {
  std::lock_guard upload(upload_mutex_);
  uint64_t uploaded_bytes = 0;
  if (set.uploaded == nullptr) {
    auto uploaded = std::make_shared<UploadedDatabase>();
    uploaded->version = set.database_version;
    std::map<std::string, UploadedFile> live;
    ASSIGN_OR_RETURN(const std::vector<FileInfo> files, env_.files().ListDirectory(set.checkpoint_directory));
    for (const FileInfo& file : files) {
      const bool is_sst = file.name.ends_with(".sst");
      // CURRENT follows from the manifest's name, and the options are ours.
      if (!is_sst && !file.name.starts_with("MANIFEST-")) continue;
      if (closed_) return Status(kCheckpointDeclined, "task ended before its snapshot was written");
      auto known = stored_files_.find(file.name);
      if (!is_sst || known == stored_files_.end()) {
        ASSIGN_OR_RETURN(UploadedFile stored, UploadFile(set.checkpoint_directory, file.name));
        uploaded_bytes += stored.length;
        uploaded->files.push_back(std::move(stored));
        if (is_sst) stored_files_[file.name] = uploaded->files.back();
      } else {
        uploaded->files.push_back(known->second);
      }
      if (is_sst) live[file.name] = uploaded->files.back();
    }
    set.uploaded = uploaded;
    std::lock_guard lock(queue_mutex_);
    if (last_uploaded_ == nullptr || last_uploaded_->version < uploaded->version) {
      last_uploaded_ = std::move(uploaded);
      stored_files_ = std::move(live);  // the database never returns to files it has left
    }
  }
  uint64_t state_bytes = 0;
  for (const UploadedFile& file : set.uploaded->files) {
    proto::NamedFile* named = out->add_keyed_files();
    named->set_name(file.name);
    named->mutable_file()->set_path(file.path);
    named->mutable_file()->set_length(file.length);
    named->mutable_file()->set_checksum(file.checksum);
    state_bytes += file.length;
  }
  out->set_state_bytes(state_bytes);
  out->set_uploaded_bytes(uploaded_bytes);
  return Status::Ok();
}

std::string StateWriter::StorePath(const std::string& file_name) {
  const size_t dot = file_name.find('.');
  const std::string stem =
      options_.store_prefix + "/" + file_name.substr(0, dot) + "-" + options_.unique_suffix;
  // A manifest keeps its name while it grows.
  return dot != std::string::npos ? stem + file_name.substr(dot)
                                  : stem + "-" + std::to_string(++num_manifests_);
}

Result<UploadedFile> StateWriter::UploadFile(const std::string& directory, const std::string& name) {
  const std::string local = directory + "/" + name;
  ASSIGN_OR_RETURN(const FileChecksum content, ChecksumOf(env_.files(), local));
  UploadedFile stored{name, StorePath(name), content.length, content.checksum};
  RETURN_IF_ERROR(store_->PutFile(stored.path, local));
  return stored;
}

}  // namespace millrace::state
