#include "server/cli/job_command.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <ctime>
#include <optional>

#include "core/types/proto_conversion.h"
#include "server/cli/control_client.h"
#include "server/cli/exit_code.h"
#include "server/cli/interrupt.h"
#include "server/cli/json_output.h"
#include "server/cli/script_file.h"
#include "server/cli/text_table.h"
#include "server/cli/wait_indicator.h"

namespace millrace {
namespace {

int Fail(const ClientError& error) {
  fmt::print(stderr, "{}\n", error.detail.rendered());
  return error.exit_code;
}

/// The whole answer as JSON, or the one value of it that scripts want.
int PrintAnswer(const ClientOptions& client, const google::protobuf::Message& answer,
                const std::string& value) {
  if (client.format == OutputFormat::kTable) {
    fmt::print("{}\n", value);
  } else {
    PrintJson(answer);
  }
  return kExitDone;
}

std::string TimeText(int64_t micros) {
  if (micros == 0) return "-";
  const std::time_t seconds = micros / 1'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%SZ", &parts);
  return text;
}

std::string MillisText(int64_t micros) {
  return fmt::format("{:.1f} ms", static_cast<double>(micros) / 1000);
}

/// Prints every error of a graph; submission itself would end at the first.
int Validate(ControlClient& server, const proto::JobGraph& graph) {
  proto::ValidateRequest request;
  *request.mutable_graph() = graph;
  proto::ValidateResponse response;
  const ClientError error = server.Validate(request, &response);
  if (error.exit_code != 0) return Fail(error);
  for (const proto::ErrorDetail& detail : response.errors()) fmt::print(stderr, "{}\n", detail.rendered());
  return response.errors().empty() ? kExitDone : kExitFailed;
}

int SubmitGraphFile(const ClientOptions& client, ControlClient& server, const SubmitCommandOptions& options,
                    const std::string& text) {
  proto::SubmitGraphRequest request;
  const auto parsed = google::protobuf::util::JsonStringToMessage(text, request.mutable_graph());
  if (!parsed.ok()) {
    fmt::print(stderr, "{} is not a job graph: {}\n", options.file, std::string(parsed.message()));
    return kExitFailed;
  }
  if (!options.name.empty()) request.mutable_graph()->set_name(options.name);
  if (const int code = Validate(server, request.graph()); code != kExitDone) return code;
  request.set_restore_from(options.restore_from);
  request.set_allow_non_restored_state(options.allow_non_restored_state);
  request.set_allow_output_rollback(options.allow_output_rollback);
  proto::SubmitGraphResponse response;
  const ClientError error = server.SubmitGraph(request, &response);
  if (error.exit_code != 0) return Fail(error);
  return PrintAnswer(client, response, response.job_id());
}

}  // namespace

int SubmitJob(const ClientOptions& client, const SubmitCommandOptions& options) {
  const auto text = ReadScriptFile(options.file);
  if (!text.ok()) {
    fmt::print(stderr, "{}\n", text.status().ToString());
    return kExitFailed;
  }
  const auto server = ControlClient::Connect(client.server);
  if (options.file.ends_with(".json")) return SubmitGraphFile(client, *server, options, *text);
  proto::ExecuteSqlRequest request;
  request.set_sql(*text);
  request.set_detached(true);
  request.set_transient(true);
  request.set_job_name(options.name);
  request.set_restore_from(options.restore_from);
  request.set_allow_non_restored_state(options.allow_non_restored_state);
  request.set_allow_output_rollback(options.allow_output_rollback);
  int exit_code = kExitDone;
  int num_jobs = 0;
  std::optional<WaitIndicator> indicator("Checking and starting the job");
  const ClientError error = server->ExecuteSql(request, [&](const proto::ExecuteSqlResponse& response) {
    indicator.reset();
    if (response.has_job()) {
      ++num_jobs;
      PrintAnswer(client, response.job(), response.job().job_id());
      fmt::print(stderr, "Job '{}' is submitted\n", response.job().name());
    } else if (response.has_error()) {
      fmt::print(stderr, "{}\n", response.error().rendered());
      exit_code = kExitFailed;
    }
    return !Interrupted();
  });
  indicator.reset();
  if (error.exit_code != 0) return Fail(error);
  if (exit_code == kExitDone && num_jobs == 0) {
    fmt::print(stderr, "The script has no INSERT: nothing runs\n");
    return kExitFailed;
  }
  return exit_code;
}

int ListJobs(const ClientOptions& client) {
  proto::ListJobsResponse response;
  const ClientError error = ControlClient::Connect(client.server)->ListJobs(&response);
  if (error.exit_code != 0) return Fail(error);
  if (client.format != OutputFormat::kTable) {
    PrintJson(response);
    return kExitDone;
  }
  TextTable table({"id", "name", "state", "started", "restarts", "epoch"});
  for (const auto& job : response.jobs()) {
    table.AddRow({job.job_id(), job.name(), job.state(), TimeText(job.started_micros()),
                  std::to_string(job.restarts()), std::to_string(job.last_epoch())});
  }
  table.Print(stdout);
  return kExitDone;
}

int ShowJob(const ClientOptions& client, const std::string& job) {
  proto::GetJobResponse response;
  const ClientError error = ControlClient::Connect(client.server)->GetJob(job, &response);
  if (error.exit_code != 0) return Fail(error);
  if (client.format != OutputFormat::kTable) {
    PrintJson(response);
    return kExitDone;
  }
  const auto& summary = response.summary();
  fmt::print("{}  {}\nstate {}   started {}   restarts {}   last epoch {}\n", summary.name(),
             summary.job_id(), summary.state(), TimeText(summary.started_micros()), summary.restarts(),
             summary.last_epoch());
  if (!summary.failure().empty()) fmt::print("failure {}\n", summary.failure());
  for (const auto& sink : response.guarantees()) {
    fmt::print("sink {}: {} - {}\n", sink.table(), sink.guarantee(), sink.explanation());
  }
  fmt::print("\n");
  TextTable operators({"operator", "parallelism", "records in", "records out", "busy", "idle",
                       "back-pressured", "state bytes"});
  for (const auto& op : response.operators()) {
    operators.AddRow(
        {op.name().empty() ? op.uid() : op.name(), std::to_string(op.parallelism()),
         std::to_string(op.records_in()), std::to_string(op.records_out()),
         fmt::format("{:.0f}%", op.busy_ratio() * 100), fmt::format("{:.0f}%", op.idle_ratio() * 100),
         fmt::format("{:.0f}%", op.backpressured_ratio() * 100), std::to_string(op.state_bytes())});
  }
  operators.Print(stdout);
  return kExitDone;
}

int PrintJobGraph(const ClientOptions& client, const std::string& job) {
  proto::GetJobResponse response;
  const ClientError error = ControlClient::Connect(client.server)->GetJob(job, &response);
  if (error.exit_code != 0) return Fail(error);
  PrintJson(response.graph());
  return kExitDone;
}

int StopJob(const ClientOptions& client, const std::string& job, const std::string& savepoint_directory,
            bool drain, int64_t timeout_ms) {
  proto::StopJobRequest request;
  request.set_job_id(job);
  request.set_savepoint_directory(savepoint_directory);
  request.set_drain(drain);
  request.set_timeout_ms(timeout_ms);
  proto::StopJobResponse response;
  const WaitIndicator indicator("Taking a savepoint, then ending the job");
  const ClientError error = ControlClient::Connect(client.server)->StopJob(request, &response);
  if (error.exit_code != 0) return Fail(error);
  return PrintAnswer(client, response, response.savepoint_path());
}

int CancelJob(const ClientOptions& client, const std::string& job) {
  const WaitIndicator indicator("Waiting for the job's tasks to end");
  const ClientError error = ControlClient::Connect(client.server)->CancelJob(job);
  if (error.exit_code != 0) return Fail(error);
  if (client.format != OutputFormat::kTable) PrintJson(proto::CancelJobResponse());
  return kExitDone;
}

int TakeSavepoint(const ClientOptions& client, const std::string& job, const std::string& directory,
                  bool savepoint, int64_t timeout_ms) {
  proto::TriggerCheckpointRequest request;
  request.set_job_id(job);
  request.set_savepoint(savepoint);
  request.set_savepoint_directory(directory);
  request.set_timeout_ms(timeout_ms);
  proto::TriggerCheckpointResponse response;
  const WaitIndicator indicator(savepoint ? "Taking a savepoint" : "Taking a checkpoint");
  const ClientError error = ControlClient::Connect(client.server)->TriggerCheckpoint(request, &response);
  if (error.exit_code != 0) return Fail(error);
  return PrintAnswer(client, response, response.checkpoint().path());
}

int TailJob(const ClientOptions& client, const std::string& job, uint32_t query) {
  CatchInterrupts();
  proto::TailRowsRequest request;
  request.set_job_id(job);
  request.set_query(query);
  const auto printer = ResultPrinter::Create(client.format, stdout);
  const ClientError error =
      ControlClient::Connect(client.server)->TailRows(request, [&](const proto::TailRowsResponse& response) {
        if (response.has_header()) {
          const auto schema = FromProto(response.header().schema());
          printer->BeginQuery(response.header().query(), schema.ok() ? *schema : Schema{},
                              ResultModeOf(response.header().updating(), response.header().result_mode()));
        } else if (response.has_rows()) {
          std::vector<RowChange> rows;
          for (const auto& row : response.rows().rows()) rows.push_back({row.op(), row.row_json()});
          printer->PrintRows(rows);
        } else {
          printer->EndQuery();
        }
        return !Interrupted();
      });
  return error.exit_code != 0 ? Fail(error) : kExitDone;
}

int ListCheckpoints(const ClientOptions& client, const std::string& job) {
  proto::ListCheckpointsResponse response;
  const ClientError error = ControlClient::Connect(client.server)->ListCheckpoints(job, &response);
  if (error.exit_code != 0) return Fail(error);
  if (client.format != OutputFormat::kTable) {
    PrintJson(response);
    return kExitDone;
  }
  TextTable table({"epoch", "status", "kind", "triggered", "duration", "full bytes", "new bytes", "failure"});
  for (const auto& checkpoint : response.checkpoints()) {
    table.AddRow({std::to_string(checkpoint.epoch()), checkpoint.status(),
                  checkpoint.savepoint() ? "savepoint" : "checkpoint",
                  TimeText(checkpoint.triggered_micros()), MillisText(checkpoint.duration_micros()),
                  std::to_string(checkpoint.full_bytes()), std::to_string(checkpoint.uploaded_bytes()),
                  checkpoint.failure()});
  }
  table.Print(stdout);
  return kExitDone;
}

}  // namespace millrace
