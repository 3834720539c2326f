#pragma once

#include <cstdint>
#include <string>

#include "core/status.h"

namespace millrace {

/// How far a file was read. Positions lie at the ends of records only.
struct FilePosition {
  std::string path;
  uint64_t size_bytes = 0;  // when it was listed: no more than that is read
  int64_t modified_micros = 0;
  uint64_t offset = 0;
  uint64_t num_records = 0;
};

std::string EncodeFilePosition(const FilePosition& position);
/// kCorruptBytes when the bytes are none.
Result<FilePosition> DecodeFilePosition(const std::string& bytes);

}  // namespace millrace
