#include "operators/connectors/kafka/kafka_split_enumerator.h"

#include <re2/re2.h>

#include "core/error_codes.h"
#include "operators/api/error_codes.h"
#include "proto/kafka_source.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kStateVersion = 1;

}  // namespace

Result<std::unique_ptr<KafkaSplitEnumerator>> KafkaSplitEnumerator::Create(
    KafkaOptions options, const std::vector<std::string>& known, const std::string& state) {
  proto::KafkaEnumeratorState message;
  if (!state.empty() && (!message.ParseFromString(state) || message.version() != kStateVersion)) {
    return Status(kCorruptBytes, "the state of a Kafka source's discovery cannot be read");
  }
  return std::unique_ptr<KafkaSplitEnumerator>(new KafkaSplitEnumerator(
      std::move(options), {known.begin(), known.end()}, message.initial_discovery_done() || !known.empty()));
}

Result<std::vector<KafkaPartition>> KafkaSplitEnumerator::ListPartitions(KafkaCluster& cluster) {
  std::map<std::string, int32_t> topics;
  if (options_.topic_pattern.empty()) {
    ASSIGN_OR_RETURN(topics, cluster.Partitions(options_.topics));
  } else {
    const RE2 pattern(options_.topic_pattern, RE2::Quiet);
    ASSIGN_OR_RETURN(const auto all, cluster.AllPartitions());
    for (const auto& [topic, count] : all) {
      if (RE2::FullMatch(topic, pattern)) topics[topic] = count;
    }
  }
  std::vector<KafkaPartition> partitions;
  for (const auto& [topic, count] : topics) {
    for (int32_t partition = 0; partition < count; ++partition) partitions.emplace_back(topic, partition);
  }
  return partitions;
}

Result<std::vector<Split>> KafkaSplitEnumerator::FindNew(KafkaCluster& cluster) {
  ASSIGN_OR_RETURN(const std::vector<KafkaPartition> partitions, ListPartitions(cluster));
  std::vector<KafkaPartition> unknown;
  for (const KafkaPartition& partition : partitions) {
    if (!known_.contains(KafkaPosition{partition.first, partition.second, 0, {}}.SplitId()))
      unknown.push_back(partition);
  }
  ASSIGN_OR_RETURN(const std::vector<KafkaPosition> positions,
                   ResolvePositions(cluster, options_, unknown, !initial_done_));
  std::vector<Split> splits;
  for (const KafkaPosition& position : positions) {
    known_.insert(position.SplitId());
    splits.push_back({.id = position.SplitId(), .position = EncodeKafkaPosition(position)});
  }
  return splits;
}

Result<std::vector<Split>> KafkaSplitEnumerator::Discover() {
  // A bounded table is what was there at the start.
  if (initial_done_ && options_.bound != KafkaBound::kUnbounded) return std::vector<Split>();
  ASSIGN_OR_RETURN(const std::unique_ptr<KafkaCluster> cluster,
                   KafkaCluster::Connect(options_, options_.group_id));
  Result<std::vector<Split>> found = FindNew(*cluster);
  if (!found.ok() && initial_done_ && found.status().code() == kOutsideUnreachable)
    return std::vector<Split>();
  if (found.ok()) initial_done_ = true;
  return found;
}

std::optional<int64_t> KafkaSplitEnumerator::next_discovery_ms() const {
  if (options_.bound != KafkaBound::kUnbounded || options_.discovery_interval_ms <= 0) return std::nullopt;
  return options_.discovery_interval_ms;
}

std::string KafkaSplitEnumerator::Snapshot() const {
  proto::KafkaEnumeratorState state;
  state.set_version(kStateVersion);
  state.set_initial_discovery_done(initial_done_);
  return state.SerializeAsString();
}

}  // namespace millrace
