#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace millrace {

/// Something a Scheduler runs in turns. RunTurn is never called twice at once.
class Runnable {
 public:
  virtual ~Runnable() = default;
  enum class Turn : uint8_t {
    kAgain,  // more to do: run again after the others had their turn
    kWait,   // until the next Notify
    kDone,   // never again
  };
  virtual Turn RunTurn() = 0;
};

/// The compute pool: a fixed number of threads that run resumable tasks in turns of a few milliseconds.
/// Thread-safe.
class Scheduler {
 public:
  explicit Scheduler(size_t num_threads);
  ~Scheduler();  // waits for running turns; queued ones are dropped

  /// A registered task; keeps the runnable alive. Notify is cheap and may come from any thread, also during a
  /// turn (then another turn follows).
  class Handle {
   public:
    Handle(Scheduler& scheduler, std::shared_ptr<Runnable> runnable)
        : scheduler_(scheduler), runnable_(std::move(runnable)) {}
    void Notify();
    /// Blocks until a turn has answered kDone; not from a turn.
    void WaitUntilDone() const;

   private:
    friend class Scheduler;
    enum class State : uint8_t { kWaiting, kQueued, kRunning, kRunningNotified, kDone };
    Scheduler& scheduler_;
    const std::shared_ptr<Runnable> runnable_;
    std::atomic<State> state_{State::kWaiting};
    std::weak_ptr<Handle> self_;
  };
  std::shared_ptr<Handle> Register(std::shared_ptr<Runnable> runnable);

 private:
  void Enqueue(std::shared_ptr<Handle> handle);
  void ThreadMain();
  void RunOne(const std::shared_ptr<Handle>& handle);

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::shared_ptr<Handle>> queue_;  // guarded by mutex_
  bool stopping_ = false;                      // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace millrace
