#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "core/env/env.h"

namespace millrace {

/// Runs functions one after the other, in the order they were posted, on an executor: the thread of an
/// actor. Thread-safe. Functions may block. Close drops what has not begun and waits for the one that runs.
class Strand {
 public:
  explicit Strand(Executor& executor) : state_(std::make_shared<State>(executor)) {}
  ~Strand() { Close(); }

  void Post(std::function<void()> work);
  /// Posts after a delay; dropped by Close.
  void PostAfter(std::chrono::nanoseconds delay, std::function<void()> work);
  /// Not from the strand itself.
  void Close();

 private:
  struct State : std::enable_shared_from_this<State> {
    explicit State(Executor& executor) : executor(executor) {}
    void Post(std::function<void()> work);
    void RunQueued();
    Executor& executor;
    std::mutex mutex;
    std::condition_variable idle;
    std::deque<std::function<void()>> queue;              // guarded by mutex
    bool running = false;                                 // guarded by mutex
    bool closed = false;                                  // guarded by mutex
    std::deque<std::unique_ptr<Executor::Timer>> timers;  // guarded by mutex
  };
  std::shared_ptr<State> state_;
};

}  // namespace millrace
