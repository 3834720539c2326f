#include "core/env/thread_pool_executor.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <future>

namespace millrace {
namespace {

using namespace std::chrono_literals;

TEST(ThreadPoolExecutorTest, RunsEverythingBeforeItEnds) {
  std::atomic<int> num_run = 0;
  {
    ThreadPoolExecutor executor(3);
    for (int i = 0; i < 1000; ++i) {
      executor.Submit([&, i] {
        num_run.fetch_add(1);
        if (i % 10 == 0) executor.Submit([&] { num_run.fetch_add(1); });
      });
    }
  }
  EXPECT_EQ(num_run, 1100);
}

TEST(ThreadPoolExecutorTest, WorkOfOneThreadKeepsItsOrder) {
  std::vector<int> order;
  {
    ThreadPoolExecutor executor(1);
    for (int i = 0; i < 100; ++i) executor.Submit([&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(ThreadPoolExecutorTest, ThreadsWorkAtTheSameTime) {
  ThreadPoolExecutor executor(2);
  std::promise<void> first;
  std::promise<void> second;
  executor.Submit([&] {
    first.set_value();
    second.get_future().wait();
  });
  executor.Submit([&] {
    first.get_future().wait();
    second.set_value();
  });
}

TEST(ThreadPoolExecutorTest, TimersRunInTheOrderOfTheirTimes) {
  ThreadPoolExecutor executor(1);
  std::vector<int> order;
  std::promise<void> done;
  executor.SubmitAfter(300ms, [&] {
    order.push_back(3);
    done.set_value();
  });
  executor.SubmitAfter(0ns, [&] { order.push_back(1); });
  executor.SubmitAfter(100ms, [&] { order.push_back(2); });
  done.get_future().wait();
  EXPECT_THAT(order, ::testing::ElementsAre(1, 2, 3));
}

TEST(ThreadPoolExecutorTest, CancelledTimerDoesNotRunAndFreesItsWork) {
  ThreadPoolExecutor executor(1);
  auto captured = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = captured;
  auto timer = executor.SubmitAfter(1h, [captured = std::move(captured)] { FAIL(); });
  EXPECT_FALSE(watched.expired());
  timer->Cancel();
  EXPECT_TRUE(watched.expired());
  timer->Cancel();
}

TEST(ThreadPoolExecutorTest, CancelPreventsARunThatIsQueued) {
  ThreadPoolExecutor executor(1);
  std::promise<void> handle_is_set;
  std::promise<void> done;
  std::unique_ptr<Executor::Timer> second;
  // The timer thread queues both, in order, while the only thread is busy with the first.
  executor.Submit([&] { handle_is_set.get_future().wait(); });
  executor.SubmitAfter(0ns, [&] { second->Cancel(); });
  second = executor.SubmitAfter(0ns, [] { FAIL(); });
  executor.SubmitAfter(0ns, [&] { done.set_value(); });
  handle_is_set.set_value();
  done.get_future().wait();
}

TEST(ThreadPoolExecutorTest, WorkMayCancelItselfAndOthers) {
  ThreadPoolExecutor executor(1);
  std::promise<void> done;
  std::promise<void> handles_are_set;
  std::unique_ptr<Executor::Timer> own;
  std::unique_ptr<Executor::Timer> other;
  executor.Submit([&] { handles_are_set.get_future().wait(); });
  own = executor.SubmitAfter(0ns, [&] {
    own->Cancel();
    other->Cancel();
    done.set_value();
  });
  other = executor.SubmitAfter(1h, [] { FAIL(); });
  handles_are_set.set_value();
  done.get_future().wait();
}

TEST(ThreadPoolExecutorTest, TimersThatAreNotDueAreDroppedAtTheEnd) {
  auto captured = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = captured;
  std::unique_ptr<Executor::Timer> timer;
  {
    ThreadPoolExecutor executor(2);
    timer = executor.SubmitAfter(std::chrono::nanoseconds::max(), [captured = std::move(captured)] { FAIL(); });
  }
  EXPECT_TRUE(watched.expired());
  timer->Cancel();
}

TEST(SystemEnvTest, ClocksAndRandomNumbersMove) {
  const std::unique_ptr<Env> env = CreateSystemEnv(1);
  const int64_t before = env->clock().MonotonicNanos();
  EXPECT_GT(env->clock().WallMicros(), 1'500'000'000'000'000);
  EXPECT_GE(env->clock().MonotonicNanos(), before);
  EXPECT_NE(env->random().Next64(), env->random().Next64());
  std::promise<void> done;
  env->io().Submit([&] { done.set_value(); });
  done.get_future().wait();
  EXPECT_TRUE(env->files().Exists("/"));
}

}  // namespace
}  // namespace millrace
