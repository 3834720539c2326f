#include "state/file_checksum.h"

#include "core/env/env.h"
#include "core/row/byte_hasher.h"

namespace millrace::state {

Result<FileChecksum> ChecksumOf(FileSystem& files, const std::string& path) {
  // Fits the second-level cache with its copy.
  constexpr uint64_t kPieceBytes = 128 << 10;
  ByteHasher hasher;
  uint64_t length = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::string piece, files.ReadAt(path, length, kPieceBytes));
    hasher.Add(piece);
    length += piece.size();
    if (piece.size() < kPieceBytes) return FileChecksum{length, hasher.Finish()};
  }
}

}  // namespace millrace::state
