#include "server/jobmanager/checkpoint_coordinator.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "core/env/env.h"
#include "core/env/fail_point.h"
#include "server/error_codes.h"
#include "state/error_codes.h"
#include "state/object_store.h"

namespace millrace {
namespace {

constexpr size_t kHistoryMax = 30;

/// What the manifest says of the operators; equal texts are equal states.
std::string ContentOf(const proto::CheckpointManifest& manifest) {
  std::string content;
  google::protobuf::io::StringOutputStream text(&content);
  google::protobuf::io::CodedOutputStream out(&text);
  out.SetSerializationDeterministic(true);
  for (proto::OperatorSnapshot op : manifest.operators()) {
    for (auto& subtask : *op.mutable_subtasks()) subtask.clear_uploaded_bytes();  // of this epoch alone
    out.WriteVarint64(op.ByteSizeLong());
    op.SerializeToCodedStream(&out);
  }
  out.Trim();
  return content;
}

}  // namespace

CheckpointCoordinator::CheckpointCoordinator(JobId job, Generation generation, checkpoint::Settings settings,
                                             checkpoint::CheckpointStore& store, std::string root_uri,
                                             Env& env, Actions actions)
    : job_(std::move(job)),
      generation_(generation),
      store_(store),
      root_uri_(std::move(root_uri)),
      env_(env),
      actions_(std::move(actions)) {
  facts_.settings = settings;
}

int64_t CheckpointCoordinator::NowMillis() const {
  return env_.clock().MonotonicNanos() / 1'000'000;
}

void CheckpointCoordinator::BeginAttempt(std::vector<proto::TaskDescriptor> tasks, uint32_t max_parallelism,
                                         Epoch restored, Epoch next_epoch) {
  tasks_ = std::move(tasks);
  max_parallelism_ = max_parallelism;
  last_completed_ = restored;
  facts_.all_tasks_running = false;
  facts_.pending.reset();
  facts_.last_epoch = Epoch{std::max(facts_.last_epoch.value, next_epoch.value - 1)};
  facts_.last_completed_ms = -1;
  facts_.last_triggered_ms = -1;
  facts_.failed_in_a_row = 0;
  acks_.clear();
  durable_content_.reset();
}

void CheckpointCoordinator::EndAttempt(const Status& why) {
  facts_.all_tasks_running = false;
  if (facts_.pending) Abort(why);
  for (CheckpointRequest& request : requests_) request.done(why);
  requests_.clear();
}

void CheckpointCoordinator::OnAllTasksRunning() {
  facts_.all_tasks_running = true;
  facts_.last_triggered_ms = NowMillis();  // the first interval begins now
  Advance();
}

void CheckpointCoordinator::Request(CheckpointRequest request) {
  requests_.push_back(std::move(request));
  Advance();
}

void CheckpointCoordinator::Advance() {
  while (true) {
    facts_.now_ms = NowMillis();
    facts_.requested.reset();
    if (!requests_.empty()) facts_.requested = requests_.front().kind;
    const checkpoint::Decision decision = checkpoint::Decide(facts_);
    switch (decision.step) {
      case checkpoint::Step::kWait:
        if (decision.wake_ms >= 0)
          actions_.wake_after(std::max<int64_t>(1, decision.wake_ms - facts_.now_ms));
        return;
      case checkpoint::Step::kTrigger:
        Begin(decision);
        break;
      case checkpoint::Step::kWriteManifest:
        WriteManifest();
        break;
      case checkpoint::Step::kAbortPending:
        Abort(Status(kCheckpointTimeout, fmt::format("Checkpoint {} took longer than {} ms; missing: {}",
                                                     facts_.pending->epoch.value, facts_.settings.timeout_ms,
                                                     fmt::join(facts_.pending->missing_acks, ", ")))
                  .WithSuggestion(
                      "raise execution.checkpointing.timeout, or see which operator is back-pressured"));
        break;
      case checkpoint::Step::kFailJob:
        facts_.failed_in_a_row = 0;
        actions_.fail_attempt(Status(
            kCheckpointFailedTooOften,
            fmt::format("More than {} checkpoints failed in a row; the last: {}",
                        facts_.settings.tolerable_failed, history_.empty() ? "" : history_.back().failure)));
        return;
    }
  }
}

void CheckpointCoordinator::Begin(const checkpoint::Decision& decision) {
  checkpoint::Pending pending{.epoch = decision.epoch, .kind = decision.kind, .triggered_ms = facts_.now_ms};
  for (const auto& task : tasks_) pending.missing_acks.insert(task.task_id());
  facts_.pending = std::move(pending);
  facts_.last_epoch = decision.epoch;
  facts_.last_triggered_ms = facts_.now_ms;
  acks_.clear();
  if (!requests_.empty() && requests_.front().kind == decision.kind) {
    active_request_ = std::move(requests_.front());
    requests_.pop_front();
  }
  history_.push_back(
      {.epoch = decision.epoch, .kind = decision.kind, .triggered_micros = env_.clock().WallMicros()});
  if (history_.size() > kHistoryMax) history_.pop_front();
  actions_.changed(current());
  const bool terminal = decision.kind == checkpoint::PendingKind::kTerminal;
  actions_.trigger(Barrier{decision.epoch, terminal, terminal && active_request_ && active_request_->drain});
}

void CheckpointCoordinator::OnAck(proto::CheckpointAck ack) {
  if (!facts_.pending || facts_.pending->epoch.value != ack.epoch()) return;  // of an aborted one
  if (facts_.pending->missing_acks.erase(ack.task_id()) == 0) return;
  CheckpointView& view = current();
  view.alignment_micros_max = std::max(view.alignment_micros_max, ack.alignment_micros());
  view.sync_micros_max = std::max(view.sync_micros_max, ack.sync_micros());
  view.async_micros_max = std::max(view.async_micros_max, ack.async_micros());
  const std::string task_id = ack.task_id();
  acks_[task_id] = std::move(ack);
  Advance();
}

void CheckpointCoordinator::OnDeclined(const std::string& task_id, Epoch epoch, const Status& why) {
  if (!facts_.pending || facts_.pending->epoch != epoch) return;
  Abort(why.WithContext(fmt::format("checkpoint {} of task {}", epoch.value, task_id)));
  Advance();
}

proto::CheckpointManifest CheckpointCoordinator::MakeManifest() const {
  proto::CheckpointManifest manifest;
  manifest.set_version(1);
  manifest.set_job_id(job_.value);
  manifest.set_epoch(facts_.pending->epoch.value);
  manifest.set_generation(generation_.value);
  manifest.set_triggered_micros(history_.back().triggered_micros);
  manifest.set_completed_micros(env_.clock().WallMicros());
  manifest.set_terminal(facts_.pending->kind == checkpoint::PendingKind::kTerminal);
  std::map<std::string, proto::OperatorSnapshot*> by_uid;
  for (const auto& task : tasks_) {
    const proto::CheckpointAck& ack = acks_.at(task.task_id());
    for (int i = 0; i < task.operators_size(); ++i) {
      proto::OperatorSnapshot*& snapshot = by_uid[task.operators(i).uid()];
      if (snapshot == nullptr) {
        snapshot = manifest.add_operators();
        snapshot->set_uid(task.operators(i).uid());
        snapshot->set_name(task.operators(i).name());
        snapshot->set_parallelism(task.parallelism());
        snapshot->set_max_parallelism(max_parallelism_);
      }
      *snapshot->add_subtasks() = ack.operators(i).snapshot();
    }
  }
  actions_.complete_manifest(&manifest);
  return manifest;
}

void CheckpointCoordinator::WriteManifest() {
  facts_.pending->manifest_requested = true;
  const proto::CheckpointManifest manifest = MakeManifest();
  std::string content = ContentOf(manifest);
  if (IsDurableAlready(content)) {
    Complete(manifest);
    return;
  }
  Status failed = HitFailPoint("coordinator.before_manifest");
  if (failed.ok()) {
    auto stored = store_.WriteManifest(manifest);
    if (!stored.ok()) {
      failed = stored.status();
    } else {
      checkpoint::RecordOutcome outcome = checkpoint::RecordOutcome::kUnknown;
      // An unknown outcome is looked at again; the record tells whose it is.
      for (int attempt = 0; attempt < 3 && outcome == checkpoint::RecordOutcome::kUnknown; ++attempt) {
        outcome = store_.CommitEpoch(facts_.pending->epoch, generation_, *stored);
      }
      switch (checkpoint::DecideCommit(outcome)) {
        case checkpoint::CommitStep::kDurable:
          durable_content_ = std::move(content);
          Complete(manifest);
          Retain();
          return;
        case checkpoint::CommitStep::kStepDown:
          Abort(Status(kStaleGeneration,
                       fmt::format("Epoch {} was committed by another server", facts_.pending->epoch.value))
                    .WithSuggestion("only one server may use a data directory; this one stops the job"));
          actions_.fail_attempt(Status(kStaleGeneration, "Another server owns the job"));
          return;
        case checkpoint::CommitStep::kRetry:
          // Whether the epoch is durable is unknown: only a recovery, which reads the records, may go on.
          Abort(Status(kCheckpointDeclined, "Outcome of the epoch record's creation is unknown"));
          actions_.fail_attempt(
              Status(kCheckpointDeclined, "Outcome of the epoch record's creation is unknown; restarting"));
          return;
      }
    }
  }
  Abort(failed);
}

bool CheckpointCoordinator::IsDurableAlready(const std::string& content) const {
  const bool is_periodic = facts_.pending->kind == checkpoint::PendingKind::kCheckpoint && !active_request_;
  return is_periodic && durable_content_ == content;
}

void CheckpointCoordinator::Complete(const proto::CheckpointManifest& manifest) {
  const checkpoint::Pending pending = *facts_.pending;
  facts_.pending.reset();
  facts_.last_completed_ms = NowMillis();
  facts_.failed_in_a_row = 0;
  last_completed_ = pending.epoch;
  CheckpointView& view = current();
  view.status = CheckpointView::Status::kCompleted;
  view.path = root_uri_;
  view.duration_micros = env_.clock().WallMicros() - view.triggered_micros;
  for (const auto& op : manifest.operators()) {
    for (const auto& subtask : op.subtasks()) {
      view.full_bytes += subtask.state_bytes();
      view.uploaded_bytes += subtask.uploaded_bytes();
    }
  }
  actions_.notify_durable(pending.epoch);
  Result<CheckpointView> answer = view;
  if (active_request_ && !active_request_->savepoint_directory.empty()) {
    auto target = OpenObjectStore(active_request_->savepoint_directory, env_);
    Result<std::string> path =
        target.ok() ? store_.CopyAsSavepoint(
                          pending.epoch, **target,
                          fmt::format("savepoint-{}-{}", job_.value.substr(0, 6), pending.epoch.value))
                    : Result<std::string>(target.status());
    if (path.ok()) {
      view.path = *path;
      answer = view;
    } else {
      answer = path.status();
    }
  }
  ++counts_.completed;
  actions_.changed(view);
  AnswerRequest(answer);
  actions_.completed(pending.kind);
}

void CheckpointCoordinator::Abort(const Status& why) {
  const checkpoint::Pending pending = *facts_.pending;
  facts_.pending.reset();
  facts_.last_completed_ms = NowMillis();
  ++facts_.failed_in_a_row;
  CheckpointView& view = current();
  view.status = CheckpointView::Status::kFailed;
  view.failure = why.ToString();
  view.duration_micros = env_.clock().WallMicros() - view.triggered_micros;
  ++counts_.failed;
  actions_.notify_aborted(pending.epoch);
  actions_.changed(view);
  AnswerRequest(why);
  // Sources have stopped behind a terminal barrier: only a new attempt goes on.
  if (pending.kind == checkpoint::PendingKind::kTerminal && facts_.all_tasks_running)
    actions_.fail_attempt(why);
}

void CheckpointCoordinator::AnswerRequest(const Result<CheckpointView>& answer) {
  if (!active_request_) return;
  auto done = std::move(active_request_->done);
  active_request_.reset();
  if (done) done(answer);
}

void CheckpointCoordinator::Retain() {
  auto found = store_.ListEpochs();
  if (!found.ok()) return;  // tried again behind the next checkpoint
  const std::vector<Epoch> old = checkpoint::DecideRetention(*found, facts_.settings.num_retained);
  if (!old.empty()) (void)store_.DeleteEpochs(old);  // what stays is found again at the next retention
}

}  // namespace millrace
