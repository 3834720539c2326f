#include "server/jobmanager/job_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/env/env.h"
#include "core/error_codes.h"
#include "core/types/type_rules.h"
#include "server/error_codes.h"
#include "server/jobmanager/graph_validator.h"
#include "server/jobmanager/physical_plan.h"
#include "state/checkpoint/checkpoint_store.h"
#include "state/object_store.h"

namespace millrace {
namespace {

constexpr size_t kNumControlThreads = 8;

JobId NewJobId(Random& random) {
  return JobId{fmt::format("{:016x}{:016x}", random.Next64(), random.Next64())};
}

/// One answer that a caller waits for.
template <class T>
class Answer {
 public:
  void Set(T value) {
    std::lock_guard lock(mutex_);
    value_ = std::move(value);
    ready_.notify_all();
  }
  std::optional<T> Wait(int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return value_.has_value(); });
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<T> value_;
};

Status TimedOut(const std::string& what, int64_t timeout_ms) {
  return Status(kTimedOut, fmt::format("{} did not end within {} ms; it goes on", what, timeout_ms))
      .WithSuggestion("look at the job, or wait longer with --timeout");
}

}  // namespace

struct JobManager::Job {
  proto::JobRecord record;
  std::shared_ptr<JobResults> results = std::make_shared<JobResults>();
  std::unique_ptr<JobMaster> master;  // null for jobs that had ended when the server started
  JobView ended_view;                 // of those
  JobView View() const { return master ? master->View() : ended_view; }
};

Result<std::unique_ptr<JobManager>> JobManager::Open(JobManagerOptions options, const Registry& registry,
                                                     Env& env) {
  if (options.checkpoint_directory.empty())
    options.checkpoint_directory = options.data_directory + "/checkpoints";
  if (options.savepoint_directory.empty())
    options.savepoint_directory = options.data_directory + "/savepoints";
  RETURN_IF_ERROR(env.files().CreateDirectories(options.data_directory + "/jobs"));
  ASSIGN_OR_RETURN(auto store, OpenObjectStore(options.data_directory, env));
  ASSIGN_OR_RETURN(const Generation generation, checkpoint::AcquireGeneration(*store));
  return std::unique_ptr<JobManager>(new JobManager(std::move(options), registry, env, generation));
}

JobManager::JobManager(JobManagerOptions options, const Registry& registry, Env& env, Generation generation)
    : options_(std::move(options)),
      registry_(registry),
      env_(env),
      generation_(generation),
      control_threads_(kNumControlThreads) {
}

JobManager::~JobManager() {
  // Outside the lock: a job's last notice may come meanwhile.
  std::map<JobId, std::shared_ptr<Job>> jobs;
  {
    std::lock_guard lock(mutex_);
    jobs.swap(jobs_);
  }
  jobs.clear();
}

std::string JobManager::RootUri(const JobId& job) const {
  return options_.checkpoint_directory + "/" + job.value;
}

std::string JobManager::RecordPath(const JobId& job) const {
  return fmt::format("{}/jobs/{}/job.pb", options_.data_directory, job.value);
}

Status JobManager::SaveRecord(const proto::JobRecord& record) {
  const std::string path = RecordPath(JobId{record.job_id()});
  RETURN_IF_ERROR(env_.files().CreateDirectories(path.substr(0, path.rfind('/'))));
  return env_.files().WriteFileAtomically(path, record.SerializeAsString());
}

std::vector<Status> JobManager::Recover() {
  std::vector<Status> problems;
  auto directories = env_.files().ListDirectory(options_.data_directory + "/jobs");
  if (!directories.ok()) return {directories.status()};
  for (const FileInfo& directory : *directories) {
    const std::string path = RecordPath(JobId{directory.name});
    auto bytes = env_.files().ReadFile(path);
    proto::JobRecord record;
    if (!bytes.ok() || !record.ParseFromString(*bytes) || record.version() != 1) {
      problems.push_back(Status(kJobRecordDamaged, fmt::format("Job record cannot be read: {}", path))
                             .WithSuggestion("restore the file, or remove its directory to forget the job"));
      continue;
    }
    const Status begun = Begin(record, nullptr);
    if (!begun.ok()) problems.push_back(begun.WithContext(fmt::format("job {}", record.job_id())));
  }
  return problems;
}

