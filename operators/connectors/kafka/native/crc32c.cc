#include "operators/connectors/kafka/native/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace millrace {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // reflected

constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[byte] = crc;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = MakeTable();

#if defined(__x86_64__)

/// x^exponent modulo the polynomial, reflected.
constexpr uint32_t PowerOfX(int exponent) {
  uint32_t power = 0x80000000;
  for (int i = 0; i < exponent; ++i) power = (power >> 1) ^ ((power & 1) != 0 ? kPolynomial : 0);
  return power;
}

uint64_t Load(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

/// The crc as if `kBytes` zeros followed: a carry-less product with x^(8 * kBytes), reduced by the
/// instruction itself, which shifts by 33 bits more.
template <int kBytes>
__attribute__((target("sse4.2,pclmul"))) uint64_t Shift(uint64_t crc) {
  constexpr uint32_t kFactor = PowerOfX(8 * kBytes - 33);
  const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<int64_t>(crc)),
                                               _mm_cvtsi64_si128(static_cast<int64_t>(kFactor)), 0);
  return _mm_crc32_u64(0, static_cast<uint64_t>(_mm_cvtsi128_si64(product)));
}

/// Takes whole groups of three streams of `kBytes` off the front.
template <int kBytes>
__attribute__((target("sse4.2,pclmul"))) uint64_t TakeStreams(uint64_t crc, const char** bytes,
                                                              size_t* size) {
  while (*size >= 3 * kBytes) {
    const char* const data = *bytes;
    uint64_t second = 0;
    uint64_t third = 0;
    for (int i = 0; i < kBytes; i += 8) {
      crc = _mm_crc32_u64(crc, Load(data + i));
      second = _mm_crc32_u64(second, Load(data + kBytes + i));
      third = _mm_crc32_u64(third, Load(data + 2 * kBytes + i));
    }
    crc = Shift<kBytes>(Shift<kBytes>(crc) ^ second) ^ third;
    *bytes += 3 * kBytes;
    *size -= 3 * kBytes;
  }
  return crc;
}

__attribute__((target("sse4.2,pclmul"))) uint32_t FastCrc32c(std::string_view input) {
  const char* bytes = input.data();
  size_t size = input.size();
  uint64_t crc = 0xffffffff;
  crc = TakeStreams<2048>(crc, &bytes, &size);
  crc = TakeStreams<128>(crc, &bytes, &size);
  for (; size >= 8; bytes += 8, size -= 8) crc = _mm_crc32_u64(crc, Load(bytes));
  auto narrow = static_cast<uint32_t>(crc);
  for (; size > 0; ++bytes, --size) narrow = _mm_crc32_u8(narrow, static_cast<uint8_t>(*bytes));
  return ~narrow;
}

bool HasInstructions() {
  return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
}

#endif

}  // namespace

uint32_t PortableCrc32c(std::string_view bytes) {
  uint32_t crc = 0xffffffff;
  for (const char byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  return ~crc;
}

uint32_t Crc32c(std::string_view bytes) {
#if defined(__x86_64__)
  static const bool has_instructions = HasInstructions();
  if (has_instructions) return FastCrc32c(bytes);
#endif
  return PortableCrc32c(bytes);
}

}  // namespace millrace
