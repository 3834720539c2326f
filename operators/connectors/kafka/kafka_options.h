#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/descriptor/descriptor.h"

namespace millrace {

enum class KafkaStartup : uint8_t { kGroupOffsets, kEarliest, kLatest, kTimestamp, kSpecificOffsets };
enum class KafkaBound : uint8_t { kUnbounded, kLatest, kGroupOffsets, kTimestamp, kSpecificOffsets };
enum class KafkaPartitioner : uint8_t { kDefault, kFixed, kRoundRobin };
enum class KafkaReader : uint8_t { kNative, kLibrdkafka };
enum class KafkaMarkerKind : uint8_t { kTopic, kGroupOffset };

/// The options of connectors kafka and upsert-kafka; pure data.
struct KafkaOptions {
  Options table;  // all of them, for client properties
  std::string bootstrap_servers;
  std::vector<std::string> topics;
  std::string topic_pattern;  // "" = `topics`
  std::string group_id;       // "" = none given: nothing is committed
  std::string offset_reset;   // "earliest", "latest", or "" = an error where no group offset is

  std::string key_format;  // "" = keys are not read or written
  Options key_format_options;
  std::vector<std::string>
      key_fields;  // as the columns are named; upsert-kafka: empty, the primary key counts
  std::string key_prefix;
  bool value_without_key = false;
  std::string value_format;
  Options value_format_options;

  KafkaStartup startup = KafkaStartup::kGroupOffsets;
  int64_t startup_timestamp_ms = 0;
  std::map<int32_t, int64_t> startup_offsets;
  KafkaBound bound = KafkaBound::kUnbounded;
  int64_t bound_timestamp_ms = 0;
  std::map<int32_t, int64_t> bound_offsets;
  int64_t discovery_interval_ms = 300'000;    // 0 = off
  KafkaReader reader = KafkaReader::kNative;  // as 'scan.reader' says, or the properties

  Guarantee guarantee = Guarantee::kAtLeastOnce;
  std::string transactional_id_prefix;
  KafkaPartitioner partitioner = KafkaPartitioner::kDefault;
  std::string progress_topic = "__millrace_progress";
  KafkaMarkerKind marker = KafkaMarkerKind::kTopic;
  int64_t transaction_timeout_ms = 60'000;
  int64_t flush_max_rows =
      0;  // upsert-kafka: both > 0 = rows of one key are buffered and only the last is written
  int64_t flush_interval_ms = 0;

  /// Numbered errors of core/descriptor/error_codes.h.
  static Result<KafkaOptions> From(const Options& options, bool upsert);
};

/// "partition:0,offset:42;partition:1,offset:300". kBadOptionValue.
Result<std::map<int32_t, int64_t>> ParsePartitionOffsets(const std::string& key, const std::string& text);

std::vector<OptionDescriptor> KafkaOptionDescriptors(bool upsert);
/// Combinations that make no sense for this use of the table.
Status CheckKafkaOptions(const Options& options, bool upsert, bool as_source);

}  // namespace millrace
