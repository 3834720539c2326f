#include "core/descriptor/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/kafka_split_enumerator.h"

namespace millrace {
namespace {

/// Offsets of the group; where there is none those of 'properties.auto.offset.reset' or `otherwise`, else an
/// error.
class GroupOffsets {
 public:
  GroupOffsets(KafkaCluster& cluster, const KafkaOptions& options) : cluster_(cluster), options_(options) {}

  Status Read(const std::vector<KafkaPartition>& partitions) {
    if (options_.group_id.empty()) return Status::Ok();
    ASSIGN_OR_RETURN(committed_, cluster_.Committed(partitions));
    return Status::Ok();
  }

  Result<int64_t> Of(const KafkaPartition& partition, const KafkaCluster::Range& range,
                     const std::string& otherwise) const {
    if (const auto found = committed_.find(partition); found != committed_.end()) return found->second;
    const std::string reset = options_.offset_reset.empty() ? otherwise : options_.offset_reset;
    if (reset == "earliest") return range.begin;
    if (reset == "latest") return range.end;
    return Status(kOutsideMissing, "group '" + options_.group_id + "' has no offset: topic '" +
                                       partition.first + "' partition " + std::to_string(partition.second))
        .WithSuggestion(
            "set 'properties.auto.offset.reset' = 'earliest' or 'latest', or another 'scan.startup.mode'");
  }

 private:
  KafkaCluster& cluster_;
  const KafkaOptions& options_;
  std::map<KafkaPartition, int64_t> committed_;
};

/// Everything the modes may ask for, read once.
struct Lookups {
  GroupOffsets group;
  std::map<KafkaPartition, int64_t> start_times;
  std::map<KafkaPartition, int64_t> stop_times;
};

Result<int64_t> StartOf(const KafkaPartition& partition, const KafkaCluster::Range& range,
                        const KafkaOptions& options, const Lookups& lookups) {
  switch (options.startup) {
    case KafkaStartup::kEarliest:
      return range.begin;
    case KafkaStartup::kLatest:
      return range.end;
    case KafkaStartup::kTimestamp:
      return lookups.start_times.at(partition);
    case KafkaStartup::kGroupOffsets:
      return lookups.group.Of(partition, range, "");
    case KafkaStartup::kSpecificOffsets:
      break;
  }
  const auto found = options.startup_offsets.find(partition.second);
  if (found != options.startup_offsets.end()) return found->second;
  return lookups.group.Of(partition, range, "earliest");
}

Result<std::optional<int64_t>> StopOf(const KafkaPartition& partition, const KafkaCluster::Range& range,
                                      const KafkaOptions& options, const Lookups& lookups) {
  switch (options.bound) {
    case KafkaBound::kUnbounded:
      return std::optional<int64_t>();
    case KafkaBound::kLatest:
      return std::optional<int64_t>(range.end);
    case KafkaBound::kTimestamp:
      return std::optional<int64_t>(lookups.stop_times.at(partition));
    case KafkaBound::kGroupOffsets: {
      ASSIGN_OR_RETURN(const int64_t offset, lookups.group.Of(partition, range, ""));
      return std::optional<int64_t>(offset);
    }
    case KafkaBound::kSpecificOffsets:
      break;
  }
  const auto found = options.bound_offsets.find(partition.second);
  if (found == options.bound_offsets.end()) {
    return Status(kBadOptionValue, "option 'scan.bounded.specific-offsets' does not name partition " +
                                       std::to_string(partition.second) + " of topic '" + partition.first +
                                       "'")
        .WithSuggestion("name every partition, 'partition:N,offset:0' for those that are not read");
  }
  return std::optional<int64_t>(found->second);
}

}  // namespace

Result<std::vector<KafkaPosition>> ResolvePositions(KafkaCluster& cluster, const KafkaOptions& options,
                                                    const std::vector<KafkaPartition>& partitions,
                                                    bool initial) {
  std::vector<KafkaPosition> positions;
  if (partitions.empty()) return positions;
  Lookups lookups{GroupOffsets(cluster, options), {}, {}};
  const bool asks_group = (initial && (options.startup == KafkaStartup::kGroupOffsets ||
                                       options.startup == KafkaStartup::kSpecificOffsets)) ||
                          options.bound == KafkaBound::kGroupOffsets;
  if (asks_group) RETURN_IF_ERROR(lookups.group.Read(partitions));
  if (initial && options.startup == KafkaStartup::kTimestamp) {
    ASSIGN_OR_RETURN(lookups.start_times, cluster.OffsetsAtTime(partitions, options.startup_timestamp_ms));
  }
  if (options.bound == KafkaBound::kTimestamp) {
    ASSIGN_OR_RETURN(lookups.stop_times, cluster.OffsetsAtTime(partitions, options.bound_timestamp_ms));
  }
  for (const KafkaPartition& partition : partitions) {
    ASSIGN_OR_RETURN(const KafkaCluster::Range range, cluster.OffsetRange(partition));
    KafkaPosition position{partition.first, partition.second, range.begin, {}};
    if (initial) {
      ASSIGN_OR_RETURN(position.next_offset, StartOf(partition, range, options, lookups));
    }
    ASSIGN_OR_RETURN(position.stop_offset, StopOf(partition, range, options, lookups));
    positions.push_back(std::move(position));
  }
  return positions;
}

}  // namespace millrace
