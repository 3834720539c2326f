#include "runtime/blocking_work.h"

namespace millrace {

void BlockingWork::Submit(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    ++running_;
  }
  executor_.Submit([this, work = std::move(work)]() mutable {
    work();
    work = nullptr;  // what it captured goes before the count
    std::lock_guard lock(mutex_);
    if (--running_ > 0) return;
    on_idle_();  // under the lock: whoever waits to destroy this waits for the call, too
    idle_.notify_all();
  });
}

bool BlockingWork::IsIdle() const {
  std::lock_guard lock(mutex_);
  return running_ == 0;
}

void BlockingWork::WaitUntilIdle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return running_ == 0; });
}

}  // namespace millrace
