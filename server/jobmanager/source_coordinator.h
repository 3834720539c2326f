#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/status.h"
#include "operators/api/connector.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"

namespace millrace {

/// The splits of one source: discovers them, and spreads them over the subtasks. On the job's strand;
/// Discover blocks.
class SourceCoordinator {
 public:
  /// `source`: the operator's config, of a known connector; outlives this, as the factory does.
  SourceCoordinator(const proto::Operator& source, uint32_t parallelism, const ConnectorFactory& factory,
                    ConnectorContext context);

  /// Splits per subtask, serialised as proto::SplitState; `no_more` = the last assignment.
  struct Assignment {
    std::vector<std::vector<std::string>> by_subtask;
    bool no_more = false;
  };

  /// The first assignment of an attempt: the restored splits (of any former parallelism) and what Discover
  /// finds beside them. `restored` may be null.
  Result<Assignment> Begin(const proto::OperatorSnapshot* restored);
  /// Looks for new splits; nothing found gives empty lists.
  Result<Assignment> DiscoverMore();
  /// Milliseconds until DiscoverMore; nullopt = never.
  std::optional<int64_t> next_discovery_ms() const;
  /// A serialised proto::EnumeratorState: taken before the barrier is sent, so that every split in it was
  /// given to its reader before that.
  std::string Snapshot() const;

  const std::string& uid() const { return source_.uid(); }

 private:
  Status AssignFound(Assignment* assignment);
  void Assign(const proto::SplitState& split, Assignment* assignment);

  const proto::Operator& source_;
  const uint32_t parallelism_;
  const ConnectorFactory& factory_;
  const ConnectorContext context_;
  std::unique_ptr<SplitEnumerator> enumerator_;
  std::set<std::string> assigned_;
  uint32_t next_subtask_ = 0;
};

}  // namespace millrace
