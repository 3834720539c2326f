#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/status.h"
#include "proto/job_graph.pb.h"
#include "proto/worker.pb.h"

namespace millrace {

/// Turns a valid job graph into tasks: operators joined by forward edges become chains, chains times their
/// parallelism become tasks, edges become channels. Fills tasks (without restores), job_name, max_parallelism
/// and options of the deployment. Deterministic: the same graph gives the same task and channel names.
proto::JobDeployment MakeDeployment(const proto::JobGraph& graph);

uint32_t MaxParallelismOf(const proto::JobGraph& graph);
uint32_t ParallelismOf(const proto::JobGraph& graph, const proto::Operator& op);

}  // namespace millrace
