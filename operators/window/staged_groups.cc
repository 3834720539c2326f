#include "operators/window/staged_groups.h"

namespace millrace {

StagedGroups::StagedGroups(uint32_t fixed_bytes, uint32_t num_blobs)
    : fixed_bytes_(fixed_bytes), stride_((fixed_bytes + 7) / 8), num_blobs_(num_blobs) {
}

void StagedGroups::Clear() {
  key_bytes_.clear();
  key_ends_.clear();
  payloads_.clear();
  blobs_.clear();
}

void StagedGroups::Add(const SliceTable& table, RowRef row) {
  key_bytes_.append(table.Key(row));
  key_ends_.push_back(key_bytes_.size());
  payloads_.resize(payloads_.size() + stride_);
  std::memcpy(payloads_.data() + payloads_.size() - stride_, table.Fixed(row), fixed_bytes_);
  for (uint32_t slot = 0; slot < num_blobs_; ++slot) blobs_.emplace_back(table.Blob(row, slot));
}

std::string_view StagedGroups::key(size_t i) const {
  const size_t begin = i == 0 ? 0 : key_ends_[i - 1];
  return std::string_view(key_bytes_).substr(begin, key_ends_[i] - begin);
}

Groups StagedGroups::All() {
  payload_pointers_.clear();
  rows_.clear();
  for (size_t i = 0; i < size(); ++i) {
    payload_pointers_.push_back(reinterpret_cast<uint8_t*>(payloads_.data() + i * stride_));
    rows_.push_back(RowRef{reinterpret_cast<void*>(i + 1)});
  }
  return {size(), payload_pointers_.data(), rows_.data(), this};
}

}  // namespace millrace
