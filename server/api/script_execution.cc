#include "server/api/script_execution.h"

#include <fmt/format.h>

#include "core/types/proto_conversion.h"
#include "server/api/error_detail.h"
#include "server/error_codes.h"
#include "sql/parser/parser.h"

namespace millrace {
namespace {

constexpr int64_t kPollMillis = 200;
constexpr int64_t kCancelMillis = 30'000;
constexpr size_t kRowsAMessageMax = 1000;

}  // namespace

void FillRows(const std::vector<RowChange>& changes, uint32_t query, proto::ResultRows* out) {
  out->set_query(query);
  for (const RowChange& change : changes) {
    auto* row = out->add_rows();
    row->set_op(change.op);
    row->set_row_json(change.row_json);
  }
}

Status ScriptExecution::Run() {
  proto::ExecuteSqlResponse first;
  first.set_session_id(session_.id);
  if (!send_(first)) return Status::Ok();
  const std::string& script = request_.sql();
  sql::ScriptParser parser(script);
  while (true) {
    auto parsed = parser.Next();
    Status status = parsed.status();
    if (status.ok()) {
      if (!parsed->has_value()) return Status::Ok();
      proto::ExecuteSqlResponse started;
      started.mutable_statement_started()->set_statement(static_cast<uint32_t>(parser.statement_index()));
      started.mutable_statement_started()->set_kind(sql::StatementName(*(*parsed)->statement));
      if (!send_(started)) return Status::Ok();
      status = RunStatement(*(*parsed)->statement, std::string((*parsed)->text));
    }
    if (!status.ok()) {
      proto::ExecuteSqlResponse failed;
      FillErrorDetail(status, script, static_cast<uint32_t>(parser.statement_index()),
                      failed.mutable_error());
      send_(failed);
      return status;
    }
  }
}

Status ScriptExecution::RunStatement(sql::Statement& statement, const std::string& text) {
  session_.session.set_now_micros(engine_.env().clock().WallMicros());
  ASSIGN_OR_RETURN(const sql::Outcome outcome, session_.session.Execute(statement, request_.sql()));
  switch (outcome.kind) {
    case sql::Outcome::Kind::kRows:
      return SendRows(outcome);
    case sql::Outcome::Kind::kQuery:
      return RunQuery(outcome, text);
    case sql::Outcome::Kind::kInsert:
      return RunInsert(outcome, text);
    case sql::Outcome::Kind::kJobCommand:
      return RunJobCommand(*outcome.job_command);
    case sql::Outcome::Kind::kDone:
      break;
  }
  proto::ExecuteSqlResponse done;
  done.mutable_statement_done()->set_message(outcome.message);
  send_(done);
  return Status::Ok();
}

bool ScriptExecution::SendHeader(const Schema& schema, bool updating) {
  proto::ExecuteSqlResponse header;
  header.mutable_header()->set_query(++num_queries_);
  ToProto(schema, header.mutable_header()->mutable_schema());
  header.mutable_header()->set_updating(updating);
  const auto& configuration = session_.session.configuration();
  if (auto mode = configuration.find("sql-client.execution.result-mode"); mode != configuration.end()) {
    header.mutable_header()->set_result_mode(mode->second);
  }
  return send_(header);
}

Status ScriptExecution::SendRows(const sql::Outcome& outcome) {
  SendHeader(*outcome.schema, false);
  std::vector<RowChange> changes;
  AppendRowChanges(*outcome.rows, &changes);
  proto::ExecuteSqlResponse rows;
  FillRows(changes, num_queries_, rows.mutable_rows());
  send_(rows);
  return Status::Ok();
}

Status ScriptExecution::RunQuery(const sql::Outcome& outcome, const std::string& text) {
  std::shared_ptr<RowSubscription> rows;
  SubmitOptions options;
  options.sql = text;
  options.before_start = [&rows](JobResults& results) { rows = results.Subscribe(1, 0); };
  ASSIGN_OR_RETURN(const JobId job, engine_.jobs().Submit(*outcome.graph, std::move(options)));
  bool caller_is_there = SendHeader(*outcome.schema, outcome.updating);
  while (caller_is_there && !rows->ended()) {
    const std::vector<RowChange> changes = rows->Take(kPollMillis);
    for (size_t first = 0; caller_is_there && (first < changes.size() || first == 0);
         first += kRowsAMessageMax) {
      const size_t last = std::min(changes.size(), first + kRowsAMessageMax);
      proto::ExecuteSqlResponse message;
      FillRows({changes.begin() + static_cast<std::ptrdiff_t>(first),
                changes.begin() + static_cast<std::ptrdiff_t>(last)},
               num_queries_, message.mutable_rows());
      caller_is_there = send_(message);  // an empty one shows whether the caller still listens
    }
  }
  if (!caller_is_there) {
    (void)engine_.jobs().Cancel(job, kCancelMillis);
    return Status::Ok();
  }
  ASSIGN_OR_RETURN(const JobView ended, engine_.jobs().WaitUntilEnded(job, kCancelMillis));
  return ended.error;
}

Status ScriptExecution::RunInsert(const sql::Outcome& outcome, const std::string& text) {
  SubmitOptions options;
  options.sql = text;
  options.restore_from = request_.restore_from();
  options.allow_non_restored_state = request_.allow_non_restored_state();
  options.allow_output_rollback = request_.allow_output_rollback();
  proto::JobGraph graph = *outcome.graph;
  if (!request_.job_name().empty()) graph.set_name(request_.job_name());
  const std::string name = graph.name();
  ASSIGN_OR_RETURN(const JobId job, engine_.jobs().Submit(std::move(graph), std::move(options)));
  proto::ExecuteSqlResponse submitted;
  submitted.mutable_job()->set_job_id(job.value);
  submitted.mutable_job()->set_name(name);
  if (!send_(submitted)) return Status::Ok();
  const auto& configuration = session_.session.configuration();
  auto sync = configuration.find("table.dml-sync");
  const bool wait = sync != configuration.end() && sync->second == "true";
  if (request_.detached() || !wait) return Status::Ok();
  while (true) {
    const auto ended = engine_.jobs().WaitUntilEnded(job, kPollMillis);
    if (ended.ok()) return ended->state == JobState::kFailed ? ended->error : Status::Ok();
    if (!send_(proto::ExecuteSqlResponse())) return Status::Ok();
  }
}

Status ScriptExecution::RunJobCommand(const sql::Outcome::JobCommand& command) {
  using Kind = sql::Outcome::JobCommand::Kind;
  if (command.kind == Kind::kStopJob) {
    ASSIGN_OR_RETURN(const JobView job, engine_.jobs().Find(command.job_id));
    if (!command.with_savepoint && !command.with_drain) return engine_.jobs().Cancel(job.id, kCancelMillis);
    ASSIGN_OR_RETURN(const CheckpointView savepoint,
                     engine_.jobs().Stop(job.id, "", command.with_drain, 10 * kCancelMillis));
    Schema schema{{{"savepoint path", DataType::String()}}, {}};
    SendHeader(schema, false);
    BatchBuilder builder(std::make_shared<const Schema>(schema));
    builder.column(0).AppendString(savepoint.path);
    builder.FinishRow();
    std::vector<RowChange> changes;
    AppendRowChanges(builder.Finish(), &changes);
    proto::ExecuteSqlResponse rows;
    FillRows(changes, num_queries_, rows.mutable_rows());
    send_(rows);
    return Status::Ok();
  }
  std::vector<JobView> jobs;
  if (command.kind == Kind::kDescribeJob) {
    ASSIGN_OR_RETURN(JobView job, engine_.jobs().Find(command.job_id));
    jobs.push_back(std::move(job));
  } else {
    jobs = engine_.jobs().List();
  }
  auto schema = std::make_shared<const Schema>(Schema{{{"job id", DataType::String()},
                                                       {"job name", DataType::String()},
                                                       {"status", DataType::String()},
                                                       {"start time", DataType::TimestampLtz(3)}},
                                                      {}});
  SendHeader(*schema, false);
  BatchBuilder builder(schema);
  for (const JobView& job : jobs) {
    builder.column(0).AppendString(job.id.value);
    builder.column(1).AppendString(job.name);
    builder.column(2).AppendString(JobStateName(job.state));
    builder.column(3).Append<int64_t>(job.submitted_micros);
    builder.FinishRow();
  }
  std::vector<RowChange> changes;
  AppendRowChanges(builder.Finish(), &changes);
  proto::ExecuteSqlResponse rows;
  FillRows(changes, num_queries_, rows.mutable_rows());
  send_(rows);
  return Status::Ok();
}

}  // namespace millrace
