#include "operators/connectors/filesystem/file_blocks.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

#include "operators/api/error_codes.h"

namespace millrace {
namespace {

/// A string's bytes as a buffer.
class StringBuffer : public Buffer {
 public:
  explicit StringBuffer(std::string bytes) : Buffer(nullptr, bytes.size()), bytes_(std::move(bytes)) {
    data_ = reinterpret_cast<uint8_t*>(bytes_.data());
  }

 private:
  std::string bytes_;
};

}  // namespace

struct FileBlocks::Shared {
  Env* env;
  std::string path;
  uint64_t end;
  uint64_t block_bytes;

  std::mutex mutex;  // guards all below
  std::function<void()> on_ready;
  uint64_t next_offset;
  bool is_reading = false;
  bool is_stopped = false;
  std::deque<BufferPtr> ready;
  Status status;
};

FileBlocks::FileBlocks(Env* env, std::string path, uint64_t offset, uint64_t end,
                       std::function<void()> on_ready, uint64_t block_bytes)
    : handed_out_(offset), end_(std::max(offset, end)), shared_(std::make_shared<Shared>()) {
  shared_->env = env;
  shared_->path = std::move(path);
  shared_->end = end_;
  shared_->block_bytes = block_bytes;
  shared_->on_ready = std::move(on_ready);
  shared_->next_offset = offset;
}

FileBlocks::~FileBlocks() {
  // A running read finds nobody to wake; it never touches more than the shared part.
  std::lock_guard lock(shared_->mutex);
  shared_->is_stopped = true;
  shared_->on_ready = nullptr;
}

void FileBlocks::Start() {
  std::lock_guard lock(shared_->mutex);
  ReadAhead(shared_);
}

void FileBlocks::ReadAhead(const std::shared_ptr<Shared>& shared) {
  if (shared->is_reading || shared->is_stopped || !shared->status.ok() ||
      shared->next_offset == shared->end || shared->ready.size() >= kReadAheadBlocks) {
    return;
  }
  shared->is_reading = true;
  shared->env->io().Submit([shared] { Read(shared); });
}

void FileBlocks::Read(std::shared_ptr<Shared> shared) {
  std::unique_lock lock(shared->mutex);
  if (shared->is_stopped) return;
  const uint64_t offset = shared->next_offset;
  const uint64_t length = std::min(shared->block_bytes, shared->end - offset);
  lock.unlock();
  Result<std::string> bytes = shared->env->files().ReadAt(shared->path, offset, length);
  lock.lock();
  shared->is_reading = false;
  if (!bytes.ok()) {
    shared->status = bytes.status();
  } else if (bytes->size() < length) {
    shared->status = Status(kPositionLost, "file became shorter while it was read: '" + shared->path +
                                               "', byte " + std::to_string(offset + bytes->size()) + " of " +
                                               std::to_string(shared->end))
                         .WithSuggestion("put new data in new files and do not change those already there");
  } else {
    shared->next_offset += length;
    shared->ready.push_back(std::make_shared<StringBuffer>(std::move(*bytes)));
    ReadAhead(shared);
  }
  // Under the lock, so that the destructor cannot return while the callback runs.
  if (shared->on_ready) shared->on_ready();
}

Result<BufferPtr> FileBlocks::Next() {
  std::lock_guard lock(shared_->mutex);
  if (shared_->ready.empty()) {
    if (!shared_->status.ok()) return shared_->status;
    ReadAhead(shared_);
    return BufferPtr();
  }
  BufferPtr block = std::move(shared_->ready.front());
  shared_->ready.pop_front();
  handed_out_ += block->size();
  ReadAhead(shared_);
  return block;
}

}  // namespace millrace
