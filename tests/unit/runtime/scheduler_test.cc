#include "runtime/scheduler.h"

#include <gtest/gtest.h>

#include <atomic>

namespace millrace {
namespace {

/// Counts turns; ends after `turns_max`. Fails when two turns overlap.
class CountingRunnable final : public Runnable {
 public:
  explicit CountingRunnable(int turns_max) : turns_max_(turns_max) {}
  Turn RunTurn() override {
    EXPECT_FALSE(running_.exchange(true));
    const int turn = turns.fetch_add(1) + 1;
    turns.notify_all();
    running_.store(false);
    return turn == turns_max_ ? Turn::kDone : Turn::kWait;
  }
  std::atomic<int> turns{0};

 private:
  const int turns_max_;
  std::atomic<bool> running_{false};
};

TEST(SchedulerTest, EveryNotifyIsFollowedByATurn) {
  Scheduler scheduler(2);
  auto runnable = std::make_shared<CountingRunnable>(1000);
  auto handle = scheduler.Register(runnable);
  for (int turn = 0; turn < 1000; ++turn) {
    handle->Notify();
    while (runnable->turns.load() <= turn) runnable->turns.wait(turn);
  }
  handle->WaitUntilDone();
  EXPECT_EQ(runnable->turns.load(), 1000);
  handle->Notify();  // ignored
  EXPECT_EQ(runnable->turns.load(), 1000);
}

TEST(SchedulerTest, NotifiesFromManyThreadsNeverOverlapTurns) {
  Scheduler scheduler(2);
  auto runnable = std::make_shared<CountingRunnable>(1 << 30);
  auto handle = scheduler.Register(runnable);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) handle->Notify();
    });
  }
  for (auto& thread : threads) thread.join();
  // A turn follows every notify; the overlap check is in the turns.
  runnable->turns.wait(0);
  EXPECT_GT(runnable->turns.load(), 0);
}

}  // namespace
}  // namespace millrace
