#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/column/column.h"
#include "core/env/env.h"
#include "core/status.h"

namespace millrace {

/// The bytes of one file from an offset to an end, read ahead on the I/O pool in blocks and handed out in
/// order. Owned and called by one thread; may be destroyed while a read is running.
class FileBlocks {
 public:
  static constexpr uint64_t kBlockBytes = 1 << 20;
  static constexpr size_t kReadAheadBlocks = 2;

  /// `on_ready` is called on a pool thread after each block read. The file is opened and read from the first
  /// Next on.
  FileBlocks(Env* env, std::string path, uint64_t offset, uint64_t end, std::function<void()> on_ready,
             uint64_t block_bytes = kBlockBytes);
  ~FileBlocks();

  /// Starts reading, if nothing did yet.
  void Start();
  /// The next block; null when it is not there yet (`on_ready` follows). Not to be called after IsAtEnd.
  /// kPositionLost when the file has become shorter than `end`.
  Result<BufferPtr> Next();
  /// Whether every block was handed out.
  bool IsAtEnd() const { return handed_out_ == end_; }

 private:
  struct Shared;
  static void Read(std::shared_ptr<Shared> shared);
  /// Reads the next block unless a read is running or enough lies ready. With the lock held.
  static void ReadAhead(const std::shared_ptr<Shared>& shared);

  uint64_t handed_out_;
  const uint64_t end_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace millrace
