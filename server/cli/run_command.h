#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/cli/result_printer.h"

namespace millrace {

/// `millrace run FILE.sql...`: runs scripts in this process, without a server.
struct RunCommandOptions {
  std::vector<std::string> files;  // "-" = standard input
  OutputFormat format = OutputFormat::kTable;
  std::string data_directory;  // "" = a temporary one: nothing is kept
  uint32_t parallelism = 1;
  uint64_t state_memory_bytes = uint64_t{1} << 30;
  std::vector<std::string> settings;  // key=value, as SET
};

/// Returns an ExitCode. Unbounded jobs run until Ctrl-C, which takes a last checkpoint when there is a data
/// directory.
int RunScripts(const RunCommandOptions& options);

}  // namespace millrace
