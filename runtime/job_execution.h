#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/status.h"
#include "runtime/chained_operator.h"
#include "runtime/scheduler.h"
#include "runtime/task.h"
#include "runtime/task_listener.h"

namespace millrace {

/// The tasks of one attempt of one job on this worker, and the channels between them. Thread-safe; none of
/// its methods blocks but the destructor, which cancels and waits for the last turns and the blocking work of
/// all tasks.
class JobExecution {
 public:
  /// `listener` outlives this. `services` are moved in; what they point to outlives this.
  JobExecution(JobServices services, Scheduler& scheduler, TaskListener& listener);
  ~JobExecution();

  /// Makes tasks and channels, then on the I/O pool prepares (restores) every task and starts it. A task that
  /// cannot be prepared reports OnTaskFailed.
  Status Deploy(const proto::JobDeployment& deployment);

  void AddSplits(const std::string& task_id, std::vector<std::string> serialized_splits, bool no_more);
  /// Sources snapshot and send the barrier.
  void TriggerCheckpoint(Barrier barrier);
  void NotifyEpochDurable(Epoch epoch);
  void NotifyEpochAborted(Epoch epoch);
  /// Every task ends after its pending commits (behind a terminal checkpoint).
  void Finish();
  void Cancel();

  const JobServices& services() const { return services_; }
  /// Fixed after Deploy; for metrics.
  const std::vector<std::unique_ptr<Task>>& tasks() const { return tasks_; }

 private:
  Status ConnectChannels(const proto::JobDeployment& deployment);
  Task* Find(const std::string& task_id);

  const JobServices services_;
  Scheduler& scheduler_;
  TaskListener& listener_;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::unordered_map<std::string, Task*> tasks_by_id_;
  std::mutex mutex_;
  bool cancelled_ = false;  // guarded by mutex_: no task starts any more
  std::unique_ptr<BlockingWork> preparing_;
};

}  // namespace millrace
