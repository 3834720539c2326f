#pragma once

#include <cstdint>
#include <string>

#include "server/cli/result_printer.h"

namespace millrace {

/// What all commands that talk to a server share.
struct ClientOptions {
  std::string server = "127.0.0.1:6123";
  OutputFormat format = OutputFormat::kTable;
};

struct SubmitCommandOptions {
  std::string file;  // .sql, or .json: a job graph as protobuf JSON
  std::string name;
  std::string restore_from;
  bool allow_non_restored_state = false;
  bool allow_output_rollback = false;
};

// Each returns an ExitCode. `job` is an id, a unique prefix of one, or a name.
int SubmitJob(const ClientOptions& client, const SubmitCommandOptions& options);
int ListJobs(const ClientOptions& client);
int ShowJob(const ClientOptions& client, const std::string& job);
int PrintJobGraph(const ClientOptions& client, const std::string& job);
int StopJob(const ClientOptions& client, const std::string& job, const std::string& savepoint_directory,
            bool drain, int64_t timeout_ms);
int CancelJob(const ClientOptions& client, const std::string& job);
int TakeSavepoint(const ClientOptions& client, const std::string& job, const std::string& directory,
                  bool savepoint, int64_t timeout_ms);
int TailJob(const ClientOptions& client, const std::string& job, uint32_t query);
int ListCheckpoints(const ClientOptions& client, const std::string& job);

}  // namespace millrace
