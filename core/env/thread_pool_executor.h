#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/env/env.h"

namespace millrace {

/// An Executor with a fixed number of threads and one more that hands due timers to them. The queue has no
/// limit of its own: callers bound what they submit.
class ThreadPoolExecutor : public Executor {
 public:
  explicit ThreadPoolExecutor(size_t num_threads);
  ~ThreadPoolExecutor() override;
  ThreadPoolExecutor(const ThreadPoolExecutor&) = delete;
  ThreadPoolExecutor& operator=(const ThreadPoolExecutor&) = delete;

  void Submit(std::function<void()> work) override;
  std::unique_ptr<Timer> SubmitAfter(std::chrono::nanoseconds delay, std::function<void()> work) override;

 private:
  struct TimerQueue;
  class PendingTimer;
  class TimerHandle;

  void RunWork();
  void RunTimers();

  std::mutex mutex_;  // guards queue_ and stopping_
  std::condition_variable work_arrived_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;

  std::shared_ptr<TimerQueue> timers_;  // shared with the handles
  std::vector<std::thread> threads_;
  std::thread timer_thread_;
};

}  // namespace millrace
