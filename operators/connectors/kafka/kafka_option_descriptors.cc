#include "operators/connectors/kafka/kafka_options.h"

namespace millrace {
namespace {

using Type = OptionType;

void AddCommon(std::vector<OptionDescriptor>* options) {
  options->insert(
      options->end(),
      {
          {"properties.bootstrap.servers", Type::kString, "", true, "Brokers to begin with: host:port, with commas between.", {}},
          {"properties.*", Type::kString, "", false, "A client property, such as 'properties.security.protocol'.", {}},
          {"key.fields-prefix", Type::kString, "", false, "What the names of key columns begin with in the table only.", {}},
          {"value.fields-include", Type::kEnum, "ALL", false, "Whether key columns are in the value, too.", {"ALL", "EXCEPT_KEY"}},
          {"scan.bounded.mode", Type::kEnum, "unbounded", false, "Where reading ends, looked up once at the start.",
           {"unbounded", "latest-offset", "group-offsets", "timestamp", "specific-offsets"}},
          {"scan.bounded.specific-offsets", Type::kString, "", false, "First offsets not read: 'partition:0,offset:42;...'.", {}},
          {"scan.bounded.timestamp-millis", Type::kInteger, "", false,
           "First time not read, in milliseconds since 1970-01-01 UTC.", {}},
          {"scan.topic-partition-discovery.interval", Type::kDuration, "5 min", false,
           "How often new partitions are looked for; 0 = never.", {}},
          {"scan.parallelism", Type::kInteger, "", false, "Number of parallel readers; by default the job's.", {}},
          {"sink.parallelism", Type::kInteger, "", false,
           "Number of parallel writers; by default that of the operator before.", {}},
          {"sink.delivery-guarantee", Type::kEnum, "at-least-once", false, "What holds after failures.",
           {"at-least-once", "exactly-once", "none"}},
          {"sink.transactional-id-prefix", Type::kString, "", false,
           "Name of this sink in Kafka: the same over restarts, used by no other job; needed for exactly-once.", {}},
          {"sink.transaction-naming-strategy", Type::kString, "INCREMENTING", false,
           "Accepted for compatibility: a lane keeps one transactional id.", {}},
          {"sink.progress.topic", Type::kString, "__millrace_progress", false,
           "What the name of the topic begins with that holds the progress of an exactly-once sink.", {}},
          {"sink.progress.marker", Type::kEnum, "topic", false,
           "Where progress is kept: a compacted topic, or offsets of a group (no right to create topics needed).",
           {"topic", "group-offset"}},
      });
}

}  // namespace

std::vector<OptionDescriptor> KafkaOptionDescriptors(bool upsert) {
  std::vector<OptionDescriptor> options;
  AddCommon(&options);
  if (upsert) {
    options.insert(options.end(),
                   {
                       {"topic", Type::kString, "", true, "Topic that is read or written.", {}},
                       {"sink.buffer-flush.max-rows", Type::kInteger, "0", false,
                        "Most keys that are held back so that only their last row is written; 0 = none.", {}},
                       {"sink.buffer-flush.interval", Type::kDuration, "0 ms", false,
                        "Longest time that rows are held back; 0 = none.", {}},
                   });
    return options;
  }
  options.insert(
      options.end(),
      {
          {"topic", Type::kList, "", false, "Topic that is read or written; several to read with ';' between.", {}},
          {"topic-pattern", Type::kString, "", false, "Regular expression of the names of topics to read.", {}},
          {"key.fields", Type::kList, "", false, "Columns in the key of records, with ';' between.", {}},
          {"scan.startup.mode", Type::kEnum, "group-offsets", false, "Where a job without checkpoint begins to read.",
           {"earliest-offset", "latest-offset", "group-offsets", "timestamp", "specific-offsets"}},
          {"scan.startup.specific-offsets", Type::kString, "", false, "First offsets: 'partition:0,offset:42;...'.", {}},
          {"scan.startup.timestamp-millis", Type::kInteger, "", false,
           "First time of records, in milliseconds since 1970-01-01 UTC.", {}},
          {"sink.partitioner", Type::kString, "default", false,
           "How partitions are chosen: 'default' (by key), 'fixed' (one a writer) or 'round-robin'.", {}},
          {"sink.semantic", Type::kEnum, "at-least-once", false, "Older name of 'sink.delivery-guarantee'.",
           {"at-least-once", "exactly-once", "none"}},
      });
  return options;
}

}  // namespace millrace