Status JobManager::Begin(const proto::JobRecord& record, const SubmitOptions* options) {
  auto job = std::make_shared<Job>();
  job->record = record;
  const JobId id{record.job_id()};
  const auto ended = ParseJobState(record.state());
  if (ended && IsTerminal(*ended)) {
    job->ended_view = {.id = id,
                       .name = record.graph().name(),
                       .state = *ended,
                       .submitted_micros = record.submitted_micros(),
                       .ended_micros = record.ended_micros(),
                       .last_epoch = Epoch{record.last_epoch()},
                       .failure = record.failure(),
                       .graph = std::make_shared<const proto::JobGraph>(record.graph()),
                       .sql = record.sql(),
                       .checkpoint_root = RootUri(id)};
    job->results->End();
    std::lock_guard lock(mutex_);
    jobs_[id] = std::move(job);
    return Status::Ok();
  }
  const auto& graph_options = record.graph().options();
  ASSIGN_OR_RETURN(JobSettings settings, ParseJobSettings({graph_options.begin(), graph_options.end()}));
  JobMasterServices services;
  services.registry = &registry_;
  services.worker = worker_;
  services.env = &env_;
  services.control = &control_threads_;
  ASSIGN_OR_RETURN(services.store, OpenObjectStore(RootUri(id), env_));
  services.checkpoint_root = RootUri(id);
  services.generation = generation_;
  services.on_notice = [this, job = job.get()](const JobNotice& notice, const JobView& view) {
    OnNotice(*job, notice, view);
  };
  if (options != nullptr && options->before_start) options->before_start(*job->results);
  job->master = std::make_unique<JobMaster>(record, std::move(settings), std::move(services));
  JobMaster& master = *job->master;
  {
    std::lock_guard lock(mutex_);
    jobs_[id] = std::move(job);
  }
  master.Start();
  return Status::Ok();
}

std::vector<Status> JobManager::Validate(const proto::JobGraph& graph, bool preflight) {
  std::vector<Status> errors = ValidateGraph(graph, registry_);
  if (!errors.empty() || !preflight) return errors;
  for (const auto& op : graph.operators()) {
    Status status;
    if (op.has_source()) {
      const ConnectorFactory* factory = registry_.FindConnector(op.source().connector());
      if (factory->preflight_source) status = factory->preflight_source(op.source(), ContextOf(graph, op));
    } else if (op.has_sink()) {
      const ConnectorFactory* factory = registry_.FindConnector(op.sink().connector());
      if (factory->preflight_sink) status = factory->preflight_sink(op.sink(), ContextOf(graph, op));
    }
    if (!status.ok()) errors.push_back(status);
  }
  return errors;
}

ConnectorContext JobManager::ContextOf(const proto::JobGraph& graph, const proto::Operator& op) const {
  return {.job_name = graph.name(),
          .operator_uid = op.uid(),
          .parallelism = ParallelismOf(graph, op),
          .max_parallelism = MaxParallelismOf(graph),
          .formats = &registry_.formats,
          .env = &env_};
}

Status JobManager::CheckName(const std::string& name) const {
  for (const JobView& view : List()) {
    if (view.name == name && !IsTerminal(view.state)) {
      return Status(kJobNameTaken,
                    fmt::format("A job of that name runs already: '{}' ({})", name, view.id.value))
          .WithSuggestion("stop it first, or submit under another name (SET 'pipeline.name' = '...')");
    }
  }
  return Status::Ok();
}

