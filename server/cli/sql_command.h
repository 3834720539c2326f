#pragma once

#include <string>
#include <vector>

#include "server/cli/job_command.h"

namespace millrace {

/// `millrace sql`: SQL against a server, from -e, -f or at a prompt.
struct SqlCommandOptions {
  std::vector<std::string> statements;  // -e
  std::vector<std::string> files;       // -f
};

/// Returns an ExitCode. Without statements and files: a shell with history (~/.millrace_history), editing and
/// completion when standard input is a terminal, else a script from standard input. Ctrl-C ends the running
/// query, not the shell.
int RunSql(const ClientOptions& client, const SqlCommandOptions& options);

/// `millrace explain FILE.sql`.
int RunExplain(const ClientOptions& client, const std::string& file);

}  // namespace millrace
