#pragma once

#include <functional>
#include <memory>
#include <string>

#include "proto/control.pb.h"

namespace millrace {

/// An error a server answered, or that it could not be reached.
struct ClientError {
  int exit_code = 0;  // ExitCode; 0 = no error
  proto::ErrorDetail detail;
};

/// The client of a server's Control service. Hides the gRPC headers. Blocks; not thread-safe.
class ControlClient {
 public:
  /// Connects lazily; `address` is host:port.
  static std::unique_ptr<ControlClient> Connect(const std::string& address);
  virtual ~ControlClient() = default;

  /// Each handler answers false to end the stream early. The last response of a failed script has its error.
  virtual ClientError ExecuteSql(const proto::ExecuteSqlRequest& request,
                                 const std::function<bool(const proto::ExecuteSqlResponse&)>& handle) = 0;
  virtual ClientError TailRows(const proto::TailRowsRequest& request,
                               const std::function<bool(const proto::TailRowsResponse&)>& handle) = 0;
  virtual ClientError SubmitGraph(const proto::SubmitGraphRequest& request,
                                  proto::SubmitGraphResponse* response) = 0;
  virtual ClientError Validate(const proto::ValidateRequest& request, proto::ValidateResponse* response) = 0;
  virtual ClientError Explain(const proto::ExplainRequest& request, proto::ExplainResponse* response) = 0;
  virtual ClientError ListJobs(proto::ListJobsResponse* response) = 0;
  virtual ClientError GetJob(const std::string& job, proto::GetJobResponse* response) = 0;
  virtual ClientError StopJob(const proto::StopJobRequest& request, proto::StopJobResponse* response) = 0;
  virtual ClientError CancelJob(const std::string& job) = 0;
  virtual ClientError TriggerCheckpoint(const proto::TriggerCheckpointRequest& request,
                                        proto::TriggerCheckpointResponse* response) = 0;
  virtual ClientError ListCheckpoints(const std::string& job, proto::ListCheckpointsResponse* response) = 0;
};

}  // namespace millrace
