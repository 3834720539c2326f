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

/// An Executor with up to `num_threads_max` threads, each begun when work finds no other one free, and one
/// more, begun with the first timer, that hands due timers to them. Threads stay until the end. The queue has
/// no limit of its own: callers bound what they submit.
class ThreadPoolExecutor : public Executor {
 public:
  explicit ThreadPoolExecutor(size_t num_threads_max);
  ~ThreadPoolExecutor() override;
  ThreadPoolExecutor(const ThreadPoolExecutor&) = delete;
  ThreadPoolExecutor& operator=(const ThreadPoolExecutor&) = delete;

  void Submit(std::function<void()> work) override;
  std::unique_ptr<Timer> SubmitAfter(std::chrono::nanoseconds delay, std::function<void()> work) override;

 private:
  struct TimerQueue;
  class PendingTimer;
  class TimerHandle;

  void BeginThread();  // with mutex_ held
  void RunWork();
  void RunTimers();

  const size_t num_threads_max_;
  std::mutex mutex_;  // guards the five below
  std::condition_variable work_arrived_;
  std::deque<std::function<void()>> queue_;
  size_t num_free_ = 0;  // threads that wait for work
  bool stopping_ = false;
  std::vector<std::thread> threads_;

  std::shared_ptr<TimerQueue> timers_;  // shared with the handles
  std::thread timer_thread_;            // guarded by the timers' mutex
};

}  // namespace millrace
