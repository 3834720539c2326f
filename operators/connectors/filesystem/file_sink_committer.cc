#include "operators/connectors/filesystem/file_sink_committer.h"

#include <set>
#include <utility>

#include "core/env/env.h"
#include "core/env/fail_point.h"
#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/filesystem/part_files.h"
#include "proto/checkpoint.pb.h"
#include "proto/filesystem.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kCommittableVersion = 1;

/// kOutputAhead when a file of an epoch after `epoch` is visible.
Status CheckNotAhead(const std::vector<PartFile>& parts, uint64_t epoch) {
  for (const PartFile& part : parts) {
    if (part.name.stage != PartStage::kVisible || part.name.epoch <= epoch) continue;
    return Status(kOutputAhead, "output of later checkpoints is visible already: checkpoint " +
                                    std::to_string(epoch) + ", file '" + part.Path() + "'")
        .WithSuggestion("remove that output, or allow the rollback to write it a second time");
  }
  return Status::Ok();
}

}  // namespace

FileSinkCommitter::FileSinkCommitter(const ConnectorContext& context, FilesystemOptions options)
    : context_(context), options_(std::move(options)) {
}

Status FileSinkCommitter::Recover(const SinkRecovery& recovery) {
  const Epoch epoch = recovery.epoch;
  restored_epoch_ = epoch.value;
  FileSystem& files = context_.env->files();
  ASSIGN_OR_RETURN(const std::vector<PartFile> parts, FindParts(context_.job_id));
  if (!recovery.allow_rollback) {
    RETURN_IF_ERROR(CheckNotAhead(parts, epoch.value));
    if (!recovery.taken_by.value.empty() && recovery.taken_by != context_.job_id) {
      ASSIGN_OR_RETURN(const std::vector<PartFile> others, FindParts(recovery.taken_by));
      RETURN_IF_ERROR(CheckNotAhead(others, epoch.value));
    }
  }
  return RemovePartFiles(files, parts, [epoch](const PartName& name) {
    return name.stage == PartStage::kStaged && name.epoch > epoch.value;
  });
}

Result<std::vector<PartFile>> FileSinkCommitter::FindParts(const JobId& job) const {
  return FindPartFiles(context_.env->files(), options_.path, PartOwnerOf(job, context_.operator_uid),
                       context_.subtask, context_.parallelism);
}

Result<CommitResult> FileSinkCommitter::Commit(const proto::Committable& committable) {
  proto::StagedFiles staged;
  if (!staged.ParseFromString(committable.content()) || staged.version() != kCommittableVersion) {
    return Status(kCorruptBytes, "a committable of connector 'filesystem' cannot be read");
  }
  FileSystem& files = context_.env->files();
  std::set<std::string> directories;
  for (const proto::StagedFiles::File& file : staged.files()) {
    RETURN_IF_ERROR(HitFailPoint("filesystem_sink.before_rename"));
    const Status status = files.Rename(file.staged_path(), file.visible_path());
    if (status.ok()) {
      directories.insert(file.visible_path().substr(0, file.visible_path().rfind('/')));
      RETURN_IF_ERROR(HitFailPoint("filesystem_sink.after_rename"));
      continue;
    }
    if (!(status.code() == kFileNotFound)) return status;
    if (files.Exists(file.visible_path()) || committable.epoch() <= restored_epoch_) continue;
    return Status(kCommitFailed, "a staged file has disappeared: '" + file.staged_path() + "'")
        .WithSuggestion("do not remove hidden files of a running job");
  }
  for (const std::string& directory : directories) RETURN_IF_ERROR(files.SyncDirectory(directory));
  return directories.empty() ? CommitResult::kAlreadyDone : CommitResult::kDone;
}

}  // namespace millrace
