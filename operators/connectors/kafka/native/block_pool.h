#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/column/column.h"

namespace millrace {

/// Blocks that are written again once nobody else holds them: touching fresh memory costs as much as copying
/// into it. Single-owner; what it hands out may be let go on any thread.
class BlockPool {
 public:
  /// A block of at least `size` bytes, whatever is in them. Its taker and the pool are its only owners.
  std::shared_ptr<Buffer> Take(size_t size);

 private:
  static constexpr size_t kBlocksMax = 4;

  std::vector<std::shared_ptr<Buffer>> blocks_;
};

/// Writes pieces of unknown length one behind the other into blocks of a pool. A piece lies in one block:
/// one that grows over the end of its block moves to another.
class PieceWriter {
 public:
  explicit PieceWriter(BlockPool* pool) : pool_(pool) {}

  void BeginPiece();
  /// At least `size` bytes behind what the piece has.
  std::span<char> Room(size_t size);
  /// The next `size` bytes of the room have been written.
  void Advance(size_t size) { used_ += size; }

  std::string_view piece() const;
  const std::shared_ptr<Buffer>& block() const { return block_; }

 private:
  BlockPool* const pool_;
  std::shared_ptr<Buffer> block_;
  size_t begin_ = 0;  // of the piece
  size_t used_ = 0;   // bytes of the block
};

}  // namespace millrace
