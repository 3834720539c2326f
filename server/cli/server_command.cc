#include "server/cli/server_command.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "core/env/env.h"
#include "server/api/control_service.h"
#include "server/api/http_server.h"
#include "server/api/rest_api.h"
#include "server/api/sql_sessions.h"
#include "server/cli/exit_code.h"
#include "server/cli/interrupt.h"
#include "server/config/config.h"
#include "server/engine.h"
#include "server/metrics/metrics_server.h"

namespace millrace {
namespace {

constexpr unsigned kInterruptPollMicros = 50'000;

void StartLog(const std::string& level) {
  auto log = spdlog::stderr_logger_mt("millrace");
  log->set_pattern("time=%Y-%m-%dT%H:%M:%S.%f%z level=%l %v");
  log->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(log));
}

spdlog::level::level_enum LevelOf(const JobNotice& notice, const JobView& job) {
  if (notice.kind == JobNotice::Kind::kCheckpoint) {
    const bool failed =
        !job.checkpoints.empty() && job.checkpoints.back().status == CheckpointView::Status::kFailed;
    return failed ? spdlog::level::warn : spdlog::level::debug;
  }
  const bool bad =
      job.state == JobState::kFailed || job.state == JobState::kRestarting || job.state == JobState::kFailing;
  return bad ? spdlog::level::warn : spdlog::level::info;
}

void LogNotice(const JobNotice& notice, const JobView& job) {
  spdlog::log(LevelOf(notice, job), "job={} id={} state={} attempt={} {}", job.name, job.id.value,
              JobStateName(job.state), job.attempt, notice.text);
}

EngineOptions MakeEngineOptions(const Config& config) {
  EngineOptions options;
  options.data_directory = config.Text("data-dir");
  options.checkpoint_directory = config.Text("checkpoints.dir");
  options.savepoint_directory = config.Text("savepoints.dir");
  options.num_compute_threads = static_cast<size_t>(config.Integer("worker.compute-threads"));
  options.num_io_threads = static_cast<size_t>(config.Integer("worker.io-threads"));
  options.state_memory_bytes = static_cast<uint64_t>(config.Bytes("worker.state-memory"));
  options.default_job_options["execution.checkpointing.interval"] = config.Text("jobs.checkpoint-interval");
  return options;
}

/// Where the server listens, for scripts that gave port 0.
std::string AddressesJson(const Config& config, int grpc_port, int http_port, int metrics_port) {
  return fmt::format("{{\"pid\":{},\"grpc\":\"{}:{}\",\"http\":\"{}:{}\",\"metrics\":\"{}:{}\"}}\n", getpid(),
                     config.Text("grpc.host"), grpc_port, config.Text("http.host"), http_port,
                     config.Text("metrics.host"), metrics_port);
}

Status Serve(const Config& config) {
  ASSIGN_OR_RETURN(const auto engine, Engine::Open(MakeEngineOptions(config)));
  const auto log_subscription = engine->jobs().Subscribe(LogNotice);
  for (const Status& problem : engine->recovery_problems()) spdlog::error("{}", problem.ToString());
  SqlSessions sessions(*engine, static_cast<uint32_t>(config.Integer("jobs.parallelism")),
                       config.Millis("sessions.idle-timeout"));
  ASSIGN_OR_RETURN(const auto grpc, ControlServer::Start(fmt::format("{}:{}", config.Text("grpc.host"),
                                                                     config.Text("grpc.port")),
                                                         *engine, sessions));
  RestApi rest(*engine);
  ASSIGN_OR_RETURN(const auto http,
                   HttpServer::Start(config.Text("http.host"), static_cast<int>(config.Integer("http.port")),
                                     [&rest](const HttpRequest& request) { return rest.Handle(request); }));
  ASSIGN_OR_RETURN(const auto metrics,
                   MetricsServer::Start(config.Text("metrics.host"),
                                        static_cast<int>(config.Integer("metrics.port")), *engine));
  const std::string addresses = AddressesJson(config, grpc->port(), http->port(), metrics->port());
  RETURN_IF_ERROR(
      engine->env().files().WriteFileAtomically(config.Text("data-dir") + "/addresses.json", addresses));
  spdlog::info("server is up: grpc={}:{} http={}:{} metrics={}:{} data-dir={} generation={}",
               config.Text("grpc.host"), grpc->port(), config.Text("http.host"), http->port(),
               config.Text("metrics.host"), metrics->port(), config.Text("data-dir"),
               engine->jobs().generation().value);
  while (!Interrupted()) usleep(kInterruptPollMicros);

  spdlog::info("server stops: taking a last checkpoint of every job");
  rest.BeginShutdown();
  grpc->Stop();
  if (engine->Shutdown(config.Millis("shutdown.timeout"))) {
    spdlog::info("server has stopped; its jobs go on at the next start");
  } else {
    spdlog::warn("some last checkpoints did not end within {}; those jobs go on from the one before",
                 config.Text("shutdown.timeout"));
  }
  (void)engine->env().files().RemoveFile(config.Text("data-dir") + "/addresses.json");
  return Status::Ok();
}

}  // namespace

int RunServer(const ServerCommandOptions& options) {
  CatchInterrupts();
  const auto config = Config::Load(options.config_file, MillraceEnvironment(), options.settings);
  if (!config.ok()) {
    fmt::print(stderr, "{}\n", config.status().ToString());
    return kExitUsage;
  }
  StartLog(config->Text("log.level"));
  const Status status = Serve(*config);
  if (status.ok()) return kExitDone;
  fmt::print(stderr, "{}\n", status.ToString());
  return kExitFailed;
}

}  // namespace millrace
