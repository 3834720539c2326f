#include "operators/connectors/kafka/kafka_record.h"

#include <cstring>

#include "core/error_codes.h"

namespace millrace {
namespace {

constexpr char kVersion = 1;

// What a record has, as bits of its first byte.
constexpr uint8_t kHasKey = 1;
constexpr uint8_t kHasValue = 2;
constexpr uint8_t kHasTimestamp = 4;
constexpr uint8_t kHasHeaders = 8;
constexpr uint8_t kHasTopic = 16;

template <class T>
void AppendFixed(T value, std::string* out) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void AppendBytes(std::string_view bytes, std::string* out) {
  AppendFixed(static_cast<uint32_t>(bytes.size()), out);
  out->append(bytes);
}

template <class T>
bool ReadFixed(std::string_view* rest, T* value) {
  if (rest->size() < sizeof(T)) return false;
  std::memcpy(value, rest->data(), sizeof(T));
  rest->remove_prefix(sizeof(T));
  return true;
}

}  // namespace

void BeginSegment(std::string* segment) {
  segment->assign(1, kVersion);
}

void AppendRecord(const KafkaRecord& record, std::string* segment) {
  const auto flags = static_cast<uint8_t>((record.key ? kHasKey : 0) | (record.value ? kHasValue : 0) |
                                          (record.timestamp_ms >= 0 ? kHasTimestamp : 0) |
                                          (record.headers.empty() ? 0 : kHasHeaders) |
                                          (record.topic.empty() ? 0 : kHasTopic));
  segment->push_back(static_cast<char>(flags));
  if (record.key) AppendBytes(*record.key, segment);
  if (record.value) AppendBytes(*record.value, segment);
  if (record.timestamp_ms >= 0) AppendFixed(record.timestamp_ms, segment);
  if (!record.headers.empty()) AppendFixed(static_cast<uint32_t>(record.headers.size()), segment);
  for (const auto& [name, value] : record.headers) {
    AppendBytes(name, segment);
    segment->push_back(value ? 1 : 0);
    if (value) AppendBytes(*value, segment);
  }
  if (!record.topic.empty()) AppendBytes(record.topic, segment);
}

Result<SegmentReader> SegmentReader::Open(std::string_view segment) {
  if (segment.empty() || segment[0] != kVersion) {
    return Status(kCorruptBytes, "a staged segment of Kafka records cannot be read: unknown version");
  }
  return SegmentReader(segment.substr(1));
}

bool SegmentReader::ReadBytes(std::string_view* bytes) {
  uint32_t size = 0;
  if (!ReadFixed(&rest_, &size) || rest_.size() < size) return false;
  *bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

bool SegmentReader::ReadOptional(bool present, std::optional<std::string_view>* bytes) {
  bytes->reset();
  if (!present) return true;
  std::string_view found;
  if (!ReadBytes(&found)) return false;
  *bytes = found;
  return true;
}

Status SegmentReader::Next(KafkaRecord* record) {
  const Status broken(kCorruptBytes, "a staged segment of Kafka records breaks off");
  uint8_t flags = 0;
  record->timestamp_ms = -1;
  record->headers.clear();
  record->topic = {};
  if (!ReadFixed(&rest_, &flags) || !ReadOptional((flags & kHasKey) != 0, &record->key) ||
      !ReadOptional((flags & kHasValue) != 0, &record->value)) {
    return broken;
  }
  if ((flags & kHasTimestamp) != 0 && !ReadFixed(&rest_, &record->timestamp_ms)) return broken;
  uint32_t num_headers = 0;
  if ((flags & kHasHeaders) != 0 && !ReadFixed(&rest_, &num_headers)) return broken;
  for (uint32_t i = 0; i < num_headers; ++i) {
    std::string_view name;
    uint8_t has_value = 0;
    std::optional<std::string_view> value;
    if (!ReadBytes(&name) || !ReadFixed(&rest_, &has_value) || !ReadOptional(has_value != 0, &value))
      return broken;
    record->headers.emplace_back(name, value);
  }
  if ((flags & kHasTopic) != 0 && !ReadBytes(&record->topic)) return broken;
  return Status::Ok();
}

}  // namespace millrace
