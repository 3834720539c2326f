#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/env/env.h"

namespace millrace {

/// Time that stands still until a test moves it.
class FakeClock : public Clock {
 public:
  int64_t WallMicros() const override { return micros; }
  int64_t MonotonicNanos() const override { return micros * 1000; }
  int64_t micros = 1'700'000'000'000'000;
};

class FakeRandom : public Random {
 public:
  uint64_t Next64() override { return next_++ * 0x9e3779b97f4a7c15ull; }

 private:
  uint64_t next_ = 1;
};

/// Work that waits until a test runs it.
class FakeExecutor : public Executor {
 public:
  explicit FakeExecutor(FakeClock* clock) : clock_(clock) {}
  void Submit(std::function<void()> work) override { work_.push_back(std::move(work)); }
  std::unique_ptr<Timer> SubmitAfter(std::chrono::nanoseconds delay, std::function<void()> work) override;

  size_t num_waiting() const { return work_.size(); }
  size_t num_timers() const { return timers_.size(); }
  /// Runs the oldest work; false when there is none.
  bool RunOne();
  /// Runs until nothing waits, at most 100,000 steps.
  void RunAll();
  /// Moves the clock and runs the timers that are due.
  void Advance(int64_t micros);

 private:
  class FakeTimer;
  FakeClock* clock_;
  std::deque<std::function<void()>> work_;
  std::multimap<int64_t, std::shared_ptr<std::function<void()>>> timers_;
};

/// Files in memory. What was not synced is lost in a crash.
class FakeFileSystem : public FileSystem {
 public:
  explicit FakeFileSystem(FakeClock* clock) : clock_(clock) {}

  void Put(const std::string& path, const std::string& bytes);
  /// All paths, sorted.
  std::vector<std::string> Paths() const;
  std::string Content(const std::string& path) const;
  /// Cuts every file to what was synced.
  void Crash();
  /// The next `count` calls that change something fail.
  void FailWrites(int count) { failures_ = count; }

  Result<std::string> ReadFile(const std::string& path) override;
  Result<std::string> ReadAt(const std::string& path, uint64_t offset, uint64_t length) override;
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> OpenAppend(const std::string& path) override;
  Status WriteFileAtomically(const std::string& path, std::string_view bytes) override;
  Status CreateFileExclusively(const std::string& path, std::string_view bytes) override;
  Result<std::vector<FileInfo>> ListDirectory(const std::string& path) override;
  Result<FileInfo> Stat(const std::string& path) override;
  bool Exists(const std::string& path) override;
  Status CreateDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status HardLinkOrCopy(const std::string& from, const std::string& to) override;
  Status RemoveFile(const std::string& path) override;
  Status RemoveRecursively(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override { return Status::Ok(); }

 private:
  class FakeFile;
  struct Entry {
    std::string bytes;
    size_t num_synced = 0;
    int64_t modified_micros = 0;
  };
  Status CheckWrite(const std::string& path);
  bool IsDirectory(const std::string& path) const;

  FakeClock* clock_;
  std::map<std::string, Entry> files_;
  std::set<std::string> directories_;
  int failures_ = 0;
};

class FakeEnv : public Env {
 public:
  FakeEnv() : executor(&fake_clock), file_system(&fake_clock) {}
  Clock& clock() override { return fake_clock; }
  Random& random() override { return fake_random; }
  FileSystem& files() override { return file_system; }
  Executor& io() override { return executor; }

  FakeClock fake_clock;
  FakeRandom fake_random;
  FakeExecutor executor;
  FakeFileSystem file_system;
};

}  // namespace millrace
