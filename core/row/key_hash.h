#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/column/batch.h"

namespace millrace {

/// Hashes key columns row by row into `hashes` (sized batch.num_rows; rows outside the selection are
/// unspecified). Rows that RowCodec encodes equally hash equally; without key columns all hash to 0, which is
/// key group 0. Stable across versions and machines: routing and durable key groups depend on it (hash(key) %
/// max_parallelism), so changing it breaks every checkpoint.
void HashRows(const Batch& batch, std::span<const uint32_t> key_columns, std::vector<uint64_t>* hashes);

/// 64-bit hash of bytes, stable like HashRows (wyhash-style multiply-fold).
uint64_t HashBytes(std::string_view bytes, uint64_t seed = 0);

inline KeyGroup KeyGroupOfHash(uint64_t hash, uint32_t max_parallelism) {
  return KeyGroup{static_cast<uint32_t>((hash >> 32) % max_parallelism)};
}

}  // namespace millrace
