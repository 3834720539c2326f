#include "core/env/thread_pool_executor.h"

#include <pthread.h>

#include <atomic>
#include <string>
#include <system_error>

#include "core/check.h"

namespace millrace {

using SteadyTime = std::chrono::steady_clock::time_point;
/// Due time, and a number that tells timers of the same time apart.
using TimerKey = std::pair<SteadyTime, uint64_t>;

/// Work that either runs once or is cancelled: whoever flips `is_taken_` first owns it.
class ThreadPoolExecutor::PendingTimer {
 public:
  PendingTimer(TimerKey key, std::function<void()> work) : key_(key), work_(std::move(work)) {}
  const TimerKey& key() const { return key_; }

  void Run() {
    if (is_taken_.exchange(true)) return;
    const std::function<void()> work = std::move(work_);
    work();
  }
  void Cancel() {
    if (is_taken_.exchange(true)) return;
    const std::function<void()> dropped = std::move(work_);
  }

 private:
  const TimerKey key_;
  std::atomic<bool> is_taken_ = false;
  std::function<void()> work_;
};

struct ThreadPoolExecutor::TimerQueue {
  std::mutex mutex;  // guards everything here
  std::condition_variable changed;
  std::map<TimerKey, std::shared_ptr<PendingTimer>> pending;
  uint64_t next_number = 0;
  bool stopping = false;
};

class ThreadPoolExecutor::TimerHandle : public Executor::Timer {
 public:
  TimerHandle(std::shared_ptr<TimerQueue> queue, std::shared_ptr<PendingTimer> timer)
      : queue_(std::move(queue)), timer_(std::move(timer)) {}

  void Cancel() override {
    {
      std::lock_guard lock(queue_->mutex);
      queue_->pending.erase(timer_->key());
    }
    timer_->Cancel();  // outside the lock: it may destroy what the work captured
  }

 private:
  std::shared_ptr<TimerQueue> queue_;
  std::shared_ptr<PendingTimer> timer_;
};

ThreadPoolExecutor::ThreadPoolExecutor(size_t num_threads_max)
    : num_threads_max_(num_threads_max), timers_(std::make_shared<TimerQueue>()) {
  CHECK(num_threads_max > 0);
}

ThreadPoolExecutor::~ThreadPoolExecutor() {
  {
    std::lock_guard lock(timers_->mutex);
    timers_->stopping = true;
  }
  timers_->changed.notify_all();
  if (timer_thread_.joinable()) timer_thread_.join();
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_arrived_.notify_all();
  for (std::thread& thread : threads_) thread.join();  // none is begun any more

  std::map<TimerKey, std::shared_ptr<PendingTimer>> dropped;
  {
    std::lock_guard lock(timers_->mutex);
    dropped.swap(timers_->pending);
  }
  for (auto& [key, timer] : dropped) timer->Cancel();
}

void ThreadPoolExecutor::Submit(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    if (queue_.size() > num_free_ && threads_.size() < num_threads_max_ && !stopping_) BeginThread();
  }
  work_arrived_.notify_one();
}

void ThreadPoolExecutor::BeginThread() {
  try {
    threads_.emplace_back([this] { RunWork(); });
  } catch (const std::system_error&) {
    CHECK(!threads_.empty());  // else those that there are do the work
    return;
  }
  pthread_setname_np(threads_.back().native_handle(), ("io-" + std::to_string(threads_.size() - 1)).c_str());
}

std::unique_ptr<Executor::Timer> ThreadPoolExecutor::SubmitAfter(std::chrono::nanoseconds delay,
                                                                 std::function<void()> work) {
  const SteadyTime now = std::chrono::steady_clock::now();
  const std::chrono::nanoseconds longest = SteadyTime::max() - now;
  const SteadyTime due = delay < longest ? now + delay : SteadyTime::max();
  std::shared_ptr<PendingTimer> timer;
  bool is_first;
  {
    std::lock_guard lock(timers_->mutex);
    timer = std::make_shared<PendingTimer>(TimerKey{due, timers_->next_number++}, std::move(work));
    timers_->pending.emplace(timer->key(), timer);
    is_first = timers_->pending.begin()->second == timer;
    if (!timer_thread_.joinable() && !timers_->stopping) {
      timer_thread_ = std::thread([this] { RunTimers(); });
      pthread_setname_np(timer_thread_.native_handle(), "io-timer");
    }
  }
  if (is_first) timers_->changed.notify_one();
  return std::make_unique<TimerHandle>(timers_, std::move(timer));
}

// Ends when stopping and nothing is left, so that work which submits work is finished too: its thread looks
// again.
void ThreadPoolExecutor::RunWork() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++num_free_;
    work_arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --num_free_;
    if (queue_.empty()) return;
    {
      const std::function<void()> work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
    }
    lock.lock();
  }
}

void ThreadPoolExecutor::RunTimers() {
  std::unique_lock lock(timers_->mutex);
  while (!timers_->stopping) {
    if (timers_->pending.empty()) {
      timers_->changed.wait(lock);
      continue;
    }
    const auto first = timers_->pending.begin();
    const SteadyTime due = first->first.first;
    if (due > std::chrono::steady_clock::now()) {
      timers_->changed.wait_until(lock, due);
      continue;
    }
    std::shared_ptr<PendingTimer> timer = std::move(first->second);
    timers_->pending.erase(first);
    lock.unlock();
    Submit([timer = std::move(timer)] { timer->Run(); });
    lock.lock();
  }
}

}  // namespace millrace
