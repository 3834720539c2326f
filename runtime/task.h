#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <vector>

#include "core/env/env.h"
#include "runtime/blocking_work.h"
#include "runtime/chained_operator.h"
#include "runtime/input_gate.h"
#include "runtime/output_router.h"
#include "runtime/probe.h"
#include "runtime/scheduler.h"
#include "runtime/task_listener.h"

namespace millrace {

/// A chain of operators times one subtask: a resumable, single-owner state machine. A turn handles mail, then
/// timers, then input, and only while every output has room. Post, Wakeup and Cancel may come from any
/// thread; the rest runs on the scheduler's threads, one turn at a time.
///
/// Life: Prepare (I/O pool) -> Start -> running -> drained (all input ended) or stopped (terminal barrier)
/// -> Finish -> ended; an error or Cancel ends it at any time.
class Task final : public Runnable, public TaskMailbox {
 public:
  /// Started tasks must have been told to Finish or Cancel before destruction, which waits for their last
  /// turn.
  Task(const JobServices& services, proto::TaskDescriptor descriptor, TaskListener& listener);
  ~Task() override;

  void AddInput(uint32_t input, std::shared_ptr<Channel> channel) {
    gate_.AddChannel(input, std::move(channel));
  }
  void AddOutput(const proto::OutputDescriptor& descriptor, std::vector<std::shared_ptr<Channel>> channels);

  /// Makes operators, restores their state. Blocks; before Start.
  Status Prepare();
  void Start(Scheduler& scheduler);

  // From any thread, all as mail.
  void TriggerCheckpoint(Barrier barrier);  // sources only
  void AddSplits(std::vector<std::string> splits, bool no_more);
  void NotifyEpochDurable(Epoch epoch);
  void NotifyEpochAborted(Epoch epoch);
  /// Ends the task once what its operators gave to the I/O pool (commits) has ended.
  void Finish();
  /// Ends the task at its next turn, without anything further.
  void Cancel();

  /// Blocks until the last turn is over; for started tasks that were told to Finish or Cancel.
  void WaitUntilEnded();

  const std::string& id() const { return descriptor_.task_id(); }
  bool is_source() const { return descriptor_.inputs_size() == 0; }
  const proto::TaskDescriptor& descriptor() const { return descriptor_; }
  const TaskProbe& probe() const { return probe_; }
  const std::vector<std::unique_ptr<ChainedOperator>>& operators() const { return operators_; }

  Turn RunTurn() override;

  // TaskMailbox.
  void Post(std::function<Status()> mail) override;
  void Wakeup() override;
  void RunBlocking(std::function<void()> work) override { blocking_.Submit(std::move(work)); }
  int64_t ProcessingTimeMicros() const override { return processing_time_micros_; }
  void RegisterProcessingTimer(size_t operator_index, int64_t micros) override;

 private:
  enum class Step : uint8_t { kMore, kNoInput, kNoRoom };
  enum class State : uint8_t { kCreated, kRunning, kFinishing, kEnded };

  Status RunSteps(int64_t deadline_nanos, Step* last);
  Status Open();
  Status HandleMail();
  Status FireTimers();
  Result<Step> TakeInput();
  Result<Step> PollSource();
  Status HandleEvent(InputGate::Event event);
  Status TakeSnapshot(Barrier barrier);
  Status FinishChain();
  bool HasRoom() const;
  void ArmTimer();
  void AccountTime(int64_t turn_began_nanos, int64_t turn_ended_nanos, Step last);
  Turn End(const Status& error);

  const JobServices& services_;
  const proto::TaskDescriptor descriptor_;
  TaskListener& listener_;
  InputGate gate_;
  std::vector<std::unique_ptr<ChainedOperator>> operators_;
  std::unique_ptr<OutputRouter> router_;
  std::shared_ptr<Scheduler::Handle> handle_;  // set once, by Start; see handle_ready_
  std::atomic<bool> handle_ready_{false};

  std::mutex mail_mutex_;
  std::vector<std::function<Status()>> mail_;  // guarded by mail_mutex_
  bool accepts_mail_ = true;                   // guarded by mail_mutex_
  std::atomic<bool> has_mail_{false};
  std::atomic<bool> cancelled_{false};

  // The task's thread only.
  State state_ = State::kCreated;
  bool source_ended_ = false;
  bool stopped_ = false;  // behind a terminal barrier
  bool drained_ = false;
  int64_t processing_time_micros_ = 0;
  int64_t alignment_began_nanos_ = 0;
  int64_t last_turn_ended_nanos_ = 0;
  Step last_step_ = Step::kNoInput;
  struct ProcessingTimer {
    int64_t micros;
    size_t operator_index;
    bool operator>(const ProcessingTimer& other) const { return micros > other.micros; }
  };
  std::priority_queue<ProcessingTimer, std::vector<ProcessingTimer>, std::greater<>> timers_;
  std::unique_ptr<Executor::Timer> armed_timer_;
  int64_t armed_micros_ = INT64_MAX;

  TaskProbe probe_;
  BlockingWork blocking_;  // last: waits for running work before the rest goes
};

}  // namespace millrace
