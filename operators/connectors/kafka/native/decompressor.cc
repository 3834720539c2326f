#include "operators/connectors/kafka/native/decompressor.h"

#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/native/wire.h"

namespace millrace {
namespace {

constexpr size_t kRoomBytesMin = 16 << 10;
constexpr std::string_view kXerialMagic("\x82SNAPPY\0", 8);

Status Damaged(const char* codec, const char* reason) {
  return Status(kCorruptRecords, std::string("compressed records are damaged, ") + codec + ": " + reason);
}

Status TooLarge(const char* codec) {
  return Damaged(codec, "they are larger than 1 GB");
}

size_t GuessedSize(std::string_view compressed) {
  return std::max(kRoomBytesMin, 4 * compressed.size());
}

}  // namespace

struct Decompressor::Contexts {
  z_stream gzip{};
  bool has_gzip = false;
  LZ4F_dctx* lz4 = nullptr;
  ZSTD_DCtx* zstd = nullptr;

  ~Contexts() {
    if (has_gzip) inflateEnd(&gzip);
    LZ4F_freeDecompressionContext(lz4);
    ZSTD_freeDCtx(zstd);
  }
};

Decompressor::Decompressor() : contexts_(std::make_unique<Contexts>()) {
}

Decompressor::~Decompressor() = default;

Status Decompressor::Decompress(KafkaCodec codec, std::string_view compressed, PieceWriter* out) {
  out->BeginPiece();
  switch (codec) {
    case KafkaCodec::kGzip:
      return Gunzip(compressed, out);
    case KafkaCodec::kSnappy:
      return Unsnappy(compressed, out);
    case KafkaCodec::kLz4:
      return Unlz4(compressed, out);
    case KafkaCodec::kZstd:
      return Unzstd(compressed, out);
    case KafkaCodec::kNone:
      break;
  }
  return Status(kCorruptRecords,
                "records are compressed in an unknown way: codec " + std::to_string(static_cast<int>(codec)));
}

Status Decompressor::Gunzip(std::string_view compressed, PieceWriter* out) {
  z_stream& stream = contexts_->gzip;
  if (!contexts_->has_gzip) {
    constexpr int kWindowBitsOfGzipOrZlib = 15 + 32;
    if (inflateInit2(&stream, kWindowBitsOfGzipOrZlib) != Z_OK) return Damaged("gzip", "no memory");
    contexts_->has_gzip = true;
  }
  inflateReset(&stream);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  size_t room_bytes = GuessedSize(compressed);
  while (true) {
    const std::span<char> room = out->Room(room_bytes);
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = static_cast<uInt>(std::min<size_t>(room.size(), kBytesMax));
    const uInt offered = stream.avail_out;
    const int result = inflate(&stream, Z_NO_FLUSH);
    out->Advance(offered - stream.avail_out);
    if (out->piece().size() > kBytesMax) return TooLarge("gzip");
    if (result == Z_STREAM_END) return Status::Ok();
    if (result != Z_OK || stream.avail_out > 0) return Damaged("gzip", "the stream is broken or cut");
    room_bytes = kRoomBytesMin;
  }
}

Status Decompressor::Unsnappy(std::string_view compressed, PieceWriter* out) {
  const auto append = [out](std::string_view chunk) {
    size_t size = 0;
    if (!snappy::GetUncompressedLength(chunk.data(), chunk.size(), &size))
      return Damaged("snappy", "no length");
    if (size + out->piece().size() > kBytesMax) return TooLarge("snappy");
    const std::span<char> room = out->Room(size);
    if (!snappy::RawUncompress(chunk.data(), chunk.size(), room.data()))
      return Damaged("snappy", "the block is broken or cut");
    out->Advance(size);
    return Status::Ok();
  };
  if (!compressed.starts_with(kXerialMagic)) return append(compressed);
  constexpr size_t kXerialHeaderBytes = 16;  // with two versions
  WireReader chunks(compressed.substr(std::min(compressed.size(), kXerialHeaderBytes)), WireForm::kClassic);
  while (!chunks.rest().empty()) {
    const std::string_view chunk = chunks.Bytes();
    if (!chunks.ok()) return Damaged("snappy", "the frame is cut");
    RETURN_IF_ERROR(append(chunk));
  }
  return Status::Ok();
}

Status Decompressor::Unlz4(std::string_view compressed, PieceWriter* out) {
  if (contexts_->lz4 == nullptr &&
      LZ4F_isError(LZ4F_createDecompressionContext(&contexts_->lz4, LZ4F_VERSION))) {
    return Damaged("lz4", "no memory");
  }
  LZ4F_resetDecompressionContext(contexts_->lz4);
  size_t room_bytes = GuessedSize(compressed);
  while (true) {
    const std::span<char> room = out->Room(room_bytes);
    size_t written = room.size();
    size_t read = compressed.size();
    const size_t left =
        LZ4F_decompress(contexts_->lz4, room.data(), &written, compressed.data(), &read, nullptr);
    if (LZ4F_isError(left)) return Damaged("lz4", LZ4F_getErrorName(left));
    compressed.remove_prefix(read);
    out->Advance(written);
    if (out->piece().size() > kBytesMax) return TooLarge("lz4");
    if (left == 0) return Status::Ok();
    if (written == 0 && read == 0) return Damaged("lz4", "the frame is cut");
    room_bytes = kRoomBytesMin;
  }
}

Status Decompressor::Unzstd(std::string_view compressed, PieceWriter* out) {
  if (contexts_->zstd == nullptr) contexts_->zstd = ZSTD_createDCtx();
  if (contexts_->zstd == nullptr) return Damaged("zstd", "no memory");
  ZSTD_DCtx_reset(contexts_->zstd, ZSTD_reset_session_only);
  ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
  size_t room_bytes = GuessedSize(compressed);
  while (true) {
    const std::span<char> room = out->Room(room_bytes);
    ZSTD_outBuffer chunk{room.data(), room.size(), 0};
    const size_t left = ZSTD_decompressStream(contexts_->zstd, &chunk, &in);
    if (ZSTD_isError(left) != 0) return Damaged("zstd", ZSTD_getErrorName(left));
    out->Advance(chunk.pos);
    if (out->piece().size() > kBytesMax) return TooLarge("zstd");
    if (left == 0) return Status::Ok();
    if (chunk.pos < chunk.size && in.pos == in.size) return Damaged("zstd", "the frame is cut");
    room_bytes = kRoomBytesMin;
  }
}

}  // namespace millrace
