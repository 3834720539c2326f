#pragma once

#include "operators/api/operator.h"

namespace millrace {

/// GROUP BY over windows (WindowAggregateConfig): rows gather in slices, a window is sent once, when the
/// watermark (or the clock) passes its end.
OperatorFactory WindowAggregateFactory();

}  // namespace millrace
