#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

namespace millrace::state {

static_assert(std::endian::native == std::endian::little);

inline void AppendBigEndian16(uint16_t value, std::string* out) {
  const uint16_t swapped = __builtin_bswap16(value);
  out->append(reinterpret_cast<const char*>(&swapped), sizeof(swapped));
}
inline void AppendBigEndian32(uint32_t value, std::string* out) {
  const uint32_t swapped = __builtin_bswap32(value);
  out->append(reinterpret_cast<const char*>(&swapped), sizeof(swapped));
}
/// The low 48 bits.
inline void AppendBigEndian48(uint64_t value, std::string* out) {
  const uint64_t swapped = __builtin_bswap64(value << 16);
  out->append(reinterpret_cast<const char*>(&swapped), 6);
}
/// Orders as the signed number does.
inline void AppendOrderedInt64(int64_t value, std::string* out) {
  const uint64_t swapped = __builtin_bswap64(static_cast<uint64_t>(value) ^ (uint64_t{1} << 63));
  out->append(reinterpret_cast<const char*>(&swapped), sizeof(swapped));
}
inline void AppendLittleEndian32(uint32_t value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

inline uint16_t ReadBigEndian16(const char* bytes) {
  uint16_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return __builtin_bswap16(value);
}
inline uint32_t ReadBigEndian32(const char* bytes) {
  uint32_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return __builtin_bswap32(value);
}
inline int64_t ReadOrderedInt64(const char* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return static_cast<int64_t>(__builtin_bswap64(value) ^ (uint64_t{1} << 63));
}
inline uint32_t ReadLittleEndian32(const char* bytes) {
  uint32_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

/// The smallest string greater than every string that begins with `prefix`; empty = none.
inline std::string AfterPrefix(std::string prefix) {
  while (!prefix.empty() && static_cast<uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
  return prefix;
}

}  // namespace millrace::state
