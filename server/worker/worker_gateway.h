#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/column/batch.h"
#include "core/ids.h"
#include "core/status.h"

namespace millrace::proto {
class JobDeployment;
}  // namespace millrace::proto

namespace millrace {

class TaskListener;

/// How the job manager speaks to a worker. In one process now; the messages are those of proto/worker.proto,
/// so that a network can carry them later. Calls return at once; they name the job, of which a worker runs
/// one attempt at a time.
class WorkerGateway {
 public:
  virtual ~WorkerGateway() = default;
  /// Begins an attempt. The former one must be gone. `listener` lives until `Remove` has answered.
  virtual Status Deploy(const proto::JobDeployment& deployment, TaskListener& listener) = 0;
  virtual void AddSplits(const JobId& job, const std::string& task_id, std::vector<std::string> splits,
                         bool no_more) = 0;
  virtual void TriggerCheckpoint(const JobId& job, Barrier barrier) = 0;
  virtual void NotifyEpochDurable(const JobId& job, Epoch epoch) = 0;
  virtual void NotifyEpochAborted(const JobId& job, Epoch epoch) = 0;
  virtual void Finish(const JobId& job) = 0;
  /// Cancels what still runs of the job's attempt and frees it; `gone` is then called from an I/O thread
  /// (also when there is none). The listener gets no call afterwards.
  virtual void Remove(const JobId& job, std::function<void()> gone) = 0;
};

}  // namespace millrace
