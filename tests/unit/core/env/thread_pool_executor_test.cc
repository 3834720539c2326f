#include "core/env/thread_pool_executor.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

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
  std::latch first(1);
  std::latch second(1);
  ThreadPoolExecutor executor(2);
  executor.Submit([&] {
    first.count_down();
    second.wait();
  });
  executor.Submit([&] {
    first.wait();
    second.count_down();
  });
}

TEST(ThreadPoolExecutorTest, BeginsAThreadWhenNoneIsFree) {
  std::latch all_are_busy(2);
  std::latch end(1);
  std::mutex mutex;
  std::set<std::thread::id> ids;
  ThreadPoolExecutor executor(8);
  const auto note_id = [&] {
    std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  };
  for (int i = 0; i < 2; ++i) {
    executor.Submit([&] {
      note_id();
      all_are_busy.arrive_and_wait();
      end.wait();
    });
  }
  all_are_busy.wait();
  {
    std::lock_guard lock(mutex);
    EXPECT_EQ(ids.size(), 2u);
  }
  std::latch third_is_done(1);
  executor.Submit([&] {
    note_id();
    third_is_done.count_down();
  });
  third_is_done.wait();  // by a third thread, for the two wait
  end.count_down();
  EXPECT_EQ(ids.size(), 3u);
}

TEST(ThreadPoolExecutorTest, TimersRunInTheOrderOfTheirTimes) {
  std::vector<int> order;
  std::latch done(1);
  ThreadPoolExecutor executor(1);
  executor.SubmitAfter(300ms, [&] {
    order.push_back(3);
    done.count_down();
  });
  executor.SubmitAfter(0ns, [&] { order.push_back(1); });
  executor.SubmitAfter(100ms, [&] { order.push_back(2); });
  done.wait();
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
  std::latch handle_is_set(1);
  std::latch done(1);
  std::unique_ptr<Executor::Timer> second;
  ThreadPoolExecutor executor(1);
  // The timer thread queues both, in order, while the only thread is busy with the first.
  executor.Submit([&] { handle_is_set.wait(); });
  executor.SubmitAfter(0ns, [&] { second->Cancel(); });
  second = executor.SubmitAfter(0ns, [] { FAIL(); });
  executor.SubmitAfter(0ns, [&] { done.count_down(); });
  handle_is_set.count_down();
  done.wait();
}

TEST(ThreadPoolExecutorTest, WorkMayCancelItselfAndOthers) {
  std::latch handles_are_set(1);
  std::latch done(1);
  std::unique_ptr<Executor::Timer> own;
  std::unique_ptr<Executor::Timer> other;
  ThreadPoolExecutor executor(1);
  executor.Submit([&] { handles_are_set.wait(); });
  own = executor.SubmitAfter(0ns, [&] {
    own->Cancel();
    other->Cancel();
    done.count_down();
  });
  other = executor.SubmitAfter(1h, [] { FAIL(); });
  handles_are_set.count_down();
  done.wait();
}

TEST(ThreadPoolExecutorTest, TimersThatAreNotDueAreDroppedAtTheEnd) {
  auto captured = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = captured;
  std::unique_ptr<Executor::Timer> timer;
  {
    ThreadPoolExecutor executor(2);
    timer =
        executor.SubmitAfter(std::chrono::nanoseconds::max(), [captured = std::move(captured)] { FAIL(); });
  }
  EXPECT_TRUE(watched.expired());
  timer->Cancel();
}

TEST(SystemEnvTest, ClocksAndRandomNumbersMove) {
  std::latch done(1);
  const std::unique_ptr<Env> env = CreateSystemEnv(1);
  const int64_t before = env->clock().MonotonicNanos();
  EXPECT_GT(env->clock().WallMicros(), 1'500'000'000'000'000);
  EXPECT_GE(env->clock().MonotonicNanos(), before);
  EXPECT_NE(env->random().Next64(), env->random().Next64());
  env->io().Submit([&] { done.count_down(); });
  done.wait();
  EXPECT_TRUE(env->files().Exists("/"));
}

}  // namespace
}  // namespace millrace
