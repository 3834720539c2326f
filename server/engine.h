#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/descriptor/descriptor.h"
#include "core/env/env.h"
#include "core/status.h"
#include "operators/api/registry.h"
#include "server/jobmanager/job_manager.h"
#include "server/worker/local_worker.h"
#include "sql/catalog/catalog.h"

namespace millrace {

struct EngineOptions {
  std::string data_directory;
  bool data_ends_with_process = false;  // the data directory is removed behind it: nothing there is synced
  std::string checkpoint_directory;     // "" = below the data directory
  std::string savepoint_directory;      // "" = below the data directory
  size_t num_compute_threads = 0;       // 0 = one a core
  size_t num_io_threads = 8;
  uint64_t state_memory_bytes = uint64_t{1} << 30;
  std::map<std::string, std::string> default_job_options;
};

/// Everything a server consists of but its network: registry, catalog, job manager and one worker, over one
/// data directory. `millrace server` puts gRPC and HTTP around it, `millrace run` uses it as it is.
class Engine {
 public:
  /// Locks the data directory (kDataDirectoryInUse names the holder's pid), opens what is in it and goes on
  /// with its jobs. Jobs and records that could not go on are in `recovery_problems`.
  static Result<std::unique_ptr<Engine>> Open(EngineOptions options);
  ~Engine();

  Env& env() { return *env_; }
  const Registry& registry() const { return *registry_; }
  const DescriptorCatalog& descriptors() const { return descriptors_; }
  sql::Catalog& catalog() { return *catalog_; }
  JobManager& jobs() { return *jobs_; }
  const LocalWorker& worker() const { return *worker_; }
  const EngineOptions& options() const { return options_; }
  const std::vector<Status>& recovery_problems() const { return recovery_problems_; }

  /// A last checkpoint of every job, then no tasks any more. True when all ended in time.
  bool Shutdown(int64_t timeout_ms) { return jobs_->Shutdown(timeout_ms); }

 private:
  class DataDirectoryLock;
  class CatalogFile;
  explicit Engine(EngineOptions options);
  Status OpenParts();

  const EngineOptions options_;
  std::unique_ptr<Env> env_;
  std::unique_ptr<DataDirectoryLock> lock_;
  std::unique_ptr<Registry> registry_;
  DescriptorCatalog descriptors_;
  std::unique_ptr<CatalogFile> catalog_file_;
  std::unique_ptr<sql::Catalog> catalog_;
  std::unique_ptr<LocalWorker> worker_;
  std::unique_ptr<JobManager> jobs_;  // before the worker
  std::vector<Status> recovery_problems_;
};

}  // namespace millrace
