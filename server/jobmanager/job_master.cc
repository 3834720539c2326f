#include "server/jobmanager/job_master.h"

#include <fmt/format.h>

#include <future>
#include <utility>

#include "core/env/env.h"
#include "proto/worker.pb.h"
#include "runtime/task_listener.h"
#include "server/error_codes.h"
#include "server/jobmanager/physical_plan.h"
#include "state/error_codes.h"
#include "state/object_store.h"

namespace millrace {

/// Carries what the tasks of one attempt report to the strand; reports of former attempts are dropped there.
class JobMaster::AttemptListener final : public TaskListener {
 public:
  AttemptListener(JobMaster& job, uint32_t attempt) : job_(job), attempt_(attempt) {}

  void OnTaskRunning(const std::string& task_id) override {
    Post([this, task_id] { job_.OnTaskRunning(task_id); });
  }
  void OnTaskDrained(const std::string& task_id) override {
    Post([this, task_id] { job_.OnTaskDrained(task_id); });
  }
  void OnTaskEnded(const std::string& task_id) override {
    Post([this, task_id] { job_.OnTaskEnded(task_id); });
  }
  void OnTaskFailed(const std::string& task_id, const Status& error) override {
    Post([this, error] { job_.FailAttempt(error); });
  }
  void OnCheckpointAck(proto::CheckpointAck ack) override {
    Post([this, ack = std::move(ack)]() mutable { job_.coordinator_->OnAck(std::move(ack)); });
  }
  void OnCheckpointDeclined(const std::string& task_id, Epoch epoch, const Status& why) override {
    Post([this, task_id, epoch, why] { job_.coordinator_->OnDeclined(task_id, epoch, why); });
  }

