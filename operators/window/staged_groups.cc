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
  AddValues(table, row);
}

void StagedGroups::AddValues(const SliceTable& table, RowRef row) {
  AddEmpty(1);
  std::memcpy(payload(size() - 1), table.Fixed(row), fixed_bytes_);
  for (uint32_t slot = 0; slot < num_blobs_; ++slot)
    SetBlob(this->row(size() - 1), slot, table.Blob(row, slot));
}

void StagedGroups::SetValues(size_t i, StagedGroups& from, size_t from_i) {
  std::memcpy(payload(i), from.payload(from_i), fixed_bytes_);
  for (uint32_t slot = 0; slot < num_blobs_; ++slot) SetBlob(row(i), slot, from.Blob(from.row(from_i), slot));
}

void StagedGroups::AddEmpty(size_t count) {
  key_ends_.resize(key_ends_.size() + count, key_bytes_.size());
  payloads_.resize(payloads_.size() + count * stride_);
  blobs_.resize(blobs_.size() + count * num_blobs_);
}

std::string_view StagedGroups::key(size_t i) const {
  const size_t begin = i == 0 ? 0 : key_ends_[i - 1];
  return std::string_view(key_bytes_).substr(begin, key_ends_[i] - begin);
}

Groups StagedGroups::All() {
  payload_pointers_.clear();
  rows_.clear();
  for (size_t i = 0; i < size(); ++i) {
    payload_pointers_.push_back(payload(i));
    rows_.push_back(row(i));
  }
  return {size(), payload_pointers_.data(), rows_.data(), this};
}

}  // namespace millrace
