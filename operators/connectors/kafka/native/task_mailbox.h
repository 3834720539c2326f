#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace millrace {

/// Where work on other threads leaves what a task is to do with its results. Thread-safe.
class TaskMailbox {
 public:
  void SetWakeup(std::function<void()> wakeup) {
    std::lock_guard lock(mutex_);
    wakeup_ = std::move(wakeup);
  }
  void Wake() {
    std::lock_guard lock(mutex_);
    if (wakeup_) wakeup_();
  }
  /// Wakes the task, whose next RunAll runs `delivery`.
  void Post(std::function<void()> delivery) {
    std::lock_guard lock(mutex_);
    if (is_closed_) return;
    deliveries_.push_back(std::move(delivery));
    if (wakeup_) wakeup_();
  }
  /// On the task's thread.
  void RunAll() {
    std::vector<std::function<void()>> deliveries;
    {
      std::lock_guard lock(mutex_);
      deliveries.swap(deliveries_);
    }
    for (const auto& delivery : deliveries) delivery();
  }
  /// What is there or comes later is dropped, and nobody woken.
  void Close() {
    std::lock_guard lock(mutex_);
    is_closed_ = true;
    wakeup_ = nullptr;
    deliveries_.clear();
  }

 private:
  std::mutex mutex_;
  std::function<void()> wakeup_;  // guarded by mutex_, as all below
  std::vector<std::function<void()>> deliveries_;
  bool is_closed_ = false;
};

}  // namespace millrace
