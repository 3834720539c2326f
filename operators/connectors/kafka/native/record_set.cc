#include "operators/connectors/kafka/native/record_set.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "core/descriptor/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/native/crc32c.h"

namespace millrace {
namespace {

// Places in a batch, in bytes from its beginning.
constexpr size_t kLengthEnd = 12;  // of base offset and length, which does not count itself
constexpr size_t kMagicAt = 16;
constexpr size_t kAttributesAt = 21;  // what the checksum covers
constexpr size_t kHeaderBytes = 61;

constexpr uint16_t kCodecBits = 0x07;
constexpr uint16_t kLogAppendTimeBit = 0x08;
constexpr uint16_t kTransactionalBit = 0x10;
constexpr uint16_t kControlBit = 0x20;
constexpr int16_t kAbortMarker = 0;

/// A zigzag varint; false when it does not end before `end`.
inline bool ReadVarint(const char** position, const char* end, int64_t* value) {
  const char* at = *position;
  if (end - at >= 2) {  // most have one byte or two
    const uint32_t first = static_cast<uint8_t>(at[0]);
    const uint32_t second = static_cast<uint8_t>(at[1]);
    if (first < 0x80) {
      *position = at + 1;
      *value = static_cast<int32_t>(first >> 1) ^ -static_cast<int32_t>(first & 1);
      return true;
    }
    if (second < 0x80) {
      *position = at + 2;
      *value = static_cast<int32_t>(second << 6 | (first & 0x7f) >> 1) ^ -static_cast<int32_t>(first & 1);
      return true;
    }
  }
  uint64_t bits = 0;
  for (int shift = 0; shift < 70 && at < end; shift += 7) {
    const auto byte = static_cast<uint8_t>(*at++);
    bits |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) != 0) continue;
    *position = at;
    *value = static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
    return true;
  }
  return false;
}

/// Bytes behind their length; a length of -1 is null.
inline bool ReadBytes(const char** position, const char* end, std::string_view* bytes, bool* is_null) {
  int64_t length = 0;
  if (!ReadVarint(position, end, &length) || length > end - *position) return false;
  *is_null = length < 0;
  const auto size = static_cast<size_t>(std::max<int64_t>(length, 0));
  *bytes = {*position, size};
  *position += size;
  return true;
}

bool ReadHeaders(const char* position, const char* end, FetchedRecords* fetched) {
  int64_t num_headers = 0;
  if (!ReadVarint(&position, end, &num_headers)) return false;
  for (; num_headers > 0; --num_headers) {
    FetchedHeader header;
    bool name_is_null = false;
    if (!ReadBytes(&position, end, &header.name, &name_is_null) ||
        !ReadBytes(&position, end, &header.value, &header.value_is_null)) {
      return false;
    }
    fetched->headers.push_back(header);
  }
  return true;
}

bool IsAbortMarker(std::string_view control_records) {
  const char* position = control_records.data();
  const char* const end = position + control_records.size();
  int64_t number = 0;
  std::string_view key;
  bool key_is_null = true;
  if (!ReadVarint(&position, end, &number) || position == end) return false;
  ++position;  // attributes
  if (!ReadVarint(&position, end, &number) || !ReadVarint(&position, end, &number) ||
      !ReadBytes(&position, end, &key, &key_is_null)) {
    return false;
  }
  WireReader reader(key, WireForm::kClassic);
  reader.Int16();  // version
  return reader.Int16() == kAbortMarker && reader.ok();
}

std::string Hex(uint32_t value) {
  char text[16];
  std::snprintf(text, sizeof(text), "0x%08x", value);
  return text;
}

/// The first whole batch of a set; empty when there is none.
std::string_view FirstBatch(std::string_view set) {
  if (set.size() < kHeaderBytes) return {};
  WireReader reader(set.substr(8), WireForm::kClassic);
  const int32_t length = reader.Int32();
  if (length < 0 || static_cast<size_t>(length) > set.size() - kLengthEnd) return {};
  return set.substr(0, kLengthEnd + static_cast<size_t>(length));
}

}  // namespace

