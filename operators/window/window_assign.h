#pragma once

#include "operators/api/operator.h"

namespace millrace {

/// The window table functions without an aggregation: a row for each window of each row (WindowAssignConfig).
OperatorFactory WindowAssignFactory();

}  // namespace millrace
