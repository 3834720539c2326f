#pragma once

#include <string>
#include <vector>

namespace millrace {

/// `millrace server`: job manager, worker, gRPC, HTTP and metrics in one process, until SIGTERM or SIGINT.
struct ServerCommandOptions {
  std::string config_file;
  std::vector<std::string> settings;  // key=value
};

/// Returns an ExitCode.
int RunServer(const ServerCommandOptions& options);

}  // namespace millrace
