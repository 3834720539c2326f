#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "operators/aggregate/group_rows.h"

namespace millrace {

/// Groups in scratch memory, for one batch or one window: first keys are added, then their zero payloads are
/// made. Reused by its owner.
class ScratchGroups final : public BlobAccess {
 public:
  ScratchGroups(uint32_t fixed_bytes, uint32_t num_blobs);

  /// Forgets everything; what comes next has room for twice as many keys as were forgotten.
  void Clear();
  /// The number of the group of a key (in a slice; 0 where there are none), made when absent. `key` must live
  /// until Clear; equal keys must come with equal hashes.
  uint32_t Add(uint64_t hash, std::string_view key, int64_t slice = 0);
  /// As Add, of a key whose bytes are copied when it is new.
  uint32_t AddCopy(uint64_t hash, std::string_view key);
  /// Call behind the last Add, before payloads are used; groups that had one keep it (elsewhere).
  void MakePayloads();

  size_t size() const { return keys_.size(); }
  std::string_view key(size_t group) const { return keys_[group].key; }
  int64_t slice(size_t group) const { return keys_[group].slice; }
  uint8_t* payload(size_t group) { return reinterpret_cast<uint8_t*>(payloads_.data()) + group * stride_; }
  RowRef row(size_t group) const { return RowRef{reinterpret_cast<void*>(group + 1)}; }
  /// All groups; valid until Clear.
  Groups All();

  std::string_view Blob(RowRef group, uint32_t slot) const override { return blobs_[BlobIndex(group, slot)]; }
  void SetBlob(RowRef group, uint32_t slot, std::string_view bytes) override {
    blobs_[BlobIndex(group, slot)].assign(bytes);
  }

 private:
  struct Key {
    uint64_t hash;
    std::string_view key;
    int64_t slice;
  };
  size_t BlobIndex(RowRef group, uint32_t slot) const {
    return (reinterpret_cast<uintptr_t>(group.row) - 1) * num_blobs_ + slot;
  }
  void Rehash(size_t num_slots);

  const size_t stride_;
  const uint32_t num_blobs_;
  std::vector<Key> keys_;
  std::deque<std::string> copied_keys_;
  std::vector<uint32_t> slots_;  // number of a group + 1, or 0; a power of two
  std::vector<uint64_t> payloads_;
  std::vector<std::string> blobs_;
  std::vector<uint8_t*> payload_pointers_;
  std::vector<RowRef> rows_;
};

}  // namespace millrace
