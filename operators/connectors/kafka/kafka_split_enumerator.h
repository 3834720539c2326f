#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/kafka/kafka_cluster.h"
#include "operators/connectors/kafka/kafka_options.h"
#include "operators/connectors/kafka/kafka_position.h"

namespace millrace {

/// Finds partitions: one split each. Where those of the first discovery begin and end is looked up once and
/// kept in their positions; partitions found later begin at their first record. On the I/O pool, blocks.
class KafkaSplitEnumerator : public SplitEnumerator {
 public:
  /// `known`: ids of splits that exist already. `state`: of an earlier Snapshot, or "".
  static Result<std::unique_ptr<KafkaSplitEnumerator>> Create(KafkaOptions options,
                                                              const std::vector<std::string>& known,
                                                              const std::string& state);

  /// kOutsideMissing, kOutsideUnreachable. Brokers that are away after the first discovery give no splits and
  /// no error.
  Result<std::vector<Split>> Discover() override;
  std::optional<int64_t> next_discovery_ms() const override;
  std::string Snapshot() const override;

 private:
  KafkaSplitEnumerator(KafkaOptions options, std::set<std::string> known, bool initial_done)
      : options_(std::move(options)), known_(std::move(known)), initial_done_(initial_done) {}

  Result<std::vector<Split>> FindNew(KafkaCluster& cluster);
  Result<std::vector<KafkaPartition>> ListPartitions(KafkaCluster& cluster);

  const KafkaOptions options_;
  std::set<std::string> known_;
  bool initial_done_;  // state: v1
};

/// Where the partitions begin (`initial`: by the startup mode, else at their first records) and end.
Result<std::vector<KafkaPosition>> ResolvePositions(KafkaCluster& cluster, const KafkaOptions& options,
                                                    const std::vector<KafkaPartition>& partitions,
                                                    bool initial);

}  // namespace millrace
