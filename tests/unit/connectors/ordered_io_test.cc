#include "operators/connectors/io/ordered_io.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/error_codes.h"
#include "tests/unit/connectors/fake_env.h"

namespace millrace {
namespace {

struct Fixture {
  FakeEnv env;
  std::shared_ptr<OrderedIo> io = std::make_shared<OrderedIo>(&env.executor);
  std::vector<int> done;
  void Add(int number, uint64_t num_bytes = 1) {
    io->Add(num_bytes, [this, number] {
      done.push_back(number);
      return Status::Ok();
    });
  }
};

TEST(OrderedIo, RunsStepsInOrder) {
  Fixture fixture;
  int progress = 0;
  fixture.io->SetOnProgress([&progress] { ++progress; });
  for (int i = 0; i < 3; ++i) fixture.Add(i, 10);
  EXPECT_EQ(fixture.io->pending_bytes(), 30u);
  EXPECT_EQ(fixture.env.executor.num_waiting(), 1u);
  fixture.env.executor.RunAll();
  fixture.Add(3);
  fixture.env.executor.RunAll();
  EXPECT_EQ(fixture.done, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(fixture.io->pending_bytes(), 0u);
  EXPECT_EQ(progress, 4);
}

TEST(OrderedIo, LetsTheCallerDoTheWork) {
  Fixture fixture;
  fixture.Add(1);
  fixture.Add(2);
  EXPECT_TRUE(fixture.io->RunPending().ok());
  EXPECT_EQ(fixture.done, (std::vector<int>{1, 2}));
  fixture.env.executor.RunAll();
  EXPECT_EQ(fixture.done, (std::vector<int>{1, 2}));
}

TEST(OrderedIo, StopsAtAFailure) {
  Fixture fixture;
  fixture.Add(1);
  fixture.io->Add(1, [] { return Status(kFileIo, "broken"); });
  fixture.Add(3);
  EXPECT_EQ(fixture.io->RunPending().code(), kFileIo);
  EXPECT_EQ(fixture.done, std::vector<int>{1});
  EXPECT_EQ(fixture.io->status().code(), kFileIo);
  EXPECT_EQ(fixture.io->pending_bytes(), 0u);
}

TEST(OrderedIo, DropsWhatHasNotBegunWhenStopped) {
  Fixture fixture;
  fixture.Add(1);
  fixture.io->Stop();
  fixture.env.executor.RunAll();
  EXPECT_TRUE(fixture.done.empty());
  EXPECT_TRUE(fixture.io->RunPending().ok());
}

TEST(OrderedIo, NeverRunsTwoStepsAtOnce) {
  const std::unique_ptr<Env> env = CreateSystemEnv(4);
  const auto io = std::make_shared<OrderedIo>(&env->io());
  std::atomic<int> running = 0;
  int num_done = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 5; ++i) {
      io->Add(1, [&] {
        EXPECT_EQ(running.fetch_add(1), 0);
        ++num_done;
        running.fetch_sub(1);
        return Status::Ok();
      });
    }
    std::thread helper([&] { EXPECT_TRUE(io->RunPending().ok()); });
    EXPECT_TRUE(io->RunPending().ok());
    helper.join();
    EXPECT_EQ(num_done, (round + 1) * 5);
  }
  io->Stop();
}

}  // namespace
}  // namespace millrace
