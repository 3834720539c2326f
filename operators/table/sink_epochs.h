#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/ids.h"
#include "operators/api/connector.h"
#include "proto/checkpoint.pb.h"

namespace millrace {

/// What a sink subtask has staged and not yet published, by epoch. An epoch that failed stays: the next one
/// takes its output along, for the writer does not write it again. Thread-safe: epochs are staged on the I/O
/// pool, the rest is asked for on the task's thread.
class SinkEpochs {
 public:
  using Work = std::function<Result<SinkWriter::Staged>()>;
  /// `lane`: of the committables.
  SinkEpochs(std::string sink_uid, uint32_t lane) : sink_uid_(std::move(sink_uid)), lane_(lane) {}

  /// What a restored snapshot left to publish, of any lane; snapshots carry it on until it is published.
  void Restore(const std::vector<proto::Committable>& committables,
               const std::vector<proto::StoredFile>& files);
  /// The writer has prepared the epoch.
  void Add(Epoch epoch, Work work);
  /// Does the work of all epochs up to this one that was not done, in order, then adds what is to be
  /// published after the epoch to its snapshot. May block. After a failure it fails for ever: that output is
  /// lost but to a restart.
  Status Stage(Epoch epoch, proto::SubtaskSnapshot* out);
  /// Committables of the epochs up to this one that are not published yet, ascending; they stay until Remove.
  std::vector<proto::Committable> Staged(Epoch epoch) const;
  void Remove(Epoch epoch);
  /// The failure of some Stage.
  Status error() const;

 private:
  struct Pending {
    Work work;  // empty when done
    std::vector<proto::Committable> committables;
    std::vector<proto::StoredFile> files;
  };

  const std::string sink_uid_;
  const uint32_t lane_;
  std::mutex staging_mutex_;  // held while work runs
  mutable std::mutex mutex_;  // guards the members below
  std::map<uint64_t, Pending> pending_;
  Status error_;
};

}  // namespace millrace
