#include "server/api/control_service.h"

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "core/types/proto_conversion.h"
#include "proto/control.grpc.pb.h"
#include "proto/control.pb.h"
#include "server/api/error_detail.h"
#include "server/api/job_messages.h"
#include "server/api/script_execution.h"
#include "server/error_codes.h"
#include "sql/parser/parser.h"

namespace millrace {
namespace {

constexpr int64_t kDefaultTimeoutMillis = 60'000;
constexpr int64_t kPollMillis = 200;
constexpr size_t kTailRowsMax = 10'000;

grpc::StatusCode GrpcCode(const Status& error) {
  const ErrorCode code = error.code();
  if (code == kJobNotFound || code == kQueryNotFound) return grpc::StatusCode::NOT_FOUND;
  if (code == kTimedOut) return grpc::StatusCode::DEADLINE_EXCEEDED;
  if (code == kJobNameTaken) return grpc::StatusCode::ALREADY_EXISTS;
  switch (code.domain) {
    case ErrorDomain::kUser:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case ErrorDomain::kExternal:
      return grpc::StatusCode::UNAVAILABLE;
    case ErrorDomain::kInternal:
      break;
  }
  return grpc::StatusCode::INTERNAL;
}

grpc::Status ToGrpc(const Status& status, std::string_view text = {}) {
  if (status.ok()) return grpc::Status::OK;
  proto::ErrorDetail detail;
  FillErrorDetail(status, text, 0, &detail);
  return grpc::Status(GrpcCode(status), status.ToString(), detail.SerializeAsString());
}

int64_t TimeoutOr(int64_t timeout_ms) {
  return timeout_ms > 0 ? timeout_ms : kDefaultTimeoutMillis;
}

/// The Control service over an engine. gRPC calls it from its own threads; every call may block.
class ControlService final : public proto::Control::Service {
 public:
  ControlService(Engine& engine, SqlSessions& sessions) : engine_(engine), sessions_(sessions) {}

  void Stop() { stopping_.store(true); }

  grpc::Status ExecuteSql(grpc::ServerContext* context, const proto::ExecuteSqlRequest* request,
                          grpc::ServerWriter<proto::ExecuteSqlResponse>* writer) override {
    const auto session =
        request->transient() ? sessions_.MakeTransient() : sessions_.Get(request->session_id());
    std::lock_guard lock(session->running);
    ScriptExecution execution(engine_, *session, *request, [&](const proto::ExecuteSqlResponse& response) {
      return !context->IsCancelled() && !stopping_.load() && writer->Write(response);
    });
    (void)execution.Run();  // the error is the last response
    return grpc::Status::OK;
  }

  grpc::Status SubmitGraph(grpc::ServerContext*, const proto::SubmitGraphRequest* request,
                           proto::SubmitGraphResponse* response) override {
    SubmitOptions options;
    options.sql = request->sql();
    options.restore_from = request->restore_from();
    options.allow_non_restored_state = request->allow_non_restored_state();
    options.allow_output_rollback = request->allow_output_rollback();
    const auto job = engine_.jobs().Submit(request->graph(), std::move(options));
    if (!job.ok()) return ToGrpc(job.status());
    response->set_job_id(job->value);
    return grpc::Status::OK;
  }

  grpc::Status Validate(grpc::ServerContext*, const proto::ValidateRequest* request,
                        proto::ValidateResponse* response) override {
    std::vector<Status> errors;
    if (request->has_graph()) {
      errors = engine_.jobs().Validate(request->graph(), true);
    } else {
      ValidateScript(request->sql(), &errors);
    }
    for (const Status& error : errors) {
      FillErrorDetail(error, request->has_graph() ? std::string_view() : std::string_view(request->sql()), 0,
                      response->add_errors());
    }
    return grpc::Status::OK;
  }

  grpc::Status Explain(grpc::ServerContext*, const proto::ExplainRequest* request,
                       proto::ExplainResponse* response) override {
    if (request->has_graph()) {
      *response->mutable_graph() = request->graph();
      response->set_text(request->graph().DebugString());
      return grpc::Status::OK;
    }
    const auto session =
        request->session_id().empty() ? sessions_.MakeTransient() : sessions_.Get(request->session_id());
    std::lock_guard lock(session->running);
    return ToGrpc(ExplainScript(*session, request->sql(), response), request->sql());
  }

