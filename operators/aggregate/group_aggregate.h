#pragma once

#include "operators/api/operator.h"

namespace millrace {

/// GROUP BY without windows (GroupAggregateConfig): an updating stream with one change a key and input batch
/// at most.
OperatorFactory GroupAggregateFactory();

}  // namespace millrace
