#pragma once

#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/filesystem/filesystem_options.h"
#include "operators/connectors/filesystem/part_name.h"

namespace millrace {

struct PartFile;

/// Makes staged files visible by renaming them, which is idempotent: names are never used twice. On the I/O
/// pool, one call at a time. Recover must have returned before the subtask's writer is asked to Prepare.
class FileSinkCommitter : public Committer {
 public:
  FileSinkCommitter(const ConnectorContext& context, FilesystemOptions options);

  /// A file that is neither staged nor visible was committed before a restart and moved away by somebody; in
  /// an epoch of this run it is an error, kCommitFailed.
  Result<CommitResult> Commit(const proto::Committable& committable) override;
  /// Removes what later epochs of dead attempts staged. kOutputAhead when files of later epochs are visible,
  /// of this job or of the one whose savepoint it starts from.
  Status Recover(const SinkRecovery& recovery) override;

 private:
  /// Of a job's sink, by the subtasks that fall to this one.
  Result<std::vector<PartFile>> FindParts(const JobId& job) const;

  const ConnectorContext context_;
  const FilesystemOptions options_;
  uint64_t restored_epoch_ = 0;
};

}  // namespace millrace
