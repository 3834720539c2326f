#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "core/env/env.h"

namespace millrace {

/// Counts the blocking work that a task has given to the I/O pool, so that nothing outlives the task.
/// Thread-safe.
class BlockingWork {
 public:
  /// `on_idle` is called each time the last running work has ended, from its thread; it must not call back.
  BlockingWork(Executor& executor, std::function<void()> on_idle)
      : executor_(executor), on_idle_(std::move(on_idle)) {}
  ~BlockingWork() { WaitUntilIdle(); }

  void Submit(std::function<void()> work);
  bool IsIdle() const;
  void WaitUntilIdle();

 private:
  Executor& executor_;
  const std::function<void()> on_idle_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  int running_ = 0;  // guarded by mutex_
};

}  // namespace millrace
