#pragma once

#include <string>

#include "server/cli/result_printer.h"

namespace millrace {

// Both read the directory of a savepoint, or of a job's checkpoints (then its newest), without a server. Each
// returns an ExitCode.
/// What the manifest holds: operators, state, splits.
int ShowCheckpoint(const std::string& directory, OutputFormat format);
/// Length and checksum of every file it refers to.
int VerifyCheckpoint(const std::string& directory, OutputFormat format);

}  // namespace millrace
