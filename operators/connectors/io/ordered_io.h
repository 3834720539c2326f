#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "core/env/env.h"
#include "core/status.h"

namespace millrace {

/// Blocking steps of one owner (a file's writes, say), run in the order given on the I/O pool, one at a time.
/// After a step failed the others are dropped and its error stays. Thread-safe.
///
/// Never waits for a pool thread that has not begun: RunPending lets the caller, itself on the pool, do the
/// rest.
class OrderedIo : public std::enable_shared_from_this<OrderedIo> {
 public:
  explicit OrderedIo(Executor* executor) : executor_(executor) {}

  /// Queues a step that holds `num_bytes` of memory until it has run.
  void Add(uint64_t num_bytes, std::function<Status()> step);
  /// Runs what was queued before the call, here, and gives the first error of all steps so far. Blocks while
  /// another thread runs a step.
  Status RunPending();
  uint64_t pending_bytes() const;
  Status status() const;
  /// Called, from any thread, after each step.
  void SetOnProgress(std::function<void()> on_progress);
  /// Drops steps that have not begun and waits for a running one.
  void Stop();

 private:
  struct Step {
    uint64_t num_bytes;
    std::function<Status()> run;
  };
  /// Runs the oldest step with `lock` released meanwhile. Precondition: no step is running and the queue is
  /// not empty.
  void RunOne(std::unique_lock<std::mutex>* lock);
  void Drain();
  /// Submits Drain when there are steps and nobody to run them. With the lock held.
  void ScheduleDrain();

  Executor* executor_;
  mutable std::mutex mutex_;
  std::condition_variable step_done_;
  std::deque<Step> steps_;  // guarded by mutex_, as all below
  uint64_t num_added_ = 0;
  uint64_t num_done_ = 0;
  uint64_t pending_bytes_ = 0;
  bool is_running_ = false;
  bool is_scheduled_ = false;
  Status status_;
  std::function<void()> on_progress_;
};

}  // namespace millrace
