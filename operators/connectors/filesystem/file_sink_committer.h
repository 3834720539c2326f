#pragma once

#include <string>

#include "operators/api/connector.h"
#include "operators/connectors/filesystem/filesystem_options.h"
#include "operators/connectors/filesystem/part_name.h"

namespace millrace {

/// Makes staged files visible by renaming them, which is idempotent: names are never used twice. On the I/O
/// pool, one call at a time. Recover must have returned before the subtask's writer is asked to Prepare.
class FileSinkCommitter : public Committer {
 public:
  FileSinkCommitter(const ConnectorContext& context, FilesystemOptions options);

  /// A file that is neither staged nor visible was committed before a restart and moved away by somebody; in
  /// an epoch of this run it is an error, kCommitFailed.
  Result<CommitResult> Commit(const proto::Committable& committable) override;
  /// Removes what later epochs of dead attempts staged. kOutputAhead when files of later epochs are visible.
  Status Recover(const SinkRecovery& recovery) override;

 private:
  /// For committables of a savepoint that another job took: whether that job has gone on.
  Status CheckNotAhead(const PartOwner& owner, uint32_t subtask, uint64_t epoch) const;

  const ConnectorContext context_;
  const FilesystemOptions options_;
  const PartOwner owner_;
  uint64_t restored_epoch_ = 0;
  bool allow_rollback_ = false;
};

}  // namespace millrace
