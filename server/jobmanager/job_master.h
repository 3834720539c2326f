#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/status.h"
#include "operators/api/registry.h"
#include "proto/checkpoint.pb.h"
#include "server/jobmanager/checkpoint_coordinator.h"
#include "server/jobmanager/job_options.h"
#include "server/jobmanager/job_state.h"
#include "server/jobmanager/restart_policy.h"
#include "server/jobmanager/source_coordinator.h"
#include "server/jobmanager/strand.h"
#include "server/worker/worker_gateway.h"

namespace millrace {

class ObjectStore;
class TaskListener;

/// What a job looks like at one moment, for clients.
struct JobView {
  JobId id;
  std::string name;
  JobState state = JobState::kInitializing;
  int64_t submitted_micros = 0;
  int64_t ended_micros = 0;
  uint32_t restarts = 0;
  uint32_t attempt = 0;
  Epoch last_epoch;
  std::string failure;  // of the last failed attempt, also while restarting
  Status error;         // the same, when it failed in this process
  std::shared_ptr<const proto::JobGraph> graph;
  std::string sql;
  std::string checkpoint_root;
  std::vector<CheckpointView> checkpoints;  // the latest, newest last
  CheckpointCounts checkpoint_counts;       // of all
};

/// Something that happened to a job.
struct JobNotice {
  int64_t at_micros = 0;
  JobId job;
  enum class Kind : uint8_t { kState, kCheckpoint, kRestart } kind = Kind::kState;
  JobState state = JobState::kInitializing;
  std::string text;
};

struct JobMasterServices {
  const Registry* registry = nullptr;
  WorkerGateway* worker = nullptr;
  Env* env = nullptr;
  Executor* control = nullptr;         // runs the strand
  std::shared_ptr<ObjectStore> store;  // the job's checkpoint root
  std::string checkpoint_root;         // its URI
  Generation generation;
  /// Called on the strand with every notice; a terminal state must be durable when it returns.
  std::function<void(const JobNotice&, const JobView&)> on_notice;
};

/// Runs one job: its states, attempts, restarts and checkpoints. An actor: everything happens on its strand,
/// in order; public methods post there and return at once, callbacks come from there. View() may be called
/// from any thread.
class JobMaster {
 public:
  /// The destructor ends what still runs, without a last checkpoint, and waits for it.
  JobMaster(const proto::JobRecord& record, JobSettings settings, JobMasterServices services);
  ~JobMaster();

  void Start();
  /// Ends the job at once. Answered when its tasks are gone.
  void Cancel(std::function<void(Status)> done);
  /// A checkpoint or savepoint on request; kTerminal also ends the job (FINISHED) once all output is
  /// committed.
  void RequestCheckpoint(CheckpointRequest request);
  /// For a server that shuts down: a last checkpoint if the job runs, then no tasks any more; the job goes on
  /// at the next start. `done` when the tasks are gone.
  void Suspend(std::function<void()> done);

  JobView View() const;
  const JobId& id() const { return id_; }

 private:
  class AttemptListener;

  void BeginAttempt();
  Status TryBeginAttempt();
  Result<std::optional<proto::CheckpointManifest>> FindRestorePoint(Epoch* next_epoch);
  Status CheckRestorable(const proto::CheckpointManifest& manifest) const;
  Status BeginSources(const proto::CheckpointManifest* manifest);
  void AssignSplits(const std::string& uid, const SourceCoordinator::Assignment& assignment);
  void ScheduleDiscovery(size_t source, int64_t delay_ms);
  void OnTaskRunning(const std::string& task_id);
  void OnTaskDrained(const std::string& task_id);
  void OnTaskEnded(const std::string& task_id);
  void FailAttempt(const Status& error);
  void OnCheckpointCompleted(checkpoint::PendingKind kind);
  void EndAttempt(JobState final_state);
  void Remove(std::function<void()> then);
  void SetState(JobState state, const std::string& text = "");
  void UpdateView();
  bool NeedsFinalCheckpoint() const;
  CheckpointCoordinator::Actions MakeActions();

  const JobId id_;
  const std::shared_ptr<const proto::JobGraph> graph_;
  const proto::JobRecord record_;
  const JobSettings settings_;
  const JobMasterServices services_;
  checkpoint::CheckpointStore checkpoints_;

  // On the strand only.
  JobState state_ = JobState::kSuspended;
  uint32_t attempt_ = 0;
  RestartPolicy restarts_;
  std::unique_ptr<CheckpointCoordinator> coordinator_;
  std::unique_ptr<AttemptListener> listener_;
  std::vector<std::unique_ptr<SourceCoordinator>> sources_;
  std::set<std::string> starting_;  // tasks that do not run yet
  std::set<std::string> undrained_;
  std::set<std::string> unended_;
  std::map<std::string, std::string> source_snapshots_;  // by uid, taken when the pending epoch was triggered
  bool restored_terminal_ = false;  // the job had taken its last checkpoint: what is left is to commit
  bool finishing_ = false;          // behind the terminal checkpoint
  bool suspending_ = false;
  bool terminal_requested_ = false;
  Status error_;
  int64_t ended_micros_ = 0;
  std::vector<std::function<void(Status)>> cancel_waiters_;
  std::vector<std::function<void()>> suspend_waiters_;

  mutable std::mutex view_mutex_;
  JobView view_;   // guarded by view_mutex_
  Strand strand_;  // last: closed before the rest goes
};

}  // namespace millrace
