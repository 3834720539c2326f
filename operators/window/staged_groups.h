#pragma once

#include <string>
#include <vector>

#include "operators/aggregate/group_rows.h"

namespace millrace {

/// Copies of rows of a slice: rows that a table lends for a moment only, to be worked on many at a time.
/// Reused by its owner.
class StagedGroups final : public BlobAccess {
 public:
  StagedGroups(uint32_t fixed_bytes, uint32_t num_blobs);

  void Clear();
  void Add(const SliceTable& table, RowRef row);
  /// Groups without a key: one with the payload and blobs of a row, and empty ones.
  void AddValues(const SliceTable& table, RowRef row);
  void AddEmpty(size_t count);
  /// Gives group `i` the payload and blobs of another group.
  void SetValues(size_t i, StagedGroups& from, size_t from_i);
  size_t size() const { return key_ends_.size(); }
  std::string_view key(size_t i) const;
  /// Valid until the next Add or Clear.
  uint8_t* payload(size_t i) { return reinterpret_cast<uint8_t*>(payloads_.data() + i * stride_); }
  RowRef row(size_t i) const { return RowRef{reinterpret_cast<void*>(i + 1)}; }
  /// All of them; valid until the next Add or Clear.
  Groups All();

  std::string_view Blob(RowRef group, uint32_t slot) const override { return blobs_[BlobIndex(group, slot)]; }
  void SetBlob(RowRef group, uint32_t slot, std::string_view bytes) override {
    blobs_[BlobIndex(group, slot)].assign(bytes);
  }

 private:
  size_t BlobIndex(RowRef group, uint32_t slot) const {
    return (reinterpret_cast<uintptr_t>(group.row) - 1) * num_blobs_ + slot;
  }

  const uint32_t fixed_bytes_;
  const size_t stride_;
  const uint32_t num_blobs_;
  std::string key_bytes_;
  std::vector<size_t> key_ends_;
  std::vector<uint64_t> payloads_;
  std::vector<std::string> blobs_;
  std::vector<uint8_t*> payload_pointers_;
  std::vector<RowRef> rows_;
};

}  // namespace millrace
