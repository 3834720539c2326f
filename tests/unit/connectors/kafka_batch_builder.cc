#include "tests/unit/connectors/kafka_batch_builder.h"

#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "core/check.h"
#include "operators/connectors/kafka/native/crc32c.h"
#include "operators/connectors/kafka/native/wire.h"

namespace millrace {
namespace {

constexpr size_t kChecksumAt = 17;
constexpr size_t kChecksummedAt = 21;

void AppendVarint(int64_t value, std::string* bytes) {
  auto bits = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  for (; bits >= 0x80; bits >>= 7) bytes->push_back(static_cast<char>(bits | 0x80));
  bytes->push_back(static_cast<char>(bits));
}

void AppendBytes(const std::optional<std::string>& value, std::string* bytes) {
  AppendVarint(value ? static_cast<int64_t>(value->size()) : -1, bytes);
  if (value) bytes->append(*value);
}

std::string Gzip(const std::string& bytes) {
  std::string out(bytes.size() + 1000, '\0');
  z_stream stream{};
  CHECK(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Snappy(const std::string& bytes, bool in_frames) {
  std::string out;
  if (!in_frames) {
    snappy::Compress(bytes.data(), bytes.size(), &out);
    return out;
  }
  out = std::string("\x82SNAPPY\0\0\0\0\1\0\0\0\1", 16);
  constexpr size_t kChunkBytes = 100;
  for (size_t begin = 0; begin < bytes.size(); begin += kChunkBytes) {
    std::string chunk;
    snappy::Compress(bytes.data() + begin, std::min(kChunkBytes, bytes.size() - begin), &chunk);
    WireWriter framed(WireForm::kClassic);
    framed.Bytes(chunk);
    out += framed.bytes();
  }
  return out;
}

std::string Compressed(KafkaCodec codec, bool snappy_in_frames, const std::string& bytes) {
  std::string out(std::max(LZ4F_compressFrameBound(bytes.size(), nullptr), ZSTD_compressBound(bytes.size())),
                  '\0');
  switch (codec) {
    case KafkaCodec::kNone:
      return bytes;
    case KafkaCodec::kGzip:
      return Gzip(bytes);
    case KafkaCodec::kSnappy:
      return Snappy(bytes, snappy_in_frames);
    case KafkaCodec::kLz4:
      out.resize(LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), nullptr));
      return out;
    case KafkaCodec::kZstd:
      out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1));
      return out;
  }
  return bytes;
}

}  // namespace

std::string BatchBuilderForKafka::Build() const {
  std::string content;
  int64_t offset_delta = -1;
  for (const Record& record : records) {
    offset_delta = record.offset_delta >= 0 ? record.offset_delta : offset_delta + 1;
    std::string bytes(1, '\0');
    AppendVarint(record.timestamp_delta_ms, &bytes);
    AppendVarint(offset_delta, &bytes);
    AppendBytes(record.key, &bytes);
    AppendBytes(record.value, &bytes);
    AppendVarint(static_cast<int64_t>(record.headers.size()), &bytes);
    for (const auto& [name, value] : record.headers) {
      AppendBytes(name, &bytes);
      AppendBytes(value, &bytes);
    }
    AppendVarint(static_cast<int64_t>(bytes.size()), &content);
    content += bytes;
  }
  WireWriter tail(WireForm::kClassic);
  tail.Int16(static_cast<int16_t>(static_cast<int>(codec) | (is_log_append_time ? 0x08 : 0) |
                                  (is_transactional ? 0x10 : 0) | (is_control ? 0x20 : 0)));
  tail.Int32(static_cast<int32_t>(offset_delta));
  tail.Int64(base_timestamp_ms);
  tail.Int64(max_timestamp_ms);
  tail.Int64(producer_id);
  tail.Int16(0);
  tail.Int32(0);
  tail.Int32(static_cast<int32_t>(records.size()));
  const std::string checksummed = tail.bytes() + Compressed(codec, snappy_in_frames, content);
  WireWriter head(WireForm::kClassic);
  head.Int64(base_offset);
  head.Int32(static_cast<int32_t>(checksummed.size() + 9));
  head.Int32(leader_epoch);
  head.Int8(2);
  head.Int32(0);
  std::string batch = head.bytes() + checksummed;
  FixChecksum(&batch);
  return batch;
}

std::string EndOfTransaction(int64_t offset, int64_t producer_id, bool is_commit) {
  return BatchBuilderForKafka{.base_offset = offset,
                              .is_transactional = true,
                              .is_control = true,
                              .producer_id = producer_id,
                              .records = {{.key = std::string("\0\0\0", 3) + (is_commit ? '\1' : '\0'),
                                           .value = std::string(6, '\0')}}}
      .Build();
}

void FixChecksum(std::string* batch) {
  WireWriter checksum(WireForm::kClassic);
  checksum.Int32(static_cast<int32_t>(PortableCrc32c(std::string_view(*batch).substr(kChecksummedAt))));
  batch->replace(kChecksumAt, 4, checksum.bytes());
}

}  // namespace millrace
