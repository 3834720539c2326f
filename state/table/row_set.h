#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "state/table/row.h"

namespace millrace::state {

/// A set of rows by their addresses: a bitmap for every page of memory that has members (after Lemire et al.,
/// "Roaring Bitmaps", 2016). However many rows are in it, it takes about a sixtieth of their memory at most.
/// Single-owner.
class RowSet {
 public:
  /// `row` must not be in the set.
  void Insert(Row* row) {
    const auto address = reinterpret_cast<uintptr_t>(row);
    std::unique_ptr<Page>& page = pages_[address / kPageBytes];
    if (page == nullptr) page = std::make_unique<Page>();
    (*page)[WordOf(address)] |= BitOf(address);
    ++size_;
  }
  /// `row` must be in the set.
  void Erase(const Row* row) {
    const auto address = reinterpret_cast<uintptr_t>(row);
    (*pages_.at(address / kPageBytes))[WordOf(address)] &= ~BitOf(address);
    --size_;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  uint64_t memory_bytes() const {
    constexpr uint64_t kBytesASlot = sizeof(decltype(pages_)::value_type) + 1;
    return pages_.size() * sizeof(Page) + pages_.capacity() * kBytesASlot;
  }

  /// Calls visit(row) for all of them, those of a page in the order of memory.
  template <class Visit>
  void ForEach(Visit&& visit) const {
    for (const auto& [number, page] : pages_) {
      for (size_t word = 0; word < kPageWords; ++word) {
        for (uint64_t bits = (*page)[word]; bits != 0; bits &= bits - 1) {
          const size_t place = word * 64 + static_cast<size_t>(std::countr_zero(bits));
          visit(reinterpret_cast<Row*>(number * kPageBytes + place * kRowAlignment));
        }
      }
    }
  }

 private:
  static constexpr size_t kPageBytes = 16 * 1024;
  static constexpr size_t kRowAlignment = 8;
  static constexpr size_t kPageWords = kPageBytes / kRowAlignment / 64;
  using Page = std::array<uint64_t, kPageWords>;

  static size_t WordOf(uintptr_t address) { return address % kPageBytes / (kRowAlignment * 64); }
  static uint64_t BitOf(uintptr_t address) { return uint64_t{1} << (address / kRowAlignment % 64); }

  absl::flat_hash_map<uintptr_t, std::unique_ptr<Page>> pages_;  // by address / kPageBytes
  size_t size_ = 0;
};

}  // namespace millrace::state
