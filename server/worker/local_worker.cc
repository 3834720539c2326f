#include "server/worker/local_worker.h"

#include <fmt/format.h>

#include <thread>

#include "core/env/env.h"
#include "proto/worker.pb.h"
#include "server/jobmanager/job_options.h"
#include "state/object_store.h"

namespace millrace {
namespace {

constexpr size_t kNumRemovalThreads = 4;  // a removal may wait for a broker that does not answer

}  // namespace

LocalWorker::LocalWorker(WorkerOptions options, const Registry& registry, Env& env,
                         std::function<ResultSink*(const JobId&)> results_of)
    : options_(std::move(options)),
      registry_(registry),
      env_(env),
      results_of_(std::move(results_of)),
      memory_(options_.state_memory_bytes),
      scheduler_(options_.num_compute_threads > 0 ? options_.num_compute_threads
                                                  : std::max(1u, std::thread::hardware_concurrency())),
      removal_threads_(kNumRemovalThreads),
      removals_(removal_threads_, [] {}) {
}

LocalWorker::~LocalWorker() {
  removals_.WaitUntilIdle();
  executions_.clear();
}

Status LocalWorker::Deploy(const proto::JobDeployment& deployment, TaskListener& listener) {
  const JobId job{deployment.job_id()};
  JobServices services;
  services.job_id = job;
  services.job_name = deployment.job_name();
  services.generation = Generation{deployment.generation()};
  services.attempt = deployment.attempt();
  services.max_parallelism = deployment.max_parallelism();
  services.options = {deployment.options().begin(), deployment.options().end()};
  ASSIGN_OR_RETURN(const JobSettings settings, ParseJobSettings(services.options));
  services.session = settings.session;
  services.local_directory = fmt::format("{}/{}-g{}a{}", options_.local_directory, job.value,
                                         deployment.generation(), deployment.attempt());
  services.registry = &registry_;
  ASSIGN_OR_RETURN(services.store, OpenObjectStore(deployment.checkpoint_root(), env_));
  services.memory = &memory_;
  services.results = results_of_(job);
  services.env = &env_;
  auto execution = std::make_shared<JobExecution>(std::move(services), scheduler_, listener);
  RETURN_IF_ERROR(execution->Deploy(deployment));
  std::lock_guard lock(mutex_);
  executions_[job] = std::move(execution);
  return Status::Ok();
}

std::shared_ptr<JobExecution> LocalWorker::Find(const JobId& job) const {
  std::lock_guard lock(mutex_);
  auto found = executions_.find(job);
  return found == executions_.end() ? nullptr : found->second;
}

void LocalWorker::AddSplits(const JobId& job, const std::string& task_id, std::vector<std::string> splits,
                            bool no_more) {
  if (auto execution = Find(job)) execution->AddSplits(task_id, std::move(splits), no_more);
}

void LocalWorker::TriggerCheckpoint(const JobId& job, Barrier barrier) {
  if (auto execution = Find(job)) execution->TriggerCheckpoint(barrier);
}

void LocalWorker::NotifyEpochDurable(const JobId& job, Epoch epoch) {
  if (auto execution = Find(job)) execution->NotifyEpochDurable(epoch);
}

void LocalWorker::NotifyEpochAborted(const JobId& job, Epoch epoch) {
  if (auto execution = Find(job)) execution->NotifyEpochAborted(epoch);
}

void LocalWorker::Finish(const JobId& job) {
  if (auto execution = Find(job)) execution->Finish();
}

void LocalWorker::Remove(const JobId& job, std::function<void()> gone) {
  std::shared_ptr<JobExecution> execution;
  {
    std::lock_guard lock(mutex_);
    if (auto node = executions_.extract(job)) execution = std::move(node.mapped());
  }
  if (execution) execution->Cancel();
  removals_.Submit([execution = std::move(execution), gone = std::move(gone)]() mutable {
    execution.reset();  // waits for the last turns and for blocking work
    gone();
  });
}

void LocalWorker::ForEachExecution(const std::function<void(const JobExecution&)>& visit) const {
  std::vector<std::shared_ptr<JobExecution>> executions;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [job, execution] : executions_) executions.push_back(execution);
  }
  for (const auto& execution : executions) visit(*execution);
}

}  // namespace millrace
