#include "operators/connectors/io/ordered_io.h"

#include <utility>

namespace millrace {

void OrderedIo::Add(uint64_t num_bytes, std::function<Status()> step) {
  std::lock_guard lock(mutex_);
  steps_.push_back({num_bytes, std::move(step)});
  pending_bytes_ += num_bytes;
  ++num_added_;
  ScheduleDrain();
}

void OrderedIo::ScheduleDrain() {
  if (is_scheduled_ || is_running_ || steps_.empty()) return;
  is_scheduled_ = true;
  executor_->Submit([self = shared_from_this()] { self->Drain(); });
}

void OrderedIo::RunOne(std::unique_lock<std::mutex>* lock) {
  Step step = std::move(steps_.front());
  steps_.pop_front();
  is_running_ = true;
  const bool skip = !status_.ok();
  lock->unlock();
  Status status = skip ? Status::Ok() : step.run();
  step.run = nullptr;
  lock->lock();
  pending_bytes_ -= step.num_bytes;
  if (status_.ok()) status_ = std::move(status);
  if (const std::function<void()> on_progress = on_progress_) {
    lock->unlock();
    on_progress();
    lock->lock();
  }
  ++num_done_;
  is_running_ = false;
  step_done_.notify_all();
}

void OrderedIo::Drain() {
  std::unique_lock lock(mutex_);
  is_scheduled_ = false;
  while (!is_running_ && !steps_.empty()) RunOne(&lock);
}

Status OrderedIo::RunPending() {
  std::unique_lock lock(mutex_);
  const uint64_t wanted = num_added_;
  while (num_done_ < wanted) {
    if (is_running_) {
      step_done_.wait(lock);
    } else {
      RunOne(&lock);
    }
  }
  ScheduleDrain();
  return status_;
}

uint64_t OrderedIo::pending_bytes() const {
  std::lock_guard lock(mutex_);
  return pending_bytes_;
}

Status OrderedIo::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

void OrderedIo::SetOnProgress(std::function<void()> on_progress) {
  std::lock_guard lock(mutex_);
  on_progress_ = std::move(on_progress);
}

void OrderedIo::Stop() {
  std::unique_lock lock(mutex_);
  for (const Step& step : steps_) pending_bytes_ -= step.num_bytes;
  num_done_ += steps_.size();
  steps_.clear();
  on_progress_ = nullptr;
  step_done_.notify_all();
  step_done_.wait(lock, [this] { return !is_running_; });
}

}  // namespace millrace
