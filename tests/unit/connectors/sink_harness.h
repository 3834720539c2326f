#pragma once

#include <memory>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/api/registry.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"
#include "tests/unit/connectors/fake_env.h"

namespace millrace {

/// Runs one subtask of a sink the way a job does: writes, ends epochs, commits, dies and recovers.
class SinkHarness {
 public:
  SinkHarness(ConnectorFactory factory, const std::vector<Field>& columns, Options options);

  FakeEnv env;
  proto::SinkConfig config;
  std::string job_id = "0123456789abcdef0123456789abcdef";
  uint32_t subtask = 0;
  uint32_t parallelism = 1;

  Status Preflight();
  /// A new writer and committer, recovered to `epoch` (0 = fresh start), which job `taken_by` took.
  Status Start(uint64_t epoch = 0, bool allow_rollback = false, const std::string& taken_by = "");
  /// Rows as JSON objects.
  Status Write(const std::vector<std::string>& rows);
  /// Ends the epoch and runs its staging work: its committables.
  Result<std::vector<proto::Committable>> Prepare(uint64_t epoch);
  Result<CommitResult> Commit(const std::vector<proto::Committable>& committables);
  /// Write, Prepare and Commit.
  Status WriteEpoch(uint64_t epoch, const std::vector<std::string>& rows);
  /// Writer and committer are gone, what was not synced is lost.
  void Crash();

  SinkWriter& writer() { return *writer_; }
  /// Lines of the visible files below /out, sorted; and the paths of those that are not visible.
  std::vector<std::string> VisibleLines() const;
  std::vector<std::string> VisiblePaths() const;
  std::vector<std::string> HiddenPaths() const;

 private:
  ConnectorContext Context();
  ConnectorFactory factory_;
  FormatRegistry formats_;
  std::vector<Field> columns_;
  std::unique_ptr<SinkWriter> writer_;
  std::unique_ptr<Committer> committer_;
};

}  // namespace millrace
