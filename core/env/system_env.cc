#include "core/env/system_env.h"

#include <sys/random.h>
#include <time.h>

#include <atomic>
#include <utility>

#include "core/check.h"
#include "core/env/system_file_system.h"
#include "core/env/thread_pool_executor.h"

namespace millrace {
namespace {

class SystemClock : public Clock {
 public:
  int64_t WallMicros() const override { return Nanos(CLOCK_REALTIME) / 1000; }
  int64_t MonotonicNanos() const override { return Nanos(CLOCK_MONOTONIC); }

 private:
  static int64_t Nanos(clockid_t clock) {
    timespec time;
    CHECK(clock_gettime(clock, &time) == 0);
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }
};

/// SplitMix64 from a seed of the kernel's: one atomic add a number, so that threads share it without a lock.
class SystemRandom : public Random {
 public:
  SystemRandom() {
    uint64_t seed;
    CHECK(getrandom(&seed, sizeof(seed), 0) == static_cast<ssize_t>(sizeof(seed)));
    state_ = seed;
  }
  uint64_t Next64() override {
    constexpr uint64_t kStep = 0x9e3779b97f4a7c15;
    uint64_t mixed = state_.fetch_add(kStep, std::memory_order_relaxed) + kStep;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }

 private:
  std::atomic<uint64_t> state_;
};

class SystemEnv : public Env {
 public:
  SystemEnv(size_t num_io_threads, std::string scratch_directory)
      : files_(CreateSystemFileSystem(std::move(scratch_directory))), io_(num_io_threads) {}
  Clock& clock() override { return clock_; }
  Random& random() override { return random_; }
  FileSystem& files() override { return *files_; }
  Executor& io() override { return io_; }

 private:
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<FileSystem> files_;
  ThreadPoolExecutor io_;  // last: its work may use the others
};

}  // namespace

std::unique_ptr<Env> CreateSystemEnv(size_t num_io_threads) {
  return std::make_unique<SystemEnv>(num_io_threads, "");
}

std::unique_ptr<Env> CreateSystemEnvWithScratch(size_t num_io_threads, std::string scratch_directory) {
  return std::make_unique<SystemEnv>(num_io_threads, std::move(scratch_directory));
}

}  // namespace millrace
