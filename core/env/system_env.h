#pragma once

#include <memory>
#include <string>

#include "core/env/env.h"

namespace millrace {

/// As CreateSystemEnv, but nothing below `scratch_directory` is synced to disk: for files that nobody reads
/// once the process has ended.
std::unique_ptr<Env> CreateSystemEnvWithScratch(size_t num_io_threads, std::string scratch_directory);

}  // namespace millrace
