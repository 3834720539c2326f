#include "operators/aggregate/scratch_groups.h"

#include <bit>

#include "core/row/same_bytes.h"

namespace millrace {
namespace {

constexpr uint64_t kSliceMix = 0x9e3779b97f4a7c15;

uint64_t SlotHash(uint64_t hash, int64_t slice) {
  const uint64_t mixed = hash ^ (static_cast<uint64_t>(slice) * kSliceMix);
  return mixed ^ (mixed >> 32);
}

}  // namespace

ScratchGroups::ScratchGroups(uint32_t fixed_bytes, uint32_t num_blobs)
    : stride_((fixed_bytes + 7) & ~size_t{7}), num_blobs_(num_blobs) {
}

void ScratchGroups::Clear() {
  slots_.assign(std::bit_ceil(keys_.size() * 4 + 16), 0);
  keys_.clear();
  copied_keys_.clear();
  payloads_.clear();
  blobs_.clear();
}

uint32_t ScratchGroups::Add(uint64_t hash, std::string_view key, int64_t slice) {
  const uint64_t slot_hash = SlotHash(hash, slice);
  const size_t mask = slots_.size() - 1;
  size_t at = slot_hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    const Key& found = keys_[slots_[at] - 1];
    if (found.hash == slot_hash && found.slice == slice && SameBytes(found.key, key)) return slots_[at] - 1;
  }
  keys_.push_back({slot_hash, key, slice});
  slots_[at] = static_cast<uint32_t>(keys_.size());
  if (keys_.size() * 2 > slots_.size()) Rehash(slots_.size() * 2);
  return static_cast<uint32_t>(keys_.size() - 1);
}

uint32_t ScratchGroups::AddCopy(uint64_t hash, std::string_view key) {
  const uint32_t group = Add(hash, key);
  if (group == copied_keys_.size()) {
    copied_keys_.emplace_back(key);
    keys_[group].key = copied_keys_.back();
  }
  return group;
}

void ScratchGroups::Rehash(size_t num_slots) {
  slots_.assign(num_slots, 0);
  const size_t mask = num_slots - 1;
  for (size_t group = 0; group < keys_.size(); ++group) {
    size_t at = keys_[group].hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<uint32_t>(group + 1);
  }
}

void ScratchGroups::MakePayloads() {
  payloads_.resize(keys_.size() * stride_ / sizeof(uint64_t));
  blobs_.resize(keys_.size() * num_blobs_);
}

Groups ScratchGroups::All() {
  payload_pointers_.clear();
  rows_.clear();
  for (size_t group = 0; group < size(); ++group) {
    payload_pointers_.push_back(payload(group));
    rows_.push_back(row(group));
  }
  return {size(), payload_pointers_.data(), rows_.data(), this};
}

}  // namespace millrace
