#pragma once

#include <cstdint>
#include <string>

#include "core/status.h"

namespace millrace {
class FileSystem;
}  // namespace millrace

namespace millrace::state {

struct FileChecksum {
  uint64_t length = 0;
  uint64_t checksum = 0;  // HashBytes of the content
};

/// Reads a whole file, piece by piece.
Result<FileChecksum> ChecksumOf(FileSystem& files, const std::string& path);

}  // namespace millrace::state
