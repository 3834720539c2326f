#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/env/thread_pool_executor.h"
#include "runtime/job_execution.h"
#include "server/worker/worker_gateway.h"
#include "state/memory_budget.h"

namespace millrace {

struct WorkerOptions {
  std::string local_directory;     // RocksDB databases of running attempts; emptied at start
  size_t num_compute_threads = 0;  // 0 = one a core
  uint64_t state_memory_bytes = 0;
};

/// The worker of this process: a compute pool, a memory budget, and the job executions. Thread-safe.
class LocalWorker final : public WorkerGateway {
 public:
  /// `registry` and `env` outlive this. `results_of` gives the sink of a job's collected rows (may return
  /// null).
  LocalWorker(WorkerOptions options, const Registry& registry, Env& env,
              std::function<ResultSink*(const JobId&)> results_of);
  ~LocalWorker() override;

  Status Deploy(const proto::JobDeployment& deployment, TaskListener& listener) override;
  void AddSplits(const JobId& job, const std::string& task_id, std::vector<std::string> splits,
                 bool no_more) override;
  void TriggerCheckpoint(const JobId& job, Barrier barrier) override;
  void NotifyEpochDurable(const JobId& job, Epoch epoch) override;
  void NotifyEpochAborted(const JobId& job, Epoch epoch) override;
  void Finish(const JobId& job) override;
  void Remove(const JobId& job, std::function<void()> gone) override;

  /// Visits what runs now; for metrics. Executions stay alive during the visit.
  void ForEachExecution(const std::function<void(const JobExecution&)>& visit) const;
  const MemoryBudget& memory() const { return memory_; }

 private:
  std::shared_ptr<JobExecution> Find(const JobId& job) const;

  const WorkerOptions options_;
  const Registry& registry_;
  Env& env_;
  const std::function<ResultSink*(const JobId&)> results_of_;
  MemoryBudget memory_;
  Scheduler scheduler_;
  mutable std::mutex mutex_;
  std::map<JobId, std::shared_ptr<JobExecution>> executions_;  // guarded by mutex_
  // Threads of their own: an execution's end waits for work on the I/O pool.
  ThreadPoolExecutor removal_threads_;
  BlockingWork removals_;  // last: waits for them
};

}  // namespace millrace
