#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/status.h"

namespace millrace {

/// One record to write; borrows its bytes.
struct KafkaRecord {
  std::string_view topic;     // "" = the table's
  int64_t timestamp_ms = -1;  // -1 = when it is sent
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<std::pair<std::string_view, std::optional<std::string_view>>> headers;

  friend bool operator==(const KafkaRecord&, const KafkaRecord&) = default;
};

/// Records as bytes, one behind the other: the content of a staged segment (version 1, in its first byte) and
/// of a writer's overflow. Pure functions.
void BeginSegment(std::string* segment);
void AppendRecord(const KafkaRecord& record, std::string* segment);

/// Reads what AppendRecord wrote. Borrows the bytes.
class SegmentReader {
 public:
  /// kCorruptBytes for another version.
  static Result<SegmentReader> Open(std::string_view segment);
  bool IsAtEnd() const { return rest_.empty(); }
  /// kCorruptBytes when the bytes break off.
  Status Next(KafkaRecord* record);

 private:
  explicit SegmentReader(std::string_view rest) : rest_(rest) {}
  bool ReadBytes(std::string_view* bytes);
  bool ReadOptional(bool present, std::optional<std::string_view>* bytes);

  std::string_view rest_;
};

}  // namespace millrace
