#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "state/table/page_memory.h"
#include "state/table/row_places.h"

namespace millrace::state {

/// Memory of the rows and blobs of one store: blocks cut from chunks, with a free list a size. Freed blocks
/// are used again; chunks go back to the system with the arena, which CHECKs that they stay below kBytesMax.
/// Single-owner.
class RowArena {
 public:
  /// What one arena can hold, small chunks and all.
  static constexpr uint64_t kBytesMax = (RowPlaces::kNumChunksMax - 32) * uint64_t{RowPlaces::kChunkBytesMax};

  RowArena() = default;
  ~RowArena();
  RowArena(const RowArena&) = delete;
  RowArena& operator=(const RowArena&) = delete;

  /// 8-byte aligned, not initialised.
  void* Allocate(size_t size_bytes);
  /// `size_bytes` as given to Allocate.
  void Free(void* block, size_t size_bytes);

  RowPlaces& places() { return places_; }
  /// Bytes of the blocks in use.
  uint64_t live_bytes() const { return live_bytes_; }

 private:
  static constexpr size_t kSmallBytesMax = 1024;
  static constexpr size_t kFirstChunkBytes = 2048;
  static constexpr size_t kChunkBytesMax = 256 * 1024;
  static constexpr size_t kNumChunksMax = 32;

  struct FreeBlock {
    FreeBlock* next;
  };
  struct LargeBlock {  // before the bytes of a block over kSmallBytesMax
    LargeBlock* next;
    LargeBlock* previous;
  };

  void* Carve(size_t size_bytes);
  void AddChunk();

  std::array<FreeBlock*, kSmallBytesMax / 8 + 1> free_{};
  RowPlaces places_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::vector<PageMemory> large_chunks_;  // those after kNumChunksMax
  char* chunk_at_ = nullptr;
  size_t chunk_left_ = 0;
  size_t next_chunk_bytes_ = kFirstChunkBytes;
  LargeBlock* large_ = nullptr;
  uint64_t live_bytes_ = 0;
};

}  // namespace millrace::state