bool JobManager::IsBounded(const proto::JobGraph& graph) const {
  for (const auto& op : graph.operators()) {
    if (!op.has_source()) continue;
    const ConnectorFactory* factory = registry_.FindConnector(op.source().connector());
    if (factory == nullptr || !factory->descriptor.bounded) return false;
    if (!factory->descriptor.bounded({op.source().options().begin(), op.source().options().end()}))
      return false;
  }
  return true;
}

Result<JobId> JobManager::Submit(proto::JobGraph graph, SubmitOptions options, std::vector<Status>* errors) {
  for (const auto& [key, value] : options_.default_job_options) graph.mutable_options()->insert({key, value});
  if (options.allow_output_rollback)
    (*graph.mutable_options())["millrace.restore.allow-output-rollback"] = "true";
  // What a graph does not say in its own fields, its options may.
  if (auto found = graph.options().find("pipeline.name");
      graph.name().empty() && found != graph.options().end()) {
    graph.set_name(found->second);
  }
  const auto take_number = [&graph](const char* key, uint32_t current) {
    auto found = graph.options().find(key);
    if (current > 0 || found == graph.options().end()) return current;
    const auto parsed = ParseInteger(found->second);  // validated below
    return parsed.ok() && *parsed > 0 ? static_cast<uint32_t>(*parsed) : current;
  };
  graph.set_parallelism(take_number("parallelism.default", graph.parallelism()));
  graph.set_max_parallelism(take_number("pipeline.max-parallelism", graph.max_parallelism()));
  if (graph.name().empty()) graph.set_name("job-" + NewJobId(env_.random()).value.substr(0, 8));
  // CURRENT_TIMESTAMP stands still in a bounded query, as in Flink's batch mode, and moves on in an unbounded
  // one.
  const int64_t query_start_micros = IsBounded(graph) ? env_.clock().WallMicros() : 0;
  (*graph.mutable_options())["millrace.query-start-micros"] = std::to_string(query_start_micros);
  std::vector<Status> found = Validate(graph, true);
  if (!found.empty()) {
    const Status first = found.front();
    if (errors != nullptr) *errors = std::move(found);
    return first;
  }
  RETURN_IF_ERROR(CheckName(graph.name()));
  proto::JobRecord record;
  record.set_version(1);
  record.set_job_id(NewJobId(env_.random()).value);
  record.set_submitted_micros(env_.clock().WallMicros());
  record.set_sql(options.sql);
  record.set_restore_path(options.restore_from);
  record.set_allow_non_restored_state(options.allow_non_restored_state);
  *record.mutable_graph() = std::move(graph);
  const JobId id{record.job_id()};
  if (!options.restore_from.empty()) {
    ASSIGN_OR_RETURN(auto root, OpenObjectStore(RootUri(id), env_));
    RETURN_IF_ERROR(ImportSavepoint(options.restore_from, *root, RootUri(id)));
  }
  RETURN_IF_ERROR(SaveRecord(record));
  RETURN_IF_ERROR(Begin(record, &options));
  return id;
}

Status JobManager::ImportSavepoint(const std::string& from, ObjectStore& root, const std::string& root_uri) {
  ASSIGN_OR_RETURN(auto source, OpenObjectStore(from, env_));
  auto manifest = checkpoint::OpenSavepoint(*source);
  if (!manifest.ok()) return manifest.status().WithContext(fmt::format("restore from {}", from));
  ASSIGN_OR_RETURN(auto shared_root, OpenObjectStore(root_uri, env_));
  checkpoint::CheckpointStore target(std::move(shared_root));
  return target.Import(*source, *manifest, generation_);
}

