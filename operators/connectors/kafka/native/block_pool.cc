#include "operators/connectors/kafka/native/block_pool.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace millrace {
namespace {

constexpr size_t kRoundingBytes = 64 << 10;
constexpr size_t kPieceBlockBytes = 1 << 20;

bool IsFree(const std::shared_ptr<Buffer>& block) {
  if (block.use_count() != 1) return false;
  // What its last reader did with it comes before what is written now.
  std::atomic_thread_fence(std::memory_order_acquire);
  return true;
}

}  // namespace

std::shared_ptr<Buffer> BlockPool::Take(size_t size) {
  std::shared_ptr<Buffer>* smallest_free = nullptr;
  for (std::shared_ptr<Buffer>& block : blocks_) {
    if (!IsFree(block)) continue;
    if (block->size() >= size) return block;
    if (smallest_free == nullptr || block->size() < (*smallest_free)->size()) smallest_free = &block;
  }
  std::shared_ptr<Buffer> fresh =
      Buffer::Allocate((size + kRoundingBytes - 1) / kRoundingBytes * kRoundingBytes);
  if (blocks_.size() < kBlocksMax) {
    blocks_.push_back(fresh);
  } else if (smallest_free != nullptr) {
    *smallest_free = fresh;
  } else {
    // All are held by rows that stay: forget the one that was so longest.
    std::rotate(blocks_.begin(), blocks_.begin() + 1, blocks_.end());
    blocks_.back() = fresh;
  }
  return fresh;
}

void PieceWriter::BeginPiece() {
  begin_ = used_;
}

std::span<char> PieceWriter::Room(size_t size) {
  if (block_ == nullptr || used_ + size > block_->size()) {
    const std::string_view written = piece();
    std::shared_ptr<Buffer> larger = pool_->Take(std::max(kPieceBlockBytes, 2 * written.size() + size));
    if (!written.empty()) std::memcpy(larger->mutable_data(), written.data(), written.size());
    used_ = written.size();
    begin_ = 0;
    block_ = std::move(larger);
  }
  return {reinterpret_cast<char*>(block_->mutable_data()) + used_, block_->size() - used_};
}

std::string_view PieceWriter::piece() const {
  if (block_ == nullptr) return {};
  return {reinterpret_cast<const char*>(block_->data()) + begin_, used_ - begin_};
}

}  // namespace millrace