 private:
  void Post(std::function<void()> work) {
    job_.strand_.Post([&job = job_, attempt = attempt_, work = std::move(work)] {
      // After Remove the listener is gone: compare before anything of it is touched.
      if (job.attempt_ == attempt && job.listener_ != nullptr) work();
    });
  }
  JobMaster& job_;
  const uint32_t attempt_;
};

JobMaster::JobMaster(const proto::JobRecord& record, JobSettings settings, JobMasterServices services)
    : id_{record.job_id()},
      graph_(std::make_shared<const proto::JobGraph>(record.graph())),
      record_(record),
      settings_(std::move(settings)),
      services_(std::move(services)),
      checkpoints_(services_.store),
      restarts_(settings_),
      strand_(*services_.control) {
  coordinator_ =
      std::make_unique<CheckpointCoordinator>(id_, services_.generation, settings_.checkpoint, checkpoints_,
                                              services_.checkpoint_root, *services_.env, MakeActions());
  UpdateView();
}

JobMaster::~JobMaster() {
  strand_.Close();
  // The tasks report to the listener, which goes with this.
  std::promise<void> gone;
  services_.worker->Remove(id_, [&gone] { gone.set_value(); });
  gone.get_future().wait();
}

CheckpointCoordinator::Actions JobMaster::MakeActions() {
  return {
      .trigger =
          [this](Barrier barrier) {
            source_snapshots_.clear();
            for (const auto& source : sources_) source_snapshots_[source->uid()] = source->Snapshot();
            services_.worker->TriggerCheckpoint(id_, barrier);
          },
      .notify_durable = [this](Epoch epoch) { services_.worker->NotifyEpochDurable(id_, epoch); },
      .notify_aborted = [this](Epoch epoch) { services_.worker->NotifyEpochAborted(id_, epoch); },
      .completed = [this](checkpoint::PendingKind kind) { OnCheckpointCompleted(kind); },
      .fail_attempt = [this](const Status& error) { strand_.Post([this, error] { FailAttempt(error); }); },
      .complete_manifest =
          [this](proto::CheckpointManifest* manifest) {
            manifest->set_job_name(graph_->name());
            *manifest->mutable_graph() = *graph_;
            if (suspending_) manifest->set_terminal(false);  // goes on at the next start
            for (auto& op : *manifest->mutable_operators()) {
              auto snapshot = source_snapshots_.find(op.uid());
              if (snapshot != source_snapshots_.end()) op.set_enumerator_state(snapshot->second);
            }
          },
      .wake_after =
          [this](int64_t delay_ms) {
            strand_.PostAfter(std::chrono::milliseconds(delay_ms), [this] { coordinator_->Advance(); });
          },
      .changed =
          [this](const CheckpointView& view) {
            UpdateView();
            const char* what = view.status == CheckpointView::Status::kInProgress  ? "started"
                               : view.status == CheckpointView::Status::kCompleted ? "completed"
                                                                                   : "failed";
            std::string text = fmt::format("checkpoint {} {}", view.epoch.value, what);
            if (!view.failure.empty()) text += ": " + view.failure;
            services_.on_notice(
                {services_.env->clock().WallMicros(), id_, JobNotice::Kind::kCheckpoint, state_, text},
                View());
          },
  };
}

void JobMaster::Start() {
  strand_.Post([this] { BeginAttempt(); });
}

void JobMaster::BeginAttempt() {
  if (state_ != JobState::kSuspended && state_ != JobState::kRestarting) return;  // cancelled meanwhile
  SetState(JobState::kInitializing);
  ++attempt_;
  const Status begun = TryBeginAttempt();
  if (!begun.ok()) FailAttempt(begun);
}

Status JobMaster::TryBeginAttempt() {
  Epoch next_epoch;
  ASSIGN_OR_RETURN(const std::optional<proto::CheckpointManifest> manifest, FindRestorePoint(&next_epoch));
  const Epoch restored = manifest ? Epoch{manifest->epoch()} : Epoch{};
  proto::JobDeployment deployment = MakeDeployment(*graph_);
  deployment.set_job_id(id_.value);
  deployment.set_generation(services_.generation.value);
  deployment.set_attempt(attempt_);
  deployment.set_checkpoint_root(services_.checkpoint_root);
  deployment.set_restored_epoch(restored.value);
  starting_.clear();
  std::vector<proto::TaskDescriptor> tasks;
  for (auto& task : *deployment.mutable_tasks()) {
    starting_.insert(task.task_id());
    tasks.push_back(task);
    for (const auto& op : task.operators()) {
      if (!manifest) break;
      for (const auto& snapshot : manifest->operators()) {
        if (snapshot.uid() != op.uid()) continue;
        auto* restore = task.add_restores();
        restore->set_uid(op.uid());
        restore->set_epoch(restored.value);
        restore->set_job_id(manifest->job_id());
        *restore->mutable_subtasks() = snapshot.subtasks();
      }
    }
  }
  undrained_ = starting_;
  unended_ = starting_;
  finishing_ = false;
  terminal_requested_ = false;
  coordinator_->BeginAttempt(std::move(tasks), deployment.max_parallelism(), restored, next_epoch);
  listener_ = std::make_unique<AttemptListener>(*this, attempt_);
  restored_terminal_ = manifest && manifest->terminal() && manifest->job_id() == id_.value;
  RETURN_IF_ERROR(services_.worker->Deploy(deployment, *listener_));
  if (restored_terminal_) return Status::Ok();
  return BeginSources(manifest ? &*manifest : nullptr);
}

Result<std::optional<proto::CheckpointManifest>> JobMaster::FindRestorePoint(Epoch* next_epoch) {
  ASSIGN_OR_RETURN(const auto found, checkpoints_.ListEpochs());
  const checkpoint::RecoveryDecision decision = checkpoint::DecideRecovery(found);
  *next_epoch = decision.next_epoch;
  if (!decision.damaged.empty()) {
    return Status(kCheckpointDamaged, fmt::format("Checkpoint {} in {} is damaged",
                                                  decision.damaged.back().value, services_.checkpoint_root))
        .WithSuggestion(
            "restore its files, or submit the job anew from a savepoint; an older checkpoint is not taken "
            "silently, since sinks have published what came after it");
  }
  if (!decision.restore) return std::optional<proto::CheckpointManifest>();
  ASSIGN_OR_RETURN(proto::CheckpointManifest manifest, checkpoints_.ReadManifest(*decision.restore));
  RETURN_IF_ERROR(CheckRestorable(manifest));
  return std::optional<proto::CheckpointManifest>(std::move(manifest));
}

Status JobMaster::CheckRestorable(const proto::CheckpointManifest& manifest) const {
  for (const auto& snapshot : manifest.operators()) {
    const proto::Operator* op = nullptr;
    for (const auto& candidate : graph_->operators()) {
      if (candidate.uid() == snapshot.uid()) op = &candidate;
    }
    bool has_state = false;
    bool has_keyed_state = false;
    for (const auto& subtask : snapshot.subtasks()) {
      has_keyed_state |= subtask.tables_size() > 0;
      has_state |= subtask.tables_size() > 0 || subtask.operator_state_size() > 0 ||
                   subtask.splits_size() > 0 || subtask.committables_size() > 0;
    }
    if (op == nullptr && has_state && !record_.allow_non_restored_state()) {
      return Status(
                 kNonRestoredState,
                 fmt::format("Checkpoint {} holds state of operator '{}' ({}), which the job no longer has",
                             manifest.epoch(), snapshot.uid(), snapshot.name()))
          .WithSuggestion("keep the operator's uid, or allow non-restored state to drop it");
    }
    if (op != nullptr && has_keyed_state && snapshot.max_parallelism() != MaxParallelismOf(*graph_)) {
      return Status(kMaxParallelismChanged,
                    fmt::format(
                        "Keyed state of operator '{}' was written with max_parallelism {}, the job has {}",
                        snapshot.uid(), snapshot.max_parallelism(), MaxParallelismOf(*graph_)))
          .WithSuggestion(fmt::format("set pipeline.max-parallelism to {}", snapshot.max_parallelism()));
    }
  }
  return Status::Ok();
}

Status JobMaster::BeginSources(const proto::CheckpointManifest* manifest) {
  sources_.clear();
  for (const auto& op : graph_->operators()) {
    if (!op.has_source()) continue;
    const ConnectorFactory* factory = services_.registry->FindConnector(op.source().connector());
    ConnectorContext context{.job_id = id_,
                             .job_name = graph_->name(),
                             .operator_uid = op.uid(),
                             .parallelism = ParallelismOf(*graph_, op),
                             .max_parallelism = MaxParallelismOf(*graph_),
                             .formats = &services_.registry->formats,
                             .env = services_.env};
    sources_.push_back(
        std::make_unique<SourceCoordinator>(op, context.parallelism, *factory, std::move(context)));
    const proto::OperatorSnapshot* restored = nullptr;
    if (manifest != nullptr) {
      for (const auto& snapshot : manifest->operators()) {
        if (snapshot.uid() == op.uid()) restored = &snapshot;
      }
    }
    ASSIGN_OR_RETURN(const SourceCoordinator::Assignment assignment, sources_.back()->Begin(restored));
    AssignSplits(op.uid(), assignment);
    if (auto delay_ms = sources_.back()->next_discovery_ms())
      ScheduleDiscovery(sources_.size() - 1, *delay_ms);
  }
  return Status::Ok();
}

void JobMaster::AssignSplits(const std::string& uid, const SourceCoordinator::Assignment& assignment) {
  for (size_t subtask = 0; subtask < assignment.by_subtask.size(); ++subtask) {
    if (assignment.by_subtask[subtask].empty() && !assignment.no_more) continue;
    services_.worker->AddSplits(id_, fmt::format("{}#{}", uid, subtask), assignment.by_subtask[subtask],
                                assignment.no_more);
  }
}

void JobMaster::ScheduleDiscovery(size_t source, int64_t delay_ms) {
  strand_.PostAfter(std::chrono::milliseconds(delay_ms), [this, source, attempt = attempt_] {
    if (attempt != attempt_ || listener_ == nullptr || terminal_requested_) return;
    const auto assignment = sources_[source]->DiscoverMore();
    if (!assignment.ok()) {
      FailAttempt(assignment.status());
      return;
    }
    AssignSplits(sources_[source]->uid(), *assignment);
    if (auto next_ms = sources_[source]->next_discovery_ms()) ScheduleDiscovery(source, *next_ms);
  });
}

void JobMaster::OnTaskRunning(const std::string& task_id) {
  starting_.erase(task_id);
  if (!starting_.empty() || state_ != JobState::kInitializing) return;
  SetState(JobState::kRunning);
  if (restored_terminal_) {
    finishing_ = true;
    services_.worker->Finish(id_);
    return;
  }
  coordinator_->OnAllTasksRunning();
  if (undrained_.empty()) OnTaskDrained("");
}

void JobMaster::OnTaskDrained(const std::string& task_id) {
  undrained_.erase(task_id);
  if (!undrained_.empty() || state_ != JobState::kRunning || terminal_requested_) return;
  if (!NeedsFinalCheckpoint()) {
    finishing_ = true;
    services_.worker->Finish(id_);
    return;
  }
  terminal_requested_ = true;
  coordinator_->Request({.kind = checkpoint::PendingKind::kTerminal});
}

bool JobMaster::NeedsFinalCheckpoint() const {
  for (const auto& op : graph_->operators()) {
    if (op.has_sink()) return true;
  }
  return settings_.checkpoint.interval_ms > 0;
}

void JobMaster::OnCheckpointCompleted(checkpoint::PendingKind kind) {
  UpdateView();
  if (kind != checkpoint::PendingKind::kTerminal) return;
  coordinator_->EndAttempt(Status(kJobEnded, "Job has ended"));  // no checkpoint of tasks that end
  finishing_ = true;
  services_.worker->Finish(id_);  // behind the notice that the epoch is durable: commits come first
}

void JobMaster::OnTaskEnded(const std::string& task_id) {
  unended_.erase(task_id);
  if (!unended_.empty() || !finishing_ || state_ != JobState::kRunning) return;
  EndAttempt(suspending_ ? JobState::kSuspended : JobState::kFinished);
}

void JobMaster::FailAttempt(const Status& error) {
  if (state_ != JobState::kRunning && state_ != JobState::kInitializing) return;
  error_ = error;
  coordinator_->EndAttempt(error);
  if (suspending_) {
    EndAttempt(JobState::kSuspended);
    return;
  }
  const auto delay_ms = restarts_.OnFailure(error, services_.env->clock().MonotonicNanos() / 1'000'000);
  if (!delay_ms) {
    if (state_ == JobState::kRunning || state_ == JobState::kInitializing)
      SetState(JobState::kFailing, error_.ToString());
    EndAttempt(JobState::kFailed);
    return;
  }
  SetState(JobState::kRestarting, fmt::format("in {} ms: {}", *delay_ms, error_.ToString()));
  Remove([this, delay_ms] {
    strand_.PostAfter(std::chrono::milliseconds(*delay_ms), [this] { BeginAttempt(); });
  });
}

void JobMaster::EndAttempt(JobState final_state) {
  Remove([this, final_state] {
    if (IsTerminal(final_state)) ended_micros_ = services_.env->clock().WallMicros();
    SetState(final_state, final_state == JobState::kFailed ? error_.ToString() : "");
    for (auto& done : cancel_waiters_) done(Status::Ok());
    cancel_waiters_.clear();
    for (auto& done : suspend_waiters_) done();
    suspend_waiters_.clear();
  });
}

void JobMaster::Remove(std::function<void()> then) {
  services_.worker->Remove(id_, [this, then = std::move(then)] {
    strand_.Post([this, then] {
      listener_.reset();
      sources_.clear();
      then();
    });
  });
}

void JobMaster::Cancel(std::function<void(Status)> done) {
  strand_.Post([this, done = std::move(done)] {
    if (IsTerminal(state_)) {
      done(Status(kJobEnded, fmt::format("Job has ended: {}", JobStateName(state_))));
      return;
    }
    cancel_waiters_.push_back(done);
    if (state_ == JobState::kCancelling || state_ == JobState::kFailing) return;
    SetState(JobState::kCancelling);
    coordinator_->EndAttempt(Status(kJobEnded, "Job is being cancelled"));
    EndAttempt(JobState::kCanceled);
  });
}

void JobMaster::RequestCheckpoint(CheckpointRequest request) {
  strand_.Post([this, request = std::move(request)]() mutable {
    if (IsTerminal(state_) || terminal_requested_) {
      request.done(Status(kJobEnded, fmt::format("Job has ended or is ending: {}", JobStateName(state_))));
      return;
    }
    if (state_ != JobState::kRunning) {
      request.done(Status(kCheckpointInProgress, fmt::format("Job does not run: {}", JobStateName(state_)))
                       .WithSuggestion("try again when it is RUNNING"));
      return;
    }
    if (request.kind == checkpoint::PendingKind::kTerminal) terminal_requested_ = true;
    coordinator_->Request(std::move(request));
  });
}

void JobMaster::Suspend(std::function<void()> done) {
  strand_.Post([this, done = std::move(done)] {
    if (IsTerminal(state_) || state_ == JobState::kSuspended) {
      done();
      return;
    }
    suspend_waiters_.push_back(done);
    if (suspending_ || state_ == JobState::kCancelling || state_ == JobState::kFailing) return;
    suspending_ = true;
    if (state_ == JobState::kRunning && !terminal_requested_) {
      terminal_requested_ = true;
      coordinator_->Request({.kind = checkpoint::PendingKind::kTerminal});
    } else if (state_ != JobState::kRunning) {
      EndAttempt(JobState::kSuspended);
    }
  });
}

void JobMaster::SetState(JobState state, const std::string& text) {
  CHECK(IsLegalTransition(state_, state) || state_ == state);
  state_ = state;
  UpdateView();
  const auto kind = state == JobState::kRestarting ? JobNotice::Kind::kRestart : JobNotice::Kind::kState;
  services_.on_notice({services_.env->clock().WallMicros(), id_, kind, state_, text}, View());
}

void JobMaster::UpdateView() {
  std::lock_guard lock(view_mutex_);
  view_.id = id_;
  view_.name = graph_->name();
  view_.state = state_;
  view_.submitted_micros = record_.submitted_micros();
  view_.ended_micros = ended_micros_;
  view_.restarts = restarts_.num_restarts();
  view_.attempt = attempt_;
  view_.last_epoch = coordinator_->last_completed();
  view_.failure = error_.ok() ? "" : error_.ToString();
  view_.error = error_;
  view_.graph = graph_;
  view_.sql = record_.sql();
  view_.checkpoint_root = services_.checkpoint_root;
  view_.checkpoints = {coordinator_->history().begin(), coordinator_->history().end()};
  view_.checkpoint_counts = coordinator_->counts();
}

JobView JobMaster::View() const {
  std::lock_guard lock(view_mutex_);
  return view_;
}

}  // namespace millrace