RecordSetEnd FindEnd(std::string_view record_set) {
  RecordSetEnd end;
  for (std::string_view batch = FirstBatch(record_set); batch.size() >= kHeaderBytes;
       batch = FirstBatch(record_set)) {
    if (batch[kMagicAt] != 2) break;
    WireReader header(batch, WireForm::kClassic);
    const int64_t base_offset = header.Int64();
    header.Int32();  // length
    end.leader_epoch = header.Int32();
    WireReader delta(batch.substr(kAttributesAt + 2), WireForm::kClassic);
    end.next_offset = base_offset + delta.Int32() + 1;
    record_set.remove_prefix(batch.size());
  }
  return end;
}

RecordSetReader::RecordSetReader(RecordSet set, RecordSetOptions options, Decompressor* decompressor,
                                 PieceWriter* pieces)
    : set_(std::move(set)),
      options_(options),
      decompressor_(decompressor),
      pieces_(pieces),
      rest_(set_.bytes),
      next_offset_(set_.wanted_offset) {
  std::sort(set_.aborted.begin(), set_.aborted.end(),
            [](const auto& a, const auto& b) { return a.first_offset < b.first_offset; });
}

Status RecordSetReader::Take(size_t num_records_max, FetchedRecords* fetched) {
  while (!is_at_end_ && fetched->num_records() < num_records_max) {
    if (batch_.num_records_left == 0) {
      RETURN_IF_ERROR(OpenBatch());
    } else {
      RETURN_IF_ERROR(TakeRecords(num_records_max - fetched->num_records(), fetched));
    }
    if (batch_.num_records_left == 0) next_offset_ = std::max(next_offset_, batch_.next_offset);
  }
  return Status::Ok();
}

Status RecordSetReader::OpenBatch() {
  const std::string_view bytes = FirstBatch(rest_);
  if (bytes.empty()) {
    is_at_end_ = true;
    return Status::Ok();
  }
  RETURN_IF_ERROR(CheckBatch(bytes));
  rest_.remove_prefix(bytes.size());
  WireReader header(bytes, WireForm::kClassic);
  batch_ = {};
  batch_.base_offset = header.Int64();
  header = WireReader(bytes.substr(kAttributesAt), WireForm::kClassic);
  batch_.attributes = static_cast<uint16_t>(header.Int16());
  batch_.next_offset = batch_.base_offset + header.Int32() + 1;
  batch_.base_timestamp_ms = header.Int64();
  batch_.max_timestamp_ms = header.Int64();
  batch_.producer_id = header.Int64();
  header.Int16();  // producer epoch
  header.Int32();  // sequence
  const int32_t num_records = header.Int32();
  batch_.records = header.rest();
  batch_.block = set_.block;
  if (batch_.next_offset <= set_.wanted_offset || IsLeftOut(batch_.records)) return Status::Ok();
  if (num_records < 0) return Damaged("number of records is negative", batch_.base_offset);
  batch_.num_records_left = static_cast<uint32_t>(num_records);
  const auto codec = static_cast<KafkaCodec>(batch_.attributes & kCodecBits);
  if (codec == KafkaCodec::kNone || num_records == 0) return Status::Ok();
  const Status decompressed = decompressor_->Decompress(codec, batch_.records, pieces_);
  if (!decompressed.ok()) return Damaged(decompressed.message(), batch_.base_offset);
  batch_.records = pieces_->piece();
  batch_.block = pieces_->block();
  return Status::Ok();
}

