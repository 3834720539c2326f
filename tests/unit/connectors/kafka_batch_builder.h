#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "operators/connectors/kafka/native/decompressor.h"

namespace millrace {

/// A record batch as a broker sends it (magic 2), made for tests.
struct BatchBuilderForKafka {
  struct Record {
    std::optional<std::string> key;
    std::optional<std::string> value;
    int64_t timestamp_delta_ms = 0;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
    int64_t offset_delta = -1;  // -1: one more than the record before
  };
  int64_t base_offset = 0;
  int32_t leader_epoch = 3;
  KafkaCodec codec = KafkaCodec::kNone;
  bool snappy_in_frames = false;
  bool is_transactional = false;
  bool is_control = false;
  bool is_log_append_time = false;
  int64_t base_timestamp_ms = 1000;
  int64_t max_timestamp_ms = 2000;
  int64_t producer_id = -1;
  std::vector<Record> records;

  std::string Build() const;
};

/// The control batch that ends a transaction.
std::string EndOfTransaction(int64_t offset, int64_t producer_id, bool is_commit);

/// Writes the checksum anew behind a change to the batch.
void FixChecksum(std::string* batch);

}  // namespace millrace
