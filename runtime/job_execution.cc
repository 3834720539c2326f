#include "runtime/job_execution.h"

#include <fmt/format.h>

#include "core/env/env.h"
#include "proto/worker.pb.h"
#include "runtime/error_codes.h"

namespace millrace {
namespace {

// Small: what is in flight is what a barrier waits for.
constexpr uint32_t kChannelCapacityBatches = 8;

}  // namespace

JobExecution::JobExecution(JobServices services, Scheduler& scheduler, TaskListener& listener)
    : services_(std::move(services)),
      scheduler_(scheduler),
      listener_(listener),
      preparing_(std::make_unique<BlockingWork>(services_.env->io(), [] {})) {
}

JobExecution::~JobExecution() {
  Cancel();
  preparing_->WaitUntilIdle();
  // All channels' ends go together: first every task stops taking turns, then they are destroyed.
  for (auto& task : tasks_) task->WaitUntilEnded();
  tasks_.clear();
  (void)services_.env->files().RemoveRecursively(services_.local_directory);
}

Status JobExecution::Deploy(const proto::JobDeployment& deployment) {
  for (const auto& descriptor : deployment.tasks()) {
    tasks_.push_back(std::make_unique<Task>(services_, descriptor, listener_));
    tasks_by_id_[descriptor.task_id()] = tasks_.back().get();
  }
  RETURN_IF_ERROR(ConnectChannels(deployment));
  for (auto& task : tasks_) {
    preparing_->Submit([this, task = task.get()] {
      const Status prepared = task->Prepare();
      std::lock_guard lock(mutex_);
      if (cancelled_) return;
      if (!prepared.ok()) {
        listener_.OnTaskFailed(task->id(), prepared);
        return;
      }
      task->Start(scheduler_);
    });
  }
  return Status::Ok();
}

Status JobExecution::ConnectChannels(const proto::JobDeployment& deployment) {
  std::unordered_map<uint64_t, std::shared_ptr<Channel>> channels;
  for (auto& task : tasks_) {
    for (const auto& input : task->descriptor().inputs()) {
      for (const auto& descriptor : input.channels()) {
        Task* producer = Find(descriptor.from_task());
        if (producer == nullptr) {
          return Status(kBadDeployment, fmt::format("Channel comes from a task that is not deployed: {}",
                                                    descriptor.from_task()));
        }
        auto channel = std::make_shared<LocalChannel>(
            kChannelCapacityBatches, [consumer = task.get()] { consumer->Wakeup(); },
            [producer] { producer->Wakeup(); });
        channels[descriptor.channel()] = channel;
        task->AddInput(input.input(), std::move(channel));
      }
    }
  }
  for (auto& task : tasks_) {
    for (const auto& output : task->descriptor().outputs()) {
      std::vector<std::shared_ptr<Channel>> targets;
      for (const auto& descriptor : output.channels()) {
        auto found = channels.find(descriptor.channel());
        if (found == channels.end()) {
          return Status(kBadDeployment, fmt::format("Channel has no reader: {}", descriptor.channel()));
        }
        targets.push_back(found->second);
      }
      task->AddOutput(output, std::move(targets));
    }
  }
  return Status::Ok();
}

Task* JobExecution::Find(const std::string& task_id) {
  auto found = tasks_by_id_.find(task_id);
  return found == tasks_by_id_.end() ? nullptr : found->second;
}

void JobExecution::AddSplits(const std::string& task_id, std::vector<std::string> serialized_splits,
                             bool no_more) {
  if (Task* task = Find(task_id)) task->AddSplits(std::move(serialized_splits), no_more);
}

void JobExecution::TriggerCheckpoint(Barrier barrier) {
  for (auto& task : tasks_) {
    if (task->is_source()) task->TriggerCheckpoint(barrier);
  }
}

void JobExecution::NotifyEpochDurable(Epoch epoch) {
  for (auto& task : tasks_) task->NotifyEpochDurable(epoch);
}

void JobExecution::NotifyEpochAborted(Epoch epoch) {
  for (auto& task : tasks_) task->NotifyEpochAborted(epoch);
}

void JobExecution::Finish() {
  for (auto& task : tasks_) task->Finish();
}

void JobExecution::Cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  for (auto& task : tasks_) task->Cancel();
}

}  // namespace millrace
