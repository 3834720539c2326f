#include "state/table/cold_filter.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace millrace::state {
namespace {

constexpr int kBitsAKey = 10;
constexpr int kBlockBits = 512;
constexpr int kWordsABlock = kBlockBits / 64;
constexpr int kProbes = 6;

/// The block from the upper bits, the bits in it from the rest.
uint64_t BlockOf(uint64_t fingerprint, uint64_t num_blocks) {
  return ((fingerprint >> 32) * num_blocks) >> 32;
}

uint64_t ProbeBits(uint64_t fingerprint) {
  const uint64_t mixed = fingerprint * 0xd6e8feb86659fd93;
  return mixed ^ (mixed >> 32);
}

}  // namespace

ColdFilter::Generation::Generation(uint64_t keys)
    : num_blocks(std::max<uint64_t>(1, (keys * kBitsAKey + kBlockBits - 1) / kBlockBits)),
      num_keys_max(keys) {
  words.assign(num_blocks * kWordsABlock, 0);
}

bool ColdFilter::Generation::MayContain(uint64_t fingerprint) const {
  const uint64_t* block = &words[BlockOf(fingerprint, num_blocks) * kWordsABlock];
  uint64_t bits = ProbeBits(fingerprint);
  for (int i = 0; i < kProbes; ++i, bits >>= 9) {
    if ((block[(bits >> 6) & 7] >> (bits & 63) & 1) == 0) return false;
  }
  return true;
}

void ColdFilter::Generation::Prefetch(uint64_t fingerprint) const {
  __builtin_prefetch(&words[BlockOf(fingerprint, num_blocks) * kWordsABlock]);
}

void ColdFilter::Generation::Add(uint64_t fingerprint) {
  uint64_t* block = &words[BlockOf(fingerprint, num_blocks) * kWordsABlock];
  uint64_t bits = ProbeBits(fingerprint);
  for (int i = 0; i < kProbes; ++i, bits >>= 9) block[(bits >> 6) & 7] |= uint64_t{1} << (bits & 63);
  ++num_keys;
}

void ColdFilter::Add(uint64_t fingerprint) {
  for (const Generation& generation : generations_) {
    if (generation.MayContain(fingerprint)) return;
  }
  if (generations_.empty()) {
    generations_.emplace_back(kFirstKeys);
  } else if (generations_.back().num_keys >= generations_.back().num_keys_max) {
    generations_.emplace_back(generations_.back().num_keys_max * 4);
  }
  generations_.back().Add(fingerprint);
  ++num_keys_;
}

void ColdFilter::Absorb(ColdFilter other) {
  std::vector<Generation> added = std::exchange(generations_, std::move(other.generations_));
  generations_.insert(generations_.end(), std::make_move_iterator(added.begin()),
                      std::make_move_iterator(added.end()));
  all_ = other.all_;
  num_keys_ += other.num_keys_;
  // The largest takes what is added from now on.
  std::stable_sort(generations_.begin(), generations_.end(),
                   [](const Generation& a, const Generation& b) { return a.num_keys_max < b.num_keys_max; });
}

void ColdFilter::Reserve(uint64_t num_keys) {
  if (generations_.empty()) generations_.emplace_back(std::max(num_keys, kFirstKeys));
}

uint64_t ColdFilter::memory_bytes() const {
  uint64_t bytes = 0;
  for (const Generation& generation : generations_) bytes += generation.words.size() * sizeof(uint64_t);
  return bytes;
}

}  // namespace millrace::state