void JobManager::OnNotice(Job& job, const JobNotice& notice, const JobView& view) {
  if (notice.kind != JobNotice::Kind::kCheckpoint && IsTerminal(view.state)) {
    job.record.set_state(std::string(JobStateName(view.state)));
    job.record.set_failure(view.failure);
    job.record.set_ended_micros(view.ended_micros);
    job.record.set_last_epoch(view.last_epoch.value);
    // Unsaved, the job would run again at the next start: harmless (it finds its last epoch), but say so.
    const Status saved = SaveRecord(job.record);
    if (!saved.ok())
      fmt::print(stderr, "Job {} has ended, but its record could not be saved: {}\n", view.id.value,
                 saved.ToString());
    job.results->End();
  }
  std::vector<std::shared_ptr<Listener>> listeners;
  {
    std::lock_guard lock(mutex_);
    for (auto it = listeners_.begin(); it != listeners_.end();) {
      if (auto listener = it->lock()) {
        listeners.push_back(std::move(listener));
        ++it;
      } else {
        it = listeners_.erase(it);
      }
    }
    changed_.notify_all();
  }
  for (const auto& listener : listeners) (*listener)(notice, view);
}

std::shared_ptr<void> JobManager::Subscribe(std::function<void(const JobNotice&, const JobView&)> listener) {
  auto shared = std::make_shared<Listener>(std::move(listener));
  std::lock_guard lock(mutex_);
  listeners_.push_back(shared);
  return shared;
}

std::shared_ptr<JobManager::Job> JobManager::FindJob(const JobId& id) const {
  std::lock_guard lock(mutex_);
  auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : found->second;
}

std::vector<JobView> JobManager::List() const {
  std::vector<JobView> views;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, job] : jobs_) views.push_back(job->View());
  }
  std::sort(views.begin(), views.end(), [](const JobView& a, const JobView& b) {
    return std::tie(b.submitted_micros, b.id) < std::tie(a.submitted_micros, a.id);
  });
  return views;
}

Result<JobView> JobManager::Find(const std::string& reference) const {
  std::vector<JobView> by_prefix;
  std::vector<JobView> by_name;
  std::vector<std::string> names;
  for (const JobView& view : List()) {
    names.push_back(view.name);
    if (!reference.empty() && view.id.value.rfind(reference, 0) == 0) by_prefix.push_back(view);
    if (view.name == reference) by_name.push_back(view);
  }
  if (by_prefix.size() == 1) return by_prefix.front();
  if (!by_name.empty()) {
    for (const JobView& view : by_name) {
      if (!IsTerminal(view.state)) return view;
    }
    return by_name.front();  // the newest
  }
  if (by_prefix.size() > 1) {
    return Status(kAmbiguousJob,
                  fmt::format("{} jobs have ids that begin with '{}'", by_prefix.size(), reference))
        .WithSuggestion("give more digits of the id");
  }
  const std::string close = ClosestName(reference, names);
  return Status(kJobNotFound, fmt::format("No job has that id or name: '{}'", reference))
      .WithSuggestion(close.empty() ? "`millrace job list` shows all jobs"
                                    : fmt::format("did you mean '{}'?", close));
}

std::vector<SinkGuaranteeView> JobManager::Guarantees(const proto::JobGraph& graph) const {
  std::vector<SinkGuaranteeView> views;
  for (const auto& op : graph.operators()) {
    if (!op.has_sink()) continue;
    const ConnectorFactory* factory = registry_.FindConnector(op.sink().connector());
    if (factory == nullptr || !factory->descriptor.guarantee) continue;
    const auto [guarantee, words] =
        factory->descriptor.guarantee({op.sink().options().begin(), op.sink().options().end()});
    views.push_back({op.uid(), op.sink().table(), guarantee, words});
  }
  return views;
}

Status JobManager::Cancel(const JobId& id, int64_t timeout_ms) {
  auto job = FindJob(id);
  if (!job || !job->master) return Status(kJobEnded, fmt::format("Job does not run: {}", id.value));
  auto answer = std::make_shared<Answer<Status>>();
  job->master->Cancel([answer](Status status) { answer->Set(std::move(status)); });
  auto status = answer->Wait(timeout_ms);
  return status ? *status : TimedOut("Cancelling the job", timeout_ms);
}

