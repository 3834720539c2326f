#include "runtime/scheduler.h"

#include <pthread.h>

#include <string>

namespace millrace {

Scheduler::Scheduler(size_t num_threads) {
  for (size_t i = 0; i < num_threads; ++i) {
    threads_.emplace_back([this, i] {
      pthread_setname_np(pthread_self(), ("compute-" + std::to_string(i)).c_str());
      ThreadMain();
    });
  }
}

Scheduler::~Scheduler() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::shared_ptr<Scheduler::Handle> Scheduler::Register(std::shared_ptr<Runnable> runnable) {
  auto handle = std::make_shared<Handle>(*this, std::move(runnable));
  handle->self_ = handle;
  return handle;
}

void Scheduler::Handle::Notify() {
  // Sequentially consistent with RunOne's exchange: either the turn sees what was published before Notify, or
  // Notify sees that the turn has begun.
  State state = state_.load(std::memory_order_seq_cst);
  while (true) {
    if (state == State::kWaiting) {
      if (state_.compare_exchange_weak(state, State::kQueued)) {
        if (auto self = self_.lock()) scheduler_.Enqueue(std::move(self));
        return;
      }
    } else if (state == State::kRunning) {
      if (state_.compare_exchange_weak(state, State::kRunningNotified)) return;
    } else {
      return;
    }
  }
}

void Scheduler::Handle::WaitUntilDone() const {
  for (State state = state_.load(); state != State::kDone; state = state_.load()) state_.wait(state);
}

void Scheduler::Enqueue(std::shared_ptr<Handle> handle) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(handle));
  }
  ready_.notify_one();
}

void Scheduler::ThreadMain() {
  while (true) {
    std::shared_ptr<Handle> handle;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      handle = std::move(queue_.front());
      queue_.pop_front();
    }
    RunOne(handle);
  }
}

void Scheduler::RunOne(const std::shared_ptr<Handle>& handle) {
  using State = Handle::State;
  handle->state_.exchange(State::kRunning, std::memory_order_seq_cst);
  const Runnable::Turn turn = handle->runnable_->RunTurn();
  if (turn == Runnable::Turn::kDone) {
    handle->state_.store(State::kDone, std::memory_order_release);
    handle->state_.notify_all();
    return;
  }
  State expected = State::kRunning;
  if (turn == Runnable::Turn::kWait && handle->state_.compare_exchange_strong(expected, State::kWaiting))
    return;
  handle->state_.store(State::kQueued, std::memory_order_release);
  Enqueue(handle);
}

}  // namespace millrace
