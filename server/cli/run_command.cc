#include "server/cli/run_command.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/job_graph.pb.h"
#include "runtime/job_execution.h"
#include "runtime/task.h"
#include "server/cli/exit_code.h"
#include "server/cli/interrupt.h"
#include "server/cli/script_file.h"
#include "server/cli/wait_indicator.h"
#include "server/engine.h"
#include "server/error_codes.h"
#include "server/jobmanager/job_options.h"
#include "sql/error_rendering.h"
#include "sql/parser/parser.h"
#include "sql/session/session.h"

namespace millrace {
namespace {

constexpr int64_t kPollMillis = 100;
constexpr int64_t kShutdownMillis = 30'000;

/// A directory below the system's temporary one that goes with this.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const char* parent = getenv("TMPDIR");
    path_ = fmt::format("{}/millrace-run-XXXXXX", parent != nullptr ? parent : "/tmp");
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~TemporaryDirectory() {
    if (!path_.empty()) (void)CreateSystemEnv(1)->files().RemoveRecursively(path_);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Runs the statements of one script after the other.
class ScriptRunner {
 public:
  ScriptRunner(Engine& engine, ResultPrinter& printer, sql::SessionOptions session_options)
      : engine_(engine), printer_(printer), session_(std::move(session_options)) {}

  /// False after the first error, which has been printed.
  bool Run(const std::string& script) {
    sql::ScriptParser parser(script);
    while (!Interrupted()) {
      auto statement = parser.Next();
      Status status = statement.status();
      if (status.ok()) {
        if (!statement->has_value()) return true;
        status = RunStatement(**statement, parser.statement_index(), script);
      }
      if (!status.ok()) {
        printer_.PrintError(status, parser.statement_index(), script);
        return false;
      }
    }
    return true;
  }

  /// Waits for the unbounded INSERTs that were begun, until the first of them fails.
  bool WaitForJobs() {
    Status error;
    const Running* failed = WaitUntilOneFails(&error);
    if (failed != nullptr) printer_.PrintError(error, failed->statement, failed->script);
    return failed == nullptr;
  }

 private:
  /// An INSERT that goes on beside the statements behind it.
  struct Running {
    JobId job;
    int statement = 0;  // number in its script
    std::string script;
  };

  /// Null when all have ended well, or at Ctrl-C.
  const Running* WaitUntilOneFails(Status* error) {
    const WaitIndicator indicator([this] {
      uint64_t records = 0;
      for (const Running& running : running_) records += RecordsRead(running.job);
      return fmt::format("{} records read", records);
    });
    for (size_t num_ended = 0; num_ended < running_.size() && !Interrupted();) {
      num_ended = 0;
      for (const Running& running : running_) {
        const auto view = engine_.jobs().WaitUntilEnded(running.job, kPollMillis);
        if (!view.ok()) continue;  // not yet
        ++num_ended;
        *error = view->error;
        if (view->state == JobState::kFailed) return &running;
      }
    }
    return nullptr;
  }

  Status RunStatement(sql::ParsedStatement& parsed, int statement, const std::string& script) {
    session_.set_now_micros(engine_.env().clock().WallMicros());
    ASSIGN_OR_RETURN(sql::Outcome outcome, session_.Execute(*parsed.statement, script));
    switch (outcome.kind) {
      case sql::Outcome::Kind::kDone:
        return Status::Ok();
      case sql::Outcome::Kind::kRows:
        PrintAnswer(outcome);
        return Status::Ok();
      case sql::Outcome::Kind::kQuery:
        return RunQuery(outcome, std::string(parsed.text));
      case sql::Outcome::Kind::kInsert:
        return RunInsert(outcome, std::string(parsed.text), {{}, statement, script});
      case sql::Outcome::Kind::kJobCommand:
        break;
    }
    return Status(kBadRequest, "Job commands need a server")
        .WithSuggestion("start `millrace server` and use `millrace sql`");
  }

  void PrintAnswer(const sql::Outcome& outcome) {
    printer_.BeginQuery(++num_queries_, *outcome.schema, ResultMode::kAppend);
    std::vector<RowChange> rows;
    AppendRowChanges(*outcome.rows, &rows);
    printer_.PrintRows(rows);
    printer_.EndQuery();
  }

  /// The latest job of the same text that earlier runs left in the data directory.
  std::optional<JobView> FindEarlier(const std::string& sql) {
    std::optional<JobView> latest;
    for (JobView& view : engine_.jobs().List()) {
      if (view.sql != sql || (latest && latest->submitted_micros > view.submitted_micros)) continue;
      latest = std::move(view);
    }
    return latest;
  }

  Status RunQuery(const sql::Outcome& outcome, const std::string& sql) {
    std::shared_ptr<RowSubscription> rows;
    JobId job;
    if (const auto earlier = FindEarlier(sql); earlier && !IsTerminal(earlier->state)) {
      job = earlier->id;
      rows = engine_.jobs().Results(job)->Subscribe(1, 0);
    } else {
      SubmitOptions options;
      options.sql = sql;
      options.before_start = [&rows](JobResults& results) { rows = results.Subscribe(1, 0); };
      ASSIGN_OR_RETURN(job, engine_.jobs().Submit(*outcome.graph, std::move(options)));
    }
    const auto& configuration = session_.configuration();
    const auto mode = configuration.find("sql-client.execution.result-mode");
    printer_.BeginQuery(++num_queries_, *outcome.schema,
                        ResultModeOf(outcome.updating, mode == configuration.end() ? "" : mode->second));
    while (!rows->ended() && !Interrupted()) printer_.PrintRows(rows->Take(kPollMillis));
    printer_.PrintRows(rows->Take(0));
    printer_.EndQuery();
    return Interrupted() ? Status::Ok() : WaitForJob(job);
  }

  Status RunInsert(const sql::Outcome& outcome, const std::string& sql, Running running) {
    JobId job;
    if (const auto earlier = FindEarlier(sql); earlier && !IsTerminal(earlier->state)) {
      job = earlier->id;
    } else {
      SubmitOptions options;
      options.sql = sql;
      // What it failed from may be mended: it goes on from its state.
      if (earlier && earlier->state == JobState::kFailed && earlier->last_epoch.value > 0) {
        options.restore_from = earlier->checkpoint_root;
      }
      ASSIGN_OR_RETURN(job, engine_.jobs().Submit(*outcome.graph, std::move(options)));
    }
    if (outcome.bounded) return WaitForJob(job);
    running.job = job;
    running_.push_back(std::move(running));
    return Status::Ok();
  }

  /// Records that the job's sources have read.
  uint64_t RecordsRead(const JobId& job) const {
    uint64_t records = 0;
    engine_.worker().ForEachExecution([&](const JobExecution& execution) {
      if (execution.services().job_id != job) return;
      for (const auto& task : execution.tasks()) {
        const ChainedOperator& first = *task->operators().front();
        if (first.config().has_source())
          records += static_cast<uint64_t>(first.shared_probe()->records_out.Get());
      }
    });
    return records;
  }

  Status WaitForJob(const JobId& job) {
    const WaitIndicator indicator([this, job] { return fmt::format("{} records read", RecordsRead(job)); });
    while (!Interrupted()) {
      const auto ended = engine_.jobs().WaitUntilEnded(job, kPollMillis);
      if (!ended.ok()) continue;  // not yet
      return ended->state == JobState::kFailed ? ended->error : Status::Ok();
    }
    return Status::Ok();
  }

  Engine& engine_;
  ResultPrinter& printer_;
  sql::Session session_;
  uint32_t num_queries_ = 0;
  std::vector<Running> running_;
};

Status RunAll(const RunCommandOptions& options, const std::string& directory, ResultPrinter& printer,
              bool* failed) {
  EngineOptions engine_options;
  engine_options.data_directory = directory;
  engine_options.data_ends_with_process = options.data_directory.empty();
  engine_options.state_memory_bytes = options.state_memory_bytes;
  ASSIGN_OR_RETURN(const auto engine, Engine::Open(std::move(engine_options)));
  for (const Status& problem : engine->recovery_problems()) fmt::print(stderr, "{}\n", problem.ToString());
  // As with a submitted script: what it defines is its own.
  const std::unique_ptr<sql::Catalog> catalog = engine->catalog().MakeScratch();
  sql::SessionOptions session{.descriptors = &engine->descriptors(),
                              .catalog = catalog.get(),
                              .known_options = &JobOptionDescriptors(),
                              .default_parallelism = options.parallelism};
  for (const std::string& setting : options.settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      return Status(kBadRequest, fmt::format("Setting is not key=value: '{}'", setting));
    }
    session.configuration[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  ScriptRunner runner(*engine, printer, std::move(session));
  for (const std::string& file : options.files) {
    ASSIGN_OR_RETURN(const std::string script, ReadScriptFile(file));
    if (!runner.Run(script)) {
      *failed = true;
      return Status::Ok();
    }
  }
  *failed = !runner.WaitForJobs();
  if (Interrupted() && !options.data_directory.empty()) {
    fmt::print(stderr, "Taking a last checkpoint ...\n");
    if (!engine->Shutdown(kShutdownMillis)) {
      fmt::print(stderr,
                 "The last checkpoint did not end in time; the next run goes on from the one before\n");
    }
  }
  return Status::Ok();
}

}  // namespace

int RunScripts(const RunCommandOptions& options) {
  CatchInterrupts();
  const auto printer = ResultPrinter::Create(options.format, stdout);
  std::optional<TemporaryDirectory> temporary;
  std::string directory = options.data_directory;
  if (directory.empty()) {
    temporary.emplace();
    directory = temporary->path();
  }
  bool failed = false;
  const Status status = RunAll(options, directory, *printer, &failed);
  if (!status.ok()) fmt::print(stderr, "{}\n", status.ToString());
  return status.ok() && !failed ? kExitDone : kExitFailed;
}

}  // namespace millrace
