#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/env/thread_pool_executor.h"
#include "core/ids.h"
#include "core/status.h"
#include "operators/api/registry.h"
#include "server/jobmanager/job_master.h"
#include "server/jobmanager/result_hub.h"

namespace millrace {

struct JobManagerOptions {
  std::string data_directory;        // jobs/<id>/job.pb, catalog, lock
  std::string checkpoint_directory;  // "" = <data_directory>/checkpoints; one root a job below it
  std::string savepoint_directory;   // "" = <data_directory>/savepoints
  std::map<std::string, std::string> default_job_options;
};

struct SubmitOptions {
  std::string sql;
  std::string restore_from;  // directory of a savepoint or a job's checkpoints
  bool allow_non_restored_state = false;
  bool allow_output_rollback = false;
  /// Called with the new job's results before its first row: who subscribes here misses none.
  std::function<void(JobResults&)> before_start;
};

/// What a sink guarantees, in words.
struct SinkGuaranteeView {
  std::string operator_uid;
  std::string table;
  Guarantee guarantee = Guarantee::kNone;
  std::string explanation;
};

/// All jobs of the server. Submitted jobs are durable and go on after a restart. Thread-safe; calls that say
/// so block.
class JobManager {
 public:
  /// Takes a new generation in the data directory. Everything passed outlives this. Blocks.
  static Result<std::unique_ptr<JobManager>> Open(JobManagerOptions options, const Registry& registry,
                                                  Env& env);
  ~JobManager();

  /// Before Recover and Submit; the worker outlives the jobs.
  void set_worker(WorkerGateway* worker) { worker_ = worker; }
  /// Begins every job that was not ended when the server stopped. Records that cannot be read are returned,
  /// and left alone.
  std::vector<Status> Recover();

  /// Validates, asks the outside (pre-flight), makes the job durable, begins it. Blocks. The errors of
  /// validation are all in `errors` when given.
  Result<JobId> Submit(proto::JobGraph graph, SubmitOptions options, std::vector<Status>* errors = nullptr);
  /// The checks of Submit without running anything; with `preflight` the outside is asked too.
  std::vector<Status> Validate(const proto::JobGraph& graph, bool preflight);

  /// By id, unique prefix of an id, or name (of several: the one that has not ended). kJobNotFound,
  /// kAmbiguousJob.
  Result<JobView> Find(const std::string& reference) const;
  std::vector<JobView> List() const;  // newest first
  std::vector<SinkGuaranteeView> Guarantees(const proto::JobGraph& graph) const;

  /// These block until done or `timeout_ms` (kTimedOut; what was asked for goes on).
  Status Cancel(const JobId& job, int64_t timeout_ms);
  Result<CheckpointView> Checkpoint(const JobId& job, bool savepoint, const std::string& directory,
                                    int64_t timeout_ms);
  /// Savepoint, then FINISHED once all output is committed.
  Result<CheckpointView> Stop(const JobId& job, const std::string& directory, bool drain, int64_t timeout_ms);
  /// Waits for a terminal state.
  Result<JobView> WaitUntilEnded(const JobId& job, int64_t timeout_ms);

  /// Null when there is no such job.
  std::shared_ptr<JobResults> Results(const JobId& job) const;
  /// Calls `listener` (from the jobs' strands) until the handle is destroyed.
  std::shared_ptr<void> Subscribe(std::function<void(const JobNotice&, const JobView&)> listener);

  /// A last checkpoint of every running job, then no tasks any more. Blocks, at most `timeout_ms`; true when
  /// all ended in time.
  bool Shutdown(int64_t timeout_ms);

  Generation generation() const { return generation_; }
  const JobManagerOptions& options() const { return options_; }

 private:
  struct Job;
  using Listener = std::function<void(const JobNotice&, const JobView&)>;

  JobManager(JobManagerOptions options, const Registry& registry, Env& env, Generation generation);
  Status Begin(const proto::JobRecord& record, const SubmitOptions* options);
  /// Whether all sources end by themselves.
  bool IsBounded(const proto::JobGraph& graph) const;
  Status CheckName(const std::string& name) const;
  Status ImportSavepoint(const std::string& from, ObjectStore& root, const std::string& root_uri);
  Status SaveRecord(const proto::JobRecord& record);
  void OnNotice(Job& job, const JobNotice& notice, const JobView& view);
  std::shared_ptr<Job> FindJob(const JobId& id) const;
  /// What was asked for, else the job's option, else the server's directory.
  std::string SavepointDirectory(const Job& job, const std::string& asked) const;
  std::string RootUri(const JobId& job) const;
  std::string RecordPath(const JobId& job) const;
  ConnectorContext ContextOf(const proto::JobGraph& graph, const proto::Operator& op) const;

  const JobManagerOptions options_;
  const Registry& registry_;
  Env& env_;
  const Generation generation_;
  WorkerGateway* worker_ = nullptr;
  // Of the jobs' strands: a broker that does not answer may hold up all of the I/O pool, but not these.
  ThreadPoolExecutor control_threads_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<JobId, std::shared_ptr<Job>> jobs_;    // guarded by mutex_
  std::list<std::weak_ptr<Listener>> listeners_;  // guarded by mutex_
};

}  // namespace millrace
