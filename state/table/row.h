#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace millrace::state {

/// The head of a row; payload, blob slots and key bytes follow as RowLayout says. `hash`, `group` and the key
/// never change. The owner thread changes the rest, but not of a row that a writer may be reading (see
/// FrozenRows).
struct Row {
  uint32_t hash;       // low half of the key's hash (map entries: of key and sub-key)
  uint16_t group;      // key group
  uint8_t referenced;  // touched since the eviction hand last passed
  uint8_t flags;       // RowFlag
  uint32_t key_size;
  uint32_t change;  // ChangeClock number of the last change; 0 = as in the database
};
static_assert(sizeof(Row) == 16);

enum RowFlag : uint8_t {
  kRowNew = 1,      // made under change number `change`: no freeze and no database knows it
  kRowDeleted = 2,  // erased, but the database may still hold it
  kRowDead = 4,     // erased and unknown to the database; only the list of changes still points to it
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

/// Where the parts of a row lie: head, links (map entries), fixed payload, blob slots, key. All but the key
/// are 8-byte aligned.
class RowLayout {
 public:
  RowLayout(uint32_t link_bytes, uint32_t fixed_bytes, uint32_t num_blobs)
      : fixed_offset_(sizeof(Row) + link_bytes),
        blobs_offset_(fixed_offset_ + ((fixed_bytes + 7) & ~7u)),
        key_offset_(blobs_offset_ + num_blobs * sizeof(BlobSlot)),
        fixed_bytes_(fixed_bytes),
        num_blobs_(num_blobs) {}

  uint32_t fixed_bytes() const { return fixed_bytes_; }
  uint32_t num_blobs() const { return num_blobs_; }
  uint32_t link_bytes() const { return fixed_offset_ - sizeof(Row); }
  size_t RowBytes(uint32_t key_size) const { return key_offset_ + size_t{key_size}; }

  template <class T>
  T* Links(Row* row) const {
    return reinterpret_cast<T*>(row + 1);
  }
  template <class T>
  const T* Links(const Row* row) const {
    return reinterpret_cast<const T*>(row + 1);
  }
  uint8_t* Fixed(Row* row) const { return reinterpret_cast<uint8_t*>(row) + fixed_offset_; }
  const uint8_t* Fixed(const Row* row) const { return reinterpret_cast<const uint8_t*>(row) + fixed_offset_; }
  BlobSlot* Blobs(Row* row) const {
    return reinterpret_cast<BlobSlot*>(reinterpret_cast<char*>(row) + blobs_offset_);
  }
  const BlobSlot* Blobs(const Row* row) const {
    return reinterpret_cast<const BlobSlot*>(reinterpret_cast<const char*>(row) + blobs_offset_);
  }
  char* KeyBytes(Row* row) const { return reinterpret_cast<char*>(row) + key_offset_; }
  std::string_view Key(const Row* row) const {
    return {reinterpret_cast<const char*>(row) + key_offset_, row->key_size};
  }
  /// Zeroes links, payload and blobs.
  void Clear(Row* row) const { std::memset(row + 1, 0, key_offset_ - sizeof(Row)); }

 private:
  uint32_t fixed_offset_;
  uint32_t blobs_offset_;
  uint32_t key_offset_;
  uint32_t fixed_bytes_;
  uint32_t num_blobs_;
};

}  // namespace millrace::state
