#pragma once

namespace millrace {

/// Exit codes of the command line; stable.
enum ExitCode : int {
  kExitDone = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitNotFound = 5,
  kExitTimeout = 7,
};

}  // namespace millrace
