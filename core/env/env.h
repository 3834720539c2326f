#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"

namespace millrace {

/// Time. Product code asks this and nothing else for it.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Microseconds since 1970-01-01 UTC; may jump.
  virtual int64_t WallMicros() const = 0;
  /// Nanoseconds since an arbitrary start; never goes back.
  virtual int64_t MonotonicNanos() const = 0;
};

/// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next64() = 0;
};

/// A file opened for sequential writing. Single-owner.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  virtual Status Sync() = 0;
  virtual Status Close() = 0;
};

struct FileInfo {
  std::string name;  // without directory
  bool is_directory = false;
  uint64_t size_bytes = 0;
  int64_t modified_micros = 0;
};

/// The local file system (or a simulated one). Thread-safe. Errors are external, name the path and carry
/// errno's text; a full disk or quota is kDiskFull, a missing file kFileNotFound, an existing one
/// kFileExists, others kFileIo.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::string> ReadFile(const std::string& path) = 0;
  /// Reads up to `length` bytes at `offset`; fewer only at the end of the file.
  virtual Result<std::string> ReadAt(const std::string& path, uint64_t offset, uint64_t length) = 0;
  virtual Result<std::unique_ptr<WritableFile>> Create(const std::string& path) = 0;  // truncates
  virtual Result<std::unique_ptr<WritableFile>> OpenAppend(const std::string& path) = 0;
  /// Writes to a temporary name, syncs, renames over `path`, syncs the directory.
  virtual Status WriteFileAtomically(const std::string& path, std::string_view bytes) = 0;
  /// As above but fails with kFileExists (and changes nothing) when `path` exists; atomic against other
  /// processes.
  virtual Status CreateFileExclusively(const std::string& path, std::string_view bytes) = 0;
  virtual Result<std::vector<FileInfo>> ListDirectory(const std::string& path) = 0;  // sorted by name
  virtual Result<FileInfo> Stat(const std::string& path) = 0;  // kFileNotFound when missing
  virtual bool Exists(const std::string& path) = 0;
  /// With its parents, durably; a directory that exists is fine.
  virtual Status CreateDirectories(const std::string& path) = 0;
  /// Replaces `to` when it exists. Durable after SyncDirectory of the parent.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  /// kFileExists when `to` exists. A copy (across devices) is synced.
  virtual Status HardLinkOrCopy(const std::string& from, const std::string& to) = 0;
  virtual Status RemoveFile(const std::string& path) = 0;
  /// A file or a directory with its content; nothing to do when it is missing.
  virtual Status RemoveRecursively(const std::string& path) = 0;
  virtual Status SyncDirectory(const std::string& path) = 0;
};

/// Runs blocking work on threads of its own. Thread-safe. Destruction runs what was submitted, drops timers
/// that are not due, and joins the threads.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Submit(std::function<void()> work) = 0;
  /// Runs `work` once after the delay; the handle's Cancel() prevents a run that has not begun, never waits,
  /// and may be called from inside any work. Dropping the handle does not cancel; it may outlive the
  /// executor.
  class Timer {
   public:
    virtual ~Timer() = default;
    virtual void Cancel() = 0;
  };
  virtual std::unique_ptr<Timer> SubmitAfter(std::chrono::nanoseconds delay, std::function<void()> work) = 0;
};

/// Everything that comes from outside the program. The simulator is another Env.
class Env {
 public:
  virtual ~Env() = default;
  virtual Clock& clock() = 0;
  virtual Random& random() = 0;
  virtual FileSystem& files() = 0;
  virtual Executor& io() = 0;
};

/// The real operating system, with `num_io_threads` threads for blocking work and one for timers.
std::unique_ptr<Env> CreateSystemEnv(size_t num_io_threads);

}  // namespace millrace
