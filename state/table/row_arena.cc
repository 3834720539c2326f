#include "state/table/row_arena.h"

#include <algorithm>
#include <new>

namespace millrace::state {
namespace {

size_t RoundUp(size_t size_bytes) {
  return std::max<size_t>((size_bytes + 7) & ~size_t{7}, 8);
}

}  // namespace

RowArena::~RowArena() {
  while (large_ != nullptr) {
    LargeBlock* next = large_->next;
    ::operator delete(large_);
    large_ = next;
  }
}

void* RowArena::Allocate(size_t size_bytes) {
  const size_t rounded = RoundUp(size_bytes);
  live_bytes_ += rounded;
  if (rounded > kSmallBytesMax) {
    auto* block = static_cast<LargeBlock*>(::operator new(sizeof(LargeBlock) + rounded));
    block->next = large_;
    block->previous = nullptr;
    if (large_ != nullptr) large_->previous = block;
    large_ = block;
    return block + 1;
  }
  FreeBlock*& head = free_[rounded / 8];
  if (head == nullptr) return Carve(rounded);
  FreeBlock* block = head;
  head = block->next;
  __builtin_prefetch(head);
  return block;
}

void* RowArena::Carve(size_t size_bytes) {
  if (chunk_left_ < size_bytes) AddChunk();
  void* block = chunk_at_;
  chunk_at_ += size_bytes;
  chunk_left_ -= size_bytes;
  return block;
}

void RowArena::AddChunk() {
  if (chunks_.size() >= kNumChunksMax) {
    chunk_left_ = PageMemory::kHugePageBytes;
    chunk_at_ = large_chunks_.emplace_back(chunk_left_).data();
  } else {
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(next_chunk_bytes_));
    chunk_at_ = chunks_.back().get();
    chunk_left_ = next_chunk_bytes_;
    next_chunk_bytes_ = std::min(next_chunk_bytes_ * 2, kChunkBytesMax);
  }
  places_.AddChunk(chunk_at_, chunk_left_);
}

void RowArena::Free(void* block, size_t size_bytes) {
  const size_t rounded = RoundUp(size_bytes);
  live_bytes_ -= rounded;
  if (rounded > kSmallBytesMax) {
    auto* large = static_cast<LargeBlock*>(block) - 1;
    if (large->next != nullptr) large->next->previous = large->previous;
    (large->previous != nullptr ? large->previous->next : large_) = large->next;
    ::operator delete(large);
    return;
  }
  auto* free_block = static_cast<FreeBlock*>(block);
  free_block->next = free_[rounded / 8];
  free_[rounded / 8] = free_block;
}

}  // namespace millrace::state
