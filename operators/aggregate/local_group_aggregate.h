#pragma once

#include <memory>

#include "operators/api/operator.h"

namespace millrace::proto {
class GroupAggregateConfig;
}

namespace millrace {

/// The first of two phases: the accumulators of each key of a batch, before the exchange. Keeps nothing
/// between batches.
std::unique_ptr<Operator> MakeLocalGroupAggregate(const proto::GroupAggregateConfig& config);

}  // namespace millrace
