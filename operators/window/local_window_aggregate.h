#pragma once

#include <memory>

#include "operators/api/operator.h"

namespace millrace::proto {
class WindowAggregateConfig;
}

namespace millrace {

/// The first of two phases: the accumulators of each slice and key of a batch, before the exchange. Keeps
/// nothing between batches; late rows are left to the second phase.
std::unique_ptr<Operator> MakeLocalWindowAggregate(const proto::WindowAggregateConfig& config);

}  // namespace millrace
