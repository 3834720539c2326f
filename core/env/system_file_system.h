#pragma once

#include "core/env/env.h"

namespace millrace {

/// The file system of the operating system.
std::unique_ptr<FileSystem> CreateSystemFileSystem();

}  // namespace millrace
