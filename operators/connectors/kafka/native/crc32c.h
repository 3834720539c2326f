#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

/// CRC-32C (Castagnoli), as record batches carry it. Uses the processor's instruction in three interleaved
/// streams where it is there (V. Gopal et al., "Fast CRC Computation for iSCSI Polynomial Using CRC32
/// Instruction", Intel 2011), a table elsewhere.
uint32_t Crc32c(std::string_view bytes);
/// The table's way, on any processor.
uint32_t PortableCrc32c(std::string_view bytes);

}  // namespace millrace
