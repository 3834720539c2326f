#include "server/engine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/env/system_env.h"
#include "core/error_codes.h"
#include "operators/registry/built_in.h"
#include "server/error_codes.h"

namespace millrace {

/// An advisory lock on <data directory>/lock, which holds the owner's pid. The kernel frees it when the
/// process ends, however it ends.
class Engine::DataDirectoryLock {
 public:
  static Result<std::unique_ptr<DataDirectoryLock>> Take(const std::string& directory) {
    const std::string path = directory + "/lock";
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
      return Status(kFileIo, fmt::format("Cannot open the lock file {}: {}", path, std::strerror(errno)));
    }
    auto lock = std::unique_ptr<DataDirectoryLock>(new DataDirectoryLock(fd));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      char pid[32] = {};
      const ssize_t length = pread(fd, pid, sizeof(pid) - 1, 0);
      const std::string holder = length > 0 ? std::string(pid, static_cast<size_t>(length)) : "unknown";
      return Status(kDataDirectoryInUse,
                    fmt::format("Data directory {} is in use by process {}", directory, holder))
          .WithSuggestion("stop that server first, or give this one a directory of its own with --data-dir");
    }
    const std::string pid = std::to_string(getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
      return Status(kFileIo, fmt::format("Cannot write the lock file {}: {}", path, std::strerror(errno)));
    }
    return lock;
  }
  ~DataDirectoryLock() { close(fd_); }

 private:
  explicit DataDirectoryLock(int fd) : fd_(fd) {}
  const int fd_;
};

/// The catalog's one file.
class Engine::CatalogFile final : public sql::CatalogStore {
 public:
  CatalogFile(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  Result<std::string> Load() override {
    if (!files_.Exists(path_)) return std::string();
    return files_.ReadFile(path_);
  }
  Status Save(const std::string& bytes) override { return files_.WriteFileAtomically(path_, bytes); }

 private:
  FileSystem& files_;
  const std::string path_;
};

Engine::Engine(EngineOptions options) : options_(std::move(options)) {
}

Engine::~Engine() {
  jobs_.reset();
  worker_.reset();
}

Result<std::unique_ptr<Engine>> Engine::Open(EngineOptions options) {
  std::unique_ptr<Engine> engine(new Engine(std::move(options)));
  RETURN_IF_ERROR(engine->OpenParts());
  return engine;
}

Status Engine::OpenParts() {
  env_ = CreateSystemEnvWithScratch(options_.num_io_threads,
                                    options_.data_ends_with_process ? options_.data_directory : "");
  RETURN_IF_ERROR(env_->files().CreateDirectories(options_.data_directory));
  ASSIGN_OR_RETURN(lock_, DataDirectoryLock::Take(options_.data_directory));
  registry_ = CreateBuiltInRegistry();
  descriptors_ = DescribeRegistry(*registry_);
  catalog_file_ = std::make_unique<CatalogFile>(env_->files(), options_.data_directory + "/catalog.pb");
  ASSIGN_OR_RETURN(catalog_, sql::Catalog::Open(catalog_file_.get()));

  const std::string local = options_.data_directory + "/local";
  RETURN_IF_ERROR(env_->files().RemoveRecursively(local));  // of a process that was killed
  RETURN_IF_ERROR(env_->files().CreateDirectories(local));
  ASSIGN_OR_RETURN(jobs_, JobManager::Open({.data_directory = options_.data_directory,
                                            .checkpoint_directory = options_.checkpoint_directory,
                                            .savepoint_directory = options_.savepoint_directory,
                                            .default_job_options = options_.default_job_options},
                                           *registry_, *env_));
  worker_ = std::make_unique<LocalWorker>(
      WorkerOptions{.local_directory = local,
                    .num_compute_threads = options_.num_compute_threads,
                    .state_memory_bytes = options_.state_memory_bytes},
      *registry_, *env_,
      [jobs = jobs_.get()](const JobId& job) -> ResultSink* { return jobs->Results(job).get(); });
  jobs_->set_worker(worker_.get());
  recovery_problems_ = jobs_->Recover();
  return Status::Ok();
}

}  // namespace millrace
