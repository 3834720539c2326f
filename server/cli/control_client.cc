#include "server/cli/control_client.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include "proto/control.grpc.pb.h"
#include "server/cli/exit_code.h"
#include "server/cli/interrupt.h"
#include "server/error_codes.h"

namespace millrace {
namespace {

int ExitCodeOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::NOT_FOUND:
      return kExitNotFound;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return kExitTimeout;
    default:
      return kExitFailed;
  }
}

/// A server that was started meanwhile is found at the next call.
grpc::ChannelArguments ChannelOptions() {
  grpc::ChannelArguments options;
  options.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  options.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  return options;
}

class GrpcControlClient final : public ControlClient {
 public:
  explicit GrpcControlClient(const std::string& address)
      : address_(address),
        stub_(proto::Control::NewStub(
            grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), ChannelOptions()))) {}

  ClientError ExecuteSql(const proto::ExecuteSqlRequest& request,
                         const std::function<bool(const proto::ExecuteSqlResponse&)>& handle) override {
    grpc::ClientContext context;
    return Stream(context, stub_->ExecuteSql(&context, request), handle);
  }
  ClientError TailRows(const proto::TailRowsRequest& request,
                       const std::function<bool(const proto::TailRowsResponse&)>& handle) override {
    grpc::ClientContext context;
    return Stream(context, stub_->TailRows(&context, request), handle);
  }
  ClientError SubmitGraph(const proto::SubmitGraphRequest& request,
                          proto::SubmitGraphResponse* response) override {
    grpc::ClientContext context;
    return Error(stub_->SubmitGraph(&context, request, response));
  }
  ClientError Validate(const proto::ValidateRequest& request, proto::ValidateResponse* response) override {
    grpc::ClientContext context;
    return Error(stub_->Validate(&context, request, response));
  }
  ClientError Explain(const proto::ExplainRequest& request, proto::ExplainResponse* response) override {
    grpc::ClientContext context;
    return Error(stub_->Explain(&context, request, response));
  }
  ClientError ListJobs(proto::ListJobsResponse* response) override {
    grpc::ClientContext context;
    return Error(stub_->ListJobs(&context, {}, response));
  }
  ClientError GetJob(const std::string& job, proto::GetJobResponse* response) override {
    grpc::ClientContext context;
    proto::GetJobRequest request;
    request.set_job_id(job);
    return Error(stub_->GetJob(&context, request, response));
  }
  ClientError StopJob(const proto::StopJobRequest& request, proto::StopJobResponse* response) override {
    grpc::ClientContext context;
    return Error(stub_->StopJob(&context, request, response));
  }
  ClientError CancelJob(const std::string& job) override {
    grpc::ClientContext context;
    proto::CancelJobRequest request;
    request.set_job_id(job);
    proto::CancelJobResponse response;
    return Error(stub_->CancelJob(&context, request, &response));
  }
  ClientError TriggerCheckpoint(const proto::TriggerCheckpointRequest& request,
                                proto::TriggerCheckpointResponse* response) override {
    grpc::ClientContext context;
    return Error(stub_->TriggerCheckpoint(&context, request, response));
  }
  ClientError ListCheckpoints(const std::string& job, proto::ListCheckpointsResponse* response) override {
    grpc::ClientContext context;
    proto::ListCheckpointsRequest request;
    request.set_job_id(job);
    return Error(stub_->ListCheckpoints(&context, request, response));
  }

 private:
  template <class Response>
  ClientError Stream(grpc::ClientContext& context, std::unique_ptr<grpc::ClientReader<Response>> reader,
                     const std::function<bool(const Response&)>& handle) {
    Response response;
    while (reader->Read(&response)) {
      if (!handle(response)) {
        context.TryCancel();
        while (reader->Read(&response)) {
        }
        (void)reader->Finish();
        return {};
      }
    }
    return Error(reader->Finish());
  }

  ClientError Error(const grpc::Status& status) const {
    if (status.ok()) return {};
    ClientError error{.exit_code = ExitCodeOf(status.error_code())};
    if (!status.error_details().empty() && error.detail.ParseFromString(status.error_details())) return error;
    error.detail.set_code(FormatErrorNumber(kServerUnreachable));
    error.detail.set_message(
        fmt::format("Server cannot be reached at {}: {}", address_, status.error_message()));
    error.detail.set_suggestion("start `millrace server`, or name another with --server host:port");
    error.detail.set_rendered(
        fmt::format("{}: {}; {}", error.detail.code(), error.detail.message(), error.detail.suggestion()));
    return error;
  }

  const std::string address_;
  const std::unique_ptr<proto::Control::Stub> stub_;
};

}  // namespace

std::unique_ptr<ControlClient> ControlClient::Connect(const std::string& address) {
  return std::make_unique<GrpcControlClient>(address);
}

}  // namespace millrace
