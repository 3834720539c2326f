#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace millrace::state {

/// The head of a row. Payload lies before it, key bytes behind it, as RowLayout says. `hash`, `group` and the
/// key never change. The owner thread changes the rest, but not of a row that a writer may be reading (see
/// FrozenRows).
struct Row {
  uint32_t hash;       // low half of the key's hash (map entries: of key and sub-key)
  uint32_t change;     // ChangeClock number of the last change; 0 = as in the database
  uint16_t group;      // key group
  uint8_t referenced;  // touched since the eviction hand last passed
  uint8_t flags;       // RowFlag
  uint8_t key_size;    // kLongKey: the size stands before the key, in four bytes
};

enum RowFlag : uint8_t {
  kRowNew = 1,      // made under change number `change`: no freeze and no database knows it
  kRowDeleted = 2,  // erased, but the database may still hold it
};

/// The half of a key's hash that indexes use.
inline uint32_t IndexHash(uint64_t hash) {
  return static_cast<uint32_t>(hash);
}

/// One variable-length part of a row: up to 12 bytes inline, more in the arena.
class BlobSlot {
 public:
  static constexpr uint32_t kInlineBytesMax = 12;

  uint32_t size() const { return size_; }
  bool IsInline() const { return size_ <= kInlineBytesMax; }
  std::string_view view() const { return {IsInline() ? inline_ : pointer(), size_}; }
  char* pointer() const {
    char* bytes;
    std::memcpy(&bytes, inline_ + 4, sizeof(bytes));
    return bytes;
  }
  uint32_t capacity() const {
    uint32_t bytes;
    std::memcpy(&bytes, inline_, sizeof(bytes));
    return bytes;
  }
  void SetInline(std::string_view bytes) {
    size_ = static_cast<uint32_t>(bytes.size());
    if (!bytes.empty()) std::memmove(inline_, bytes.data(), bytes.size());
  }
  void SetPointer(char* bytes, uint32_t size, uint32_t capacity) {
    size_ = size;
    std::memcpy(inline_, &capacity, sizeof(capacity));
    std::memcpy(inline_ + 4, &bytes, sizeof(bytes));
  }

 private:
  uint32_t size_;
  char inline_[kInlineBytesMax];
};
static_assert(sizeof(BlobSlot) == 16);

/// Where the parts of a row lie in its block: blob slots, fixed payload, links (map entries), all 8-byte
/// aligned; head; key.
class RowLayout {
 public:
  RowLayout(uint32_t link_bytes, uint32_t fixed_bytes, uint32_t num_blobs)
      : link_bytes_(link_bytes),
        fixed_before_(link_bytes + ((fixed_bytes + 7) & ~7u)),
        bytes_before_(fixed_before_ + num_blobs * static_cast<uint32_t>(sizeof(BlobSlot))),
        fixed_bytes_(fixed_bytes),
        num_blobs_(num_blobs) {}

  uint32_t fixed_bytes() const { return fixed_bytes_; }
  uint32_t num_blobs() const { return num_blobs_; }
  uint32_t link_bytes() const { return link_bytes_; }
  size_t BlockBytes(size_t key_size) const {
    return bytes_before_ + kKeyOffset + (key_size >= kLongKey ? sizeof(uint32_t) : 0) + key_size;
  }
  size_t BlockBytes(const Row* row) const { return BlockBytes(Key(row).size()); }
  char* Block(Row* row) const { return reinterpret_cast<char*>(row) - bytes_before_; }
  const char* Block(const Row* row) const { return reinterpret_cast<const char*>(row) - bytes_before_; }
  /// Makes a row with zero links, payload and blobs in a block of BlockBytes.
  Row* Make(void* block, uint32_t hash, uint16_t group, std::string_view key) const;

  template <class T>
  T* Links(Row* row) const {
    return reinterpret_cast<T*>(row) - 1;
  }
  template <class T>
  const T* Links(const Row* row) const {
    return reinterpret_cast<const T*>(row) - 1;
  }
  uint8_t* Fixed(Row* row) const { return reinterpret_cast<uint8_t*>(row) - fixed_before_; }
  const uint8_t* Fixed(const Row* row) const { return reinterpret_cast<const uint8_t*>(row) - fixed_before_; }
  BlobSlot* Blobs(Row* row) const { return reinterpret_cast<BlobSlot*>(Block(row)); }
  const BlobSlot* Blobs(const Row* row) const { return reinterpret_cast<const BlobSlot*>(Block(row)); }
  static std::string_view Key(const Row* row) {
    const char* bytes = reinterpret_cast<const char*>(row) + kKeyOffset;
    if (row->key_size != kLongKey) return {bytes, row->key_size};
    uint32_t size;
    std::memcpy(&size, bytes, sizeof(size));
    return {bytes + sizeof(size), size};
  }

 private:
  static constexpr uint8_t kLongKey = 255;
  static constexpr size_t kKeyOffset = offsetof(Row, key_size) + 1;  // in the padding of Row

  uint32_t link_bytes_;
  uint32_t fixed_before_;  // bytes from the fixed payload to the head
  uint32_t bytes_before_;  // bytes from the block to the head
  uint32_t fixed_bytes_;
  uint32_t num_blobs_;
};

inline Row* RowLayout::Make(void* block, uint32_t hash, uint16_t group, std::string_view key) const {
  std::memset(block, 0, bytes_before_);
  char* bytes = static_cast<char*>(block) + bytes_before_;
  const bool is_long = key.size() >= kLongKey;
  auto* row = reinterpret_cast<Row*>(bytes);
  row->hash = hash;
  row->change = 0;
  row->group = group;
  row->referenced = 1;
  row->flags = 0;
  row->key_size = is_long ? kLongKey : static_cast<uint8_t>(key.size());
  bytes += kKeyOffset;
  if (is_long) {
    const auto size = static_cast<uint32_t>(key.size());
    std::memcpy(bytes, &size, sizeof(size));
    bytes += sizeof(size);
  }
  if (!key.empty()) std::memcpy(bytes, key.data(), key.size());
  return row;
}

}  // namespace millrace::state
