#pragma once

#include "core/status.h"
#include "sql/lowering/graph_builder.h"
#include "sql/plan/plan_node.h"

namespace millrace::sql {

struct AggregateLowering {
  GraphBuilder& builder;
  uint64_t fingerprint = 0;
  const Stream& input;
  int64_t state_ttl_ms = 0;
};

/// Adds the operators of an AggregateNode or WindowAggregateNode: one behind an exchange by key, or, when
/// every call can be split and rows only come, one before it and one behind.
Result<Stream> LowerAggregate(const PlanNode& node, const AggregateLowering& lowering);

void LowerWindow(const PlanWindow& window, proto::WindowSpec* spec);

}  // namespace millrace::sql
