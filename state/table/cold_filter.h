#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace::state {

/// Which keys may be in the database only. Says "maybe" for every such key, "no" for nearly all others. Grows
/// with what is added. Single-owner.
class ColdFilter {
 public:
  /// Low half of the key's hash, and its group: what a database key has of it.
  static uint64_t Fingerprint(uint32_t hash, uint16_t group) {
    const uint64_t mixed = (uint64_t{group} << 32 | hash) * 0x9e3779b97f4a7c15;
    return mixed ^ (mixed >> 29);
  }

  bool MayContain(uint64_t fingerprint) const {
    if (all_) return true;
    // The last one is the largest.
    for (size_t i = generations_.size(); i > 0; --i) {
      if (generations_[i - 1].MayContain(fingerprint)) return true;
    }
    return false;
  }
  /// Loads the cache lines that MayContain reads.
  void Prefetch(uint64_t fingerprint) const {
    for (const Generation& generation : generations_) generation.Prefetch(fingerprint);
  }
  bool empty() const { return !all_ && num_keys_ == 0; }
  void Add(uint64_t fingerprint);
  /// Every key may be cold, until Replace: after a restore.
  void AddAll() { all_ = true; }
  bool has_all() const { return all_; }
  /// Keys are in `other` or were added here; ends AddAll.
  void Absorb(ColdFilter other);
  /// Sizes an empty filter for this many keys to come.
  void Reserve(uint64_t num_keys);

  uint64_t memory_bytes() const;

 private:
  /// A blocked Bloom filter: 512-bit blocks, six bits a key, about 10 bits a key when full.
  struct Generation {
    std::vector<uint64_t> words;
    uint64_t num_blocks = 0;
    uint64_t num_keys = 0;
    uint64_t num_keys_max = 0;
    explicit Generation(uint64_t keys);
    bool MayContain(uint64_t fingerprint) const;
    void Prefetch(uint64_t fingerprint) const;
    void Add(uint64_t fingerprint);
  };
  static constexpr uint64_t kFirstKeys = 1024;

  bool all_ = false;
  uint64_t num_keys_ = 0;
  std::vector<Generation> generations_;  // each at least twice the one before
};

}  // namespace millrace::state
