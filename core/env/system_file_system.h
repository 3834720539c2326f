#pragma once

#include <string>

#include "core/env/env.h"

namespace millrace {

/// The file system of the operating system. Nothing below `scratch_directory` is synced ("" = no such
/// directory).
std::unique_ptr<FileSystem> CreateSystemFileSystem(std::string scratch_directory = "");

}  // namespace millrace