  grpc::Status ListJobs(grpc::ServerContext*, const proto::ListJobsRequest*,
                        proto::ListJobsResponse* response) override {
    for (const JobView& job : engine_.jobs().List()) FillSummary(job, response->add_jobs());
    return grpc::Status::OK;
  }

  grpc::Status GetJob(grpc::ServerContext*, const proto::GetJobRequest* request,
                      proto::GetJobResponse* response) override {
    const auto job = engine_.jobs().Find(request->job_id());
    if (!job.ok()) return ToGrpc(job.status());
    FillJob(*job, engine_, response);
    return grpc::Status::OK;
  }

  grpc::Status StopJob(grpc::ServerContext*, const proto::StopJobRequest* request,
                       proto::StopJobResponse* response) override {
    const auto job = engine_.jobs().Find(request->job_id());
    if (!job.ok()) return ToGrpc(job.status());
    const auto savepoint = engine_.jobs().Stop(job->id, request->savepoint_directory(), request->drain(),
                                               TimeoutOr(request->timeout_ms()));
    if (!savepoint.ok()) return ToGrpc(savepoint.status());
    response->set_savepoint_path(savepoint->path);
    return grpc::Status::OK;
  }

  grpc::Status CancelJob(grpc::ServerContext*, const proto::CancelJobRequest* request,
                         proto::CancelJobResponse*) override {
    const auto job = engine_.jobs().Find(request->job_id());
    if (!job.ok()) return ToGrpc(job.status());
    return ToGrpc(engine_.jobs().Cancel(job->id, kDefaultTimeoutMillis));
  }

  grpc::Status TriggerCheckpoint(grpc::ServerContext*, const proto::TriggerCheckpointRequest* request,
                                 proto::TriggerCheckpointResponse* response) override {
    const auto job = engine_.jobs().Find(request->job_id());
    if (!job.ok()) return ToGrpc(job.status());
    const auto checkpoint = engine_.jobs().Checkpoint(
        job->id, request->savepoint(), request->savepoint_directory(), TimeoutOr(request->timeout_ms()));
    if (!checkpoint.ok()) return ToGrpc(checkpoint.status());
    FillCheckpoint(*checkpoint, response->mutable_checkpoint());
    return grpc::Status::OK;
  }

  grpc::Status ListCheckpoints(grpc::ServerContext*, const proto::ListCheckpointsRequest* request,
                               proto::ListCheckpointsResponse* response) override {
    const auto job = engine_.jobs().Find(request->job_id());
    if (!job.ok()) return ToGrpc(job.status());
    for (const CheckpointView& checkpoint : job->checkpoints)
      FillCheckpoint(checkpoint, response->add_checkpoints());
    return grpc::Status::OK;
  }

  grpc::Status TailRows(grpc::ServerContext* context, const proto::TailRowsRequest* request,
                        grpc::ServerWriter<proto::TailRowsResponse>* writer) override {
    const auto job = engine_.jobs().Find(request->job_id());
    if (!job.ok()) return ToGrpc(job.status());
    const proto::Operator* collect = nullptr;
    for (const auto& op : job->graph->operators()) {
      if (op.has_collect() && (request->query() == 0 || op.collect().query() == request->query())) {
        collect = &op;
        break;
      }
    }
    if (collect == nullptr) {
      return ToGrpc(
          Status(kQueryNotFound,
                 fmt::format("Job '{}' has no such query to tail: {}", job->name, request->query()))
              .WithSuggestion("only SELECT without INSERT can be tailed; read a sink's table instead"));
    }
    const uint32_t query = collect->collect().query();
    const auto rows = engine_.jobs().Results(job->id)->Subscribe(query, kTailRowsMax);
    return SendTail(context, *job, *collect, *rows, writer);
  }

  grpc::Status WatchEvents(grpc::ServerContext* context, const proto::WatchEventsRequest* request,
                           grpc::ServerWriter<proto::JobEvent>* writer) override {
    struct Queue {
      std::mutex mutex;
      std::condition_variable changed;
      std::deque<proto::JobEvent> events;
    };
    auto queue = std::make_shared<Queue>();
    const auto subscription = engine_.jobs().Subscribe([queue](const JobNotice& notice, const JobView& job) {
      std::lock_guard lock(queue->mutex);
      if (queue->events.size() >= kTailRowsMax) queue->events.pop_front();
      FillNotice(notice, job, &queue->events.emplace_back());
      queue->changed.notify_all();
    });
    while (!context->IsCancelled() && !stopping_.load()) {
      std::deque<proto::JobEvent> events;
      {
        std::unique_lock lock(queue->mutex);
        queue->changed.wait_for(lock, std::chrono::milliseconds(kPollMillis),
                                [&] { return !queue->events.empty(); });
        events.swap(queue->events);
      }
      for (const proto::JobEvent& event : events) {
        if (!request->job_id().empty() && event.job_id() != request->job_id()) continue;
        if (!writer->Write(event)) return grpc::Status::OK;
      }
    }
    return grpc::Status::OK;
  }