Status RecordSetReader::CheckBatch(std::string_view bytes) const {
  WireReader header(bytes, WireForm::kClassic);
  const int64_t base_offset = header.Int64();
  if (bytes.size() <= kMagicAt) return Damaged("batch is too short", base_offset);
  const auto magic = static_cast<uint8_t>(bytes[kMagicAt]);
  if (magic < 2) {
    return Status(kUnsupportedByConnector, "records are in a format of Kafka before 0.11: topic '" +
                                               set_.topic + "' partition " + std::to_string(set_.partition) +
                                               " offset " + std::to_string(base_offset))
        .WithSuggestion("set 'scan.reader' = 'librdkafka', which reads it");
  }
  if (magic > 2) return Damaged("format of the batch is unknown", base_offset);
  if (bytes.size() < kHeaderBytes) return Damaged("batch is too short", base_offset);
  if (!options_.check_crcs) return Status::Ok();
  header = WireReader(bytes.substr(kMagicAt + 1), WireForm::kClassic);
  const auto written = static_cast<uint32_t>(header.Int32());
  const uint32_t computed = Crc32c(bytes.substr(kAttributesAt));
  if (written == computed) return Status::Ok();
  return Damaged("checksum is " + Hex(computed) + " and should be " + Hex(written), base_offset);
}

bool RecordSetReader::IsLeftOut(std::string_view records) {
  const bool is_control = (batch_.attributes & kControlBit) != 0;
  if (!options_.read_committed || (batch_.attributes & kTransactionalBit) == 0) return is_control;
  for (; next_aborted_ < set_.aborted.size() && set_.aborted[next_aborted_].first_offset < batch_.next_offset;
       ++next_aborted_) {
    aborted_producers_.insert(set_.aborted[next_aborted_].producer_id);
  }
  if (!is_control) return aborted_producers_.contains(batch_.producer_id);
  if (IsAbortMarker(records)) aborted_producers_.erase(batch_.producer_id);
  return true;
}

Status RecordSetReader::TakeRecords(size_t num_records, FetchedRecords* fetched) {
  const bool is_log_append_time = (batch_.attributes & kLogAppendTimeBit) != 0;
  fetched->ContinueRun(
      set_.number, is_log_append_time ? KafkaTimestampType::kLogAppendTime : KafkaTimestampType::kCreateTime,
      batch_.block);
  const char* position = batch_.records.data();
  const char* const end = position + batch_.records.size();
  size_t taken = fetched->num_records();
  const size_t taken_max = taken + std::min<size_t>(num_records, batch_.num_records_left);
  fetched->Resize(taken_max);
  for (; batch_.num_records_left > 0 && taken < taken_max; --batch_.num_records_left) {
    int64_t length = 0;
    int64_t timestamp_delta = 0;
    int64_t offset_delta = 0;
    RawRecord& key = fetched->keys[taken];
    RawRecord& value = fetched->values[taken];
    if (!ReadVarint(&position, end, &length) || length < 1 || length > end - position)
      return Damaged("length of a record is wrong", batch_.base_offset);
    const char* const record_end = position + length;
    const char* field = position + 1;  // behind the attributes, which mean nothing
    if (!ReadVarint(&field, record_end, &timestamp_delta) || !ReadVarint(&field, record_end, &offset_delta) ||
        !ReadBytes(&field, record_end, &key.bytes, &key.is_null) ||
        !ReadBytes(&field, record_end, &value.bytes, &value.is_null)) {
      return Damaged("a record ends too early", batch_.base_offset);
    }
    position = record_end;
    const int64_t offset = batch_.base_offset + offset_delta;
    if (offset < set_.wanted_offset) continue;
    if (options_.with_headers) {
      if (!ReadHeaders(field, record_end, fetched))
        return Damaged("a record ends too early", batch_.base_offset);
      fetched->header_ends.push_back(static_cast<uint32_t>(fetched->headers.size()));
    }
    fetched->offsets[taken] = offset;
    fetched->timestamps_ms[taken] =
        is_log_append_time ? batch_.max_timestamp_ms : batch_.base_timestamp_ms + timestamp_delta;
    ++taken;
  }
  fetched->Resize(taken);
  batch_.records = {position, static_cast<size_t>(end - position)};
  return Status::Ok();
}

Status RecordSetReader::Damaged(const std::string& what, int64_t offset) const {
  return Status(kCorruptRecords, "records of the log are damaged, " + what + ": topic '" + set_.topic +
                                     "' partition " + std::to_string(set_.partition) + " offset " +
                                     std::to_string(offset))
      .WithSuggestion("if it happens again, the log of the broker is damaged: restore it from a replica");
}

}  // namespace millrace
