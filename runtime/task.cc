#include "runtime/task.h"

#include <utility>

#include "core/env/fail_point.h"
#include "proto/worker.pb.h"
#include "runtime/task_snapshot.h"

namespace millrace {
namespace {

constexpr int64_t kTurnNanos = 4'000'000;

uint32_t NumInputs(const proto::TaskDescriptor& descriptor) {
  uint32_t num_inputs = 0;
  for (const auto& input : descriptor.inputs()) num_inputs = std::max(num_inputs, input.input() + 1);
  return num_inputs;
}

}  // namespace

Task::Task(const JobServices& services, proto::TaskDescriptor descriptor, TaskListener& listener)
    : services_(services),
      descriptor_(std::move(descriptor)),
      listener_(listener),
      gate_(NumInputs(descriptor_)),
      blocking_(services.env->io(), [this] { Wakeup(); }) {
  for (int i = 0; i < descriptor_.operators_size(); ++i) {
    operators_.push_back(
        std::make_unique<ChainedOperator>(services, *this, descriptor_, static_cast<size_t>(i)));
  }
  router_ = std::make_unique<OutputRouter>(services.max_parallelism, &operators_.back()->probe());
  for (size_t i = 0; i < operators_.size(); ++i) {
    Output* next = i + 1 < operators_.size() ? static_cast<Output*>(operators_[i + 1].get()) : router_.get();
    operators_[i]->Connect(i == 0 ? nullptr : &operators_[i - 1]->probe(), next);
  }
}

Task::~Task() {
  armed_timer_.reset();
  WaitUntilEnded();
  blocking_.WaitUntilIdle();
  operators_.clear();
}

void Task::WaitUntilEnded() {
  if (handle_ready_.load()) handle_->WaitUntilDone();
}

void Task::AddOutput(const proto::OutputDescriptor& descriptor,
                     std::vector<std::shared_ptr<Channel>> channels) {
  router_->AddEdge(descriptor, std::move(channels));
}

Status Task::Prepare() {
  for (auto& chained : operators_) {
    if (cancelled_.load()) return Status::Ok();
    RETURN_IF_ERROR(chained->Prepare());
  }
  return Status::Ok();
}

void Task::Start(Scheduler& scheduler) {
  // Shared ownership stays with the job execution; the handle must not keep the task alive in a cycle.
  handle_ = scheduler.Register(std::shared_ptr<Runnable>(std::shared_ptr<void>(), this));
  last_turn_ended_nanos_ = services_.env->clock().MonotonicNanos();
  handle_ready_.store(true);
  handle_->Notify();
}

void Task::Post(std::function<Status()> mail) {
  {
    std::lock_guard lock(mail_mutex_);
    if (!accepts_mail_) return;
    mail_.push_back(std::move(mail));
    has_mail_.store(true, std::memory_order_release);
  }
  Wakeup();
}

void Task::Wakeup() {
  if (handle_ready_.load(std::memory_order_acquire)) handle_->Notify();
}

void Task::TriggerCheckpoint(Barrier barrier) {
  Post([this, barrier]() -> Status {
    if (stopped_) return Status::Ok();
    if (barrier.drain) RETURN_IF_ERROR(operators_.front()->next().EmitWatermark(Watermark{Watermark::kMax}));
    return TakeSnapshot(barrier);
  });
}

void Task::AddSplits(std::vector<std::string> splits, bool no_more) {
  Post([this, splits = std::move(splits), no_more] {
    return operators_.front()->source()->AddSplits(splits, no_more);
  });
}

void Task::NotifyEpochDurable(Epoch epoch) {
  Post([this, epoch] {
    for (auto& chained : operators_) RETURN_IF_ERROR(chained->op().OnEpochDurable(epoch));
    return Status::Ok();
  });
}

void Task::NotifyEpochAborted(Epoch epoch) {
  Post([this, epoch] {
    for (auto& chained : operators_) RETURN_IF_ERROR(chained->op().OnEpochAborted(epoch));
    return Status::Ok();
  });
}

void Task::Finish() {
  Post([this] {
    state_ = State::kFinishing;
    return Status::Ok();
  });
}

void Task::Cancel() {
  cancelled_.store(true);
  Wakeup();
}

Runnable::Turn Task::RunTurn() {
  const int64_t began = services_.env->clock().MonotonicNanos();
  processing_time_micros_ = services_.env->clock().WallMicros();
  if (cancelled_.load()) return End(Status::Ok());
  Step last = Step::kMore;
  const Status status = RunSteps(began + kTurnNanos, &last);
  if (!status.ok()) return End(status);
  if (state_ == State::kFinishing && blocking_.IsIdle() && !has_mail_.load()) return End(Status::Ok());
  AccountTime(began, services_.env->clock().MonotonicNanos(), last);
  if (last == Step::kMore || has_mail_.load(std::memory_order_acquire)) return Turn::kAgain;
  ArmTimer();
  return Turn::kWait;
}

Status Task::RunSteps(int64_t deadline_nanos, Step* last) {
  if (state_ == State::kCreated) RETURN_IF_ERROR(Open());
  do {
    RETURN_IF_ERROR(HandleMail());
    RETURN_IF_ERROR(FireTimers());
    ASSIGN_OR_RETURN(*last, TakeInput());
    if (*last != Step::kMore) return Status::Ok();
    if (cancelled_.load(std::memory_order_relaxed)) return Status::Ok();
  } while (services_.env->clock().MonotonicNanos() < deadline_nanos);
  return Status::Ok();
}

Status Task::Open() {
  // Downstream first: an operator may emit as soon as it is open.
  for (auto chained = operators_.rbegin(); chained != operators_.rend(); ++chained) {
    RETURN_IF_ERROR((*chained)->OpenOperator());
  }
  state_ = State::kRunning;
  listener_.OnTaskRunning(id());
  return Status::Ok();
}

Status Task::HandleMail() {
  if (!has_mail_.load(std::memory_order_acquire)) return Status::Ok();
  std::vector<std::function<Status()>> mail;
  {
    std::lock_guard lock(mail_mutex_);
    mail.swap(mail_);
    has_mail_.store(false, std::memory_order_release);
  }
  for (auto& action : mail) RETURN_IF_ERROR(action());
  return Status::Ok();
}

Status Task::FireTimers() {
  if (timers_.empty()) return Status::Ok();
  processing_time_micros_ = services_.env->clock().WallMicros();
  if (armed_micros_ <= processing_time_micros_) armed_micros_ = INT64_MAX;
  while (!timers_.empty() && timers_.top().micros <= processing_time_micros_) {
    const ProcessingTimer timer = timers_.top();
    timers_.pop();
    ChainedOperator& chained = *operators_[timer.operator_index];
    RETURN_IF_ERROR(chained.op().OnProcessingTime(timer.micros, chained.next()));
  }
  return Status::Ok();
}

bool Task::HasRoom() const {
  if (!router_->HasRoom()) return false;
  for (const auto& chained : operators_) {
    if (!chained->op().HasRoom()) return false;
  }
  return true;
}

Result<Task::Step> Task::TakeInput() {
  if (state_ != State::kRunning) return Step::kNoInput;
  if (!HasRoom()) return Step::kNoRoom;
  if (is_source()) return PollSource();
  std::optional<InputGate::Event> event = gate_.Next();
  if (gate_.IsAligning()) {
    if (alignment_began_nanos_ == 0) alignment_began_nanos_ = services_.env->clock().MonotonicNanos();
  }
  if (!event) return Step::kNoInput;
  RETURN_IF_ERROR(HandleEvent(std::move(*event)));
  return Step::kMore;
}

Result<Task::Step> Task::PollSource() {
  if (source_ended_ || stopped_) return Step::kNoInput;
  ChainedOperator& first = *operators_.front();
  ASSIGN_OR_RETURN(const SourceOperator::Poll poll, first.source()->PollNext(first.next()));
  if (poll == SourceOperator::Poll::kMore) return Step::kMore;
  if (poll == SourceOperator::Poll::kIdle) return Step::kNoInput;
  source_ended_ = true;
  RETURN_IF_ERROR(first.next().EmitWatermark(Watermark{Watermark::kMax}));
  RETURN_IF_ERROR(FinishChain());
  return Step::kNoInput;
}

Status Task::HandleEvent(InputGate::Event event) {
  ChainedOperator& first = *operators_.front();
  if (auto* rows = std::get_if<InputGate::Rows>(&event)) return first.ProcessRows(rows->input, rows->batch);
  if (auto* watermark = std::get_if<Watermark>(&event)) return first.ProcessWatermark(*watermark);
  if (auto* idle = std::get_if<Idle>(&event)) return first.EmitIdle(*idle);
  if (auto* barrier = std::get_if<Barrier>(&event)) return TakeSnapshot(*barrier);
  if (std::holds_alternative<InputGate::AllEnded>(event)) return FinishChain();
  return Status::Ok();  // InputEnded: operators act on the watermark, and on the end of all
}

Status Task::FinishChain() {
  for (auto& chained : operators_) RETURN_IF_ERROR(chained->op().Finish(chained->next()));
  router_->EmitEnd();
  drained_ = true;
  listener_.OnTaskDrained(id());
  return Status::Ok();
}

Status Task::TakeSnapshot(Barrier barrier) {
  const int64_t began = services_.env->clock().MonotonicNanos();
  const int64_t alignment_micros = alignment_began_nanos_ == 0 ? 0 : (began - alignment_began_nanos_) / 1000;
  alignment_began_nanos_ = 0;
  RETURN_IF_ERROR(HitFailPoint("task.before_snapshot"));
  std::vector<std::shared_ptr<PendingOperatorSnapshot>> snapshots;
  for (auto& chained : operators_) {
    auto snapshot = std::make_shared<PendingOperatorSnapshot>(barrier.epoch, chained->operator_uid(),
                                                              descriptor_.subtask());
    RETURN_IF_ERROR(chained->op().Snapshot(*snapshot));
    if (KeyedState* state = chained->keyed_state_or_null()) {
      chained->probe().state_rows.Set(static_cast<int64_t>(state->num_rows()));
      chained->probe().state_bytes.Set(static_cast<int64_t>(state->memory_bytes()));
      // Behind the end of all inputs nothing looks at the state any more, nor would it after a restore.
      if (!drained_) snapshot->set_frozen(state->Freeze(barrier.epoch));
    }
    snapshots.push_back(std::move(snapshot));
  }
  router_->EmitBarrier(barrier);
  if (barrier.terminal) stopped_ = true;
  const int64_t sync_micros = (services_.env->clock().MonotonicNanos() - began) / 1000;
  probe_.last_alignment_micros.Set(alignment_micros);
  probe_.last_sync_micros.Set(sync_micros);

  RunBlocking([this, barrier, alignment_micros, sync_micros, snapshots = std::move(snapshots)] {
    const int64_t async_began = services_.env->clock().MonotonicNanos();
    Status result = HitFailPoint("task.before_write");
    proto::CheckpointAck ack;
    for (const auto& snapshot : snapshots) {
      const Status completed = snapshot->Complete();
      if (result.ok()) result = completed;
      auto* operator_ack = ack.add_operators();
      operator_ack->set_uid(snapshot->uid());
      operator_ack->mutable_snapshot()->Swap(&snapshot->content());
    }
    if (!result.ok()) {
      listener_.OnCheckpointDeclined(id(), barrier.epoch, result);
      return;
    }
    ack.set_job_id(services_.job_id.value);
    ack.set_generation(services_.generation.value);
    ack.set_attempt(services_.attempt);
    ack.set_task_id(id());
    ack.set_epoch(barrier.epoch.value);
    ack.set_alignment_micros(alignment_micros);
    ack.set_sync_micros(sync_micros);
    ack.set_async_micros((services_.env->clock().MonotonicNanos() - async_began) / 1000);
    probe_.last_async_micros.Set(ack.async_micros());
    listener_.OnCheckpointAck(std::move(ack));
  });
  return Status::Ok();
}

void Task::RegisterProcessingTimer(size_t operator_index, int64_t micros) {
  timers_.push({micros, operator_index});
}

void Task::ArmTimer() {
  if (timers_.empty() || timers_.top().micros >= armed_micros_)
    return;  // none, or one that comes earlier is armed
  armed_micros_ = timers_.top().micros;
  const int64_t delay_micros = std::max<int64_t>(0, armed_micros_ - services_.env->clock().WallMicros());
  // Only the handle: the timer may fire when the task is gone.
  armed_timer_ = services_.env->io().SubmitAfter(std::chrono::microseconds(delay_micros),
                                                 [handle = std::weak_ptr<Scheduler::Handle>(handle_)] {
                                                   if (auto notified = handle.lock()) notified->Notify();
                                                 });
}

void Task::AccountTime(int64_t turn_began_nanos, int64_t turn_ended_nanos, Step last) {
  const int64_t waited = turn_began_nanos - last_turn_ended_nanos_;
  (last_step_ == Step::kNoRoom ? probe_.backpressured_nanos
   : last_step_ == Step::kMore ? probe_.busy_nanos
                               : probe_.idle_nanos)
      .Add(waited);
  probe_.busy_nanos.Add(turn_ended_nanos - turn_began_nanos);
  last_turn_ended_nanos_ = turn_ended_nanos;
  last_step_ = last;
}

Runnable::Turn Task::End(const Status& error) {
  {
    std::lock_guard lock(mail_mutex_);
    accepts_mail_ = false;
    mail_.clear();
  }
  state_ = State::kEnded;
  if (error.ok()) {
    listener_.OnTaskEnded(id());
  } else {
    listener_.OnTaskFailed(id(), error);
  }
  return Turn::kDone;
}

}  // namespace millrace
