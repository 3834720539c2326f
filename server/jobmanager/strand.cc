#include "server/jobmanager/strand.h"

namespace millrace {
namespace {

// Timers that have fired are forgotten oldest first; one actor never has more pending.
constexpr size_t kTimersMax = 64;

}  // namespace

void Strand::Post(std::function<void()> work) {
  state_->Post(std::move(work));
}

void Strand::PostAfter(std::chrono::nanoseconds delay, std::function<void()> work) {
  auto timer =
      state_->executor.SubmitAfter(delay, [weak = std::weak_ptr<State>(state_), work = std::move(work)] {
        if (auto state = weak.lock()) state->Post(work);
      });
  std::unique_ptr<Executor::Timer> oldest;  // destroyed outside the lock
  std::lock_guard lock(state_->mutex);
  state_->timers.push_back(std::move(timer));
  if (state_->timers.size() > kTimersMax) {
    oldest = std::move(state_->timers.front());
    state_->timers.pop_front();
  }
}

void Strand::State::Post(std::function<void()> work) {
  std::lock_guard lock(mutex);
  if (closed) return;
  queue.push_back(std::move(work));
  if (running) return;
  running = true;
  executor.Submit([self = shared_from_this()] { self->RunQueued(); });
}

void Strand::State::RunQueued() {
  std::unique_lock lock(mutex);
  while (!queue.empty()) {
    std::function<void()> work = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
  running = false;
  idle.notify_all();
}

void Strand::Close() {
  std::deque<std::unique_ptr<Executor::Timer>> timers;
  std::unique_lock lock(state_->mutex);
  state_->closed = true;
  state_->queue.clear();
  timers.swap(state_->timers);
  state_->idle.wait(lock, [this] { return !state_->running; });
}

}  // namespace millrace
