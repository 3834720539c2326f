#pragma once

#include <vector>

#include "core/status.h"
#include "operators/api/registry.h"
#include "proto/job_graph.pb.h"

namespace millrace {

/// Every structural error of a job graph: version, uids, edges, inputs of each kind of operator, cycles,
/// parallelism and partitioning, column numbers, expressions, schemas, options of connectors, formats and the
/// job. Empty = valid. Touches nothing outside.
std::vector<Status> ValidateGraph(const proto::JobGraph& graph, const Registry& registry);

}  // namespace millrace
