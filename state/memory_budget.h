#pragma once

#include <atomic>
#include <cstdint>

namespace millrace {

/// The state memory that the tasks of a worker share. Thread-safe. Users report what they hold; one that is
/// over its fair share when the whole is over the limit evicts cold rows (see KeyedState::Relieve).
class MemoryBudget {
 public:
  explicit MemoryBudget(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}
  uint64_t limit_bytes() const { return limit_bytes_; }
  uint64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  bool OverLimit() const { return used_bytes() > limit_bytes_; }
  /// Users that can give memory back; their fair share is the limit over their number.
  void AddUser() { num_users_.fetch_add(1, std::memory_order_relaxed); }
  void RemoveUser() { num_users_.fetch_sub(1, std::memory_order_relaxed); }
  uint64_t FairShareBytes() const {
    const uint32_t num_users = num_users_.load(std::memory_order_relaxed);
    return num_users > 1 ? limit_bytes_ / num_users : limit_bytes_;
  }
  /// Changes what one user holds by `delta_bytes`.
  void Add(int64_t delta_bytes) {
    used_bytes_.fetch_add(static_cast<uint64_t>(delta_bytes), std::memory_order_relaxed);
  }

 private:
  const uint64_t limit_bytes_;
  std::atomic<uint64_t> used_bytes_{0};
  std::atomic<uint32_t> num_users_{0};
};

}  // namespace millrace
