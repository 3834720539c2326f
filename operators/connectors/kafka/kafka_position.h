#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/status.h"

namespace millrace {

/// Where a partition is read next, and where its reading ends.
struct KafkaPosition {
  std::string topic;
  int32_t partition = 0;
  int64_t next_offset = 0;
  std::optional<int64_t> stop_offset;  // bounded: the first offset that is not read

  /// Split.id: "topic:partition".
  std::string SplitId() const { return topic + ":" + std::to_string(partition); }
  friend bool operator==(const KafkaPosition&, const KafkaPosition&) = default;
};

std::string EncodeKafkaPosition(const KafkaPosition& position);
/// kCorruptBytes when the bytes are none.
Result<KafkaPosition> DecodeKafkaPosition(const std::string& bytes);

/// kPositionLost; `available`: the offsets that are there.
Status PositionLost(const KafkaPosition& position, const std::string& available);

}  // namespace millrace