 private:
  grpc::Status SendTail(grpc::ServerContext* context, const JobView& job, const proto::Operator& collect,
                        RowSubscription& rows, grpc::ServerWriter<proto::TailRowsResponse>* writer) {
    proto::TailRowsResponse header;
    header.mutable_header()->set_query(collect.collect().query());
    header.mutable_header()->set_updating(collect.collect().input_updating());
    for (const auto& edge : job.graph->edges()) {
      if (edge.to() != collect.uid()) continue;
      for (const auto& op : job.graph->operators()) {
        if (op.uid() == edge.from()) *header.mutable_header()->mutable_schema() = op.output();
      }
    }
    if (!writer->Write(header)) return grpc::Status::OK;
    while (!rows.ended() && !context->IsCancelled() && !stopping_.load()) {
      proto::TailRowsResponse message;
      FillRows(rows.Take(kPollMillis), collect.collect().query(), message.mutable_rows());
      if (message.rows().rows_size() > 0 && !writer->Write(message)) return grpc::Status::OK;
    }
    const auto ended = engine_.jobs().Find(job.id.value);
    proto::TailRowsResponse end;
    end.set_end(std::string(ended.ok() ? JobStateName(ended->state) : "UNKNOWN"));
    writer->Write(end);
    return grpc::Status::OK;
  }

  /// Definitions run in a session of their own; queries and INSERTs are planned and validated, not run.
  void ValidateScript(const std::string& text, std::vector<Status>* errors) {
    const auto session = sessions_.MakeTransient();
    sql::ScriptParser parser(text);
    while (true) {
      auto parsed = parser.Next();
      if (!parsed.ok()) {
        errors->push_back(parsed.status());
        return;
      }
      if (!parsed->has_value()) return;
      const auto outcome = session->session.Execute(*(*parsed)->statement, text);
      if (!outcome.ok()) {
        errors->push_back(outcome.status());
      } else if (outcome->graph != nullptr) {
        for (Status& error : engine_.jobs().Validate(*outcome->graph, false))
          errors->push_back(std::move(error));
      }
    }
  }

  Status ExplainScript(SqlSessions::Entry& session, const std::string& text,
                       proto::ExplainResponse* response) {
    sql::ScriptParser parser(text);
    std::string explained;
    while (true) {
      ASSIGN_OR_RETURN(auto parsed, parser.Next());
      if (!parsed.has_value()) break;
      auto plan = session.session.Explain(*parsed->statement);
      if (plan.ok()) {
        explained += *plan + "\n";
        continue;
      }
      // Definitions that the explained statements need.
      ASSIGN_OR_RETURN(const sql::Outcome outcome, session.session.Execute(*parsed->statement, text));
      if (outcome.graph != nullptr) return plan.status();
    }
    response->set_text(explained);
    return Status::Ok();
  }

  Engine& engine_;
  SqlSessions& sessions_;
  std::atomic<bool> stopping_{false};
};

class GrpcControlServer final : public ControlServer {
 public:
  GrpcControlServer(Engine& engine, SqlSessions& sessions) : service_(engine, sessions) {}

  Status Listen(const std::string& address) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    // One server an address: without this a second process would share the port.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      return Status(kCannotListen, fmt::format("Cannot listen for gRPC on {}", address))
          .WithSuggestion("is another server running there? Set grpc.port to a free port, or to 0");
    }
    return Status::Ok();
  }

  int port() const override { return port_; }

  void Stop() override {
    service_.Stop();
    // Calls were told to end; the rest are connections on which nobody calls.
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
    server_->Wait();
  }

 private:
  ControlService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::Start(const std::string& address, Engine& engine,
                                                            SqlSessions& sessions) {
  auto server = std::make_unique<GrpcControlServer>(engine, sessions);
  RETURN_IF_ERROR(server->Listen(address));
  return std::unique_ptr<ControlServer>(std::move(server));
}

}  // namespace millrace
