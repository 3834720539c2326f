#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "core/status.h"
#include "operators/connectors/kafka/native/block_pool.h"

namespace millrace {

/// How the records of a batch are compressed, by the number in its attributes.
enum class KafkaCodec : uint8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };

/// Decompresses the records of batches: gzip, Snappy (plain or in the frames of the Java client), LZ4 frames,
/// Zstandard. Keeps the libraries' working memory between batches. Single-owner.
class Decompressor {
 public:
  /// Batches that become larger are damaged, or an attack.
  static constexpr size_t kBytesMax = 1 << 30;

  Decompressor();
  ~Decompressor();

  /// Writes the bytes as a piece. The error (kCorruptRecords) says what is wrong, not where.
  Status Decompress(KafkaCodec codec, std::string_view compressed, PieceWriter* out);

 private:
  struct Contexts;
  Status Gunzip(std::string_view compressed, PieceWriter* out);
  Status Unsnappy(std::string_view compressed, PieceWriter* out);
  Status Unlz4(std::string_view compressed, PieceWriter* out);
  Status Unzstd(std::string_view compressed, PieceWriter* out);

  const std::unique_ptr<Contexts> contexts_;
};

}  // namespace millrace