std::string JobManager::SavepointDirectory(const Job& job, const std::string& asked) const {
  if (!asked.empty()) return asked;
  const auto& options = job.record.graph().options();
  auto own = options.find("execution.checkpointing.savepoint-dir");
  return own == options.end() || own->second.empty() ? options_.savepoint_directory : own->second;
}

Result<CheckpointView> JobManager::Checkpoint(const JobId& id, bool savepoint, const std::string& directory,
                                              int64_t timeout_ms) {
  auto job = FindJob(id);
  if (!job || !job->master) return Status(kJobEnded, fmt::format("Job does not run: {}", id.value));
  auto answer = std::make_shared<Answer<Result<CheckpointView>>>();
  CheckpointRequest request;
  request.kind = savepoint ? checkpoint::PendingKind::kSavepoint : checkpoint::PendingKind::kCheckpoint;
  if (savepoint) request.savepoint_directory = SavepointDirectory(*job, directory);
  request.done = [answer](Result<CheckpointView> result) { answer->Set(std::move(result)); };
  job->master->RequestCheckpoint(std::move(request));
  auto result = answer->Wait(timeout_ms);
  return result ? *result : TimedOut(savepoint ? "The savepoint" : "The checkpoint", timeout_ms);
}

Result<CheckpointView> JobManager::Stop(const JobId& id, const std::string& directory, bool drain,
                                        int64_t timeout_ms) {
  auto job = FindJob(id);
  if (!job || !job->master) return Status(kJobEnded, fmt::format("Job does not run: {}", id.value));
  auto answer = std::make_shared<Answer<Result<CheckpointView>>>();
  job->master->RequestCheckpoint(
      {.kind = checkpoint::PendingKind::kTerminal,
       .drain = drain,
       .savepoint_directory = SavepointDirectory(*job, directory),
       .done = [answer](Result<CheckpointView> result) { answer->Set(std::move(result)); }});
  auto result = answer->Wait(timeout_ms);
  if (!result) return TimedOut("Stopping the job", timeout_ms);
  if (!result->ok()) return *result;
  ASSIGN_OR_RETURN(const JobView ended, WaitUntilEnded(id, timeout_ms));
  if (ended.state != JobState::kFinished) {
    return Status(kJobEnded, fmt::format("Savepoint {} was taken, but the job ended as {}: {}",
                                         (*result)->path, JobStateName(ended.state), ended.failure));
  }
  return *result;
}

Result<JobView> JobManager::WaitUntilEnded(const JobId& id, int64_t timeout_ms) {
  auto job = FindJob(id);
  if (!job) return Status(kJobNotFound, fmt::format("No job has that id: {}", id.value));
  std::unique_lock lock(mutex_);
  const bool ended = changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                                       [&] { return IsTerminal(job->View().state); });
  if (!ended) return TimedOut("The job", timeout_ms);
  return job->View();
}

std::shared_ptr<JobResults> JobManager::Results(const JobId& id) const {
  auto job = FindJob(id);
  return job ? job->results : nullptr;
}

bool JobManager::Shutdown(int64_t timeout_ms) {
  std::vector<std::shared_ptr<Job>> jobs;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, job] : jobs_) {
      if (job->master) jobs.push_back(job);
    }
  }
  struct Pending {
    std::mutex mutex;
    std::condition_variable changed;
    size_t count;
  };
  auto pending = std::make_shared<Pending>();
  pending->count = jobs.size();
  for (const auto& job : jobs) {
    job->master->Suspend([pending] {
      std::lock_guard lock(pending->mutex);
      --pending->count;
      pending->changed.notify_all();
    });
  }
  std::unique_lock lock(pending->mutex);
  return pending->changed.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                                   [&] { return pending->count == 0; });
}

}  // namespace millrace
