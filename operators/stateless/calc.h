#pragma once

#include "operators/api/operator.h"

namespace millrace {

/// Filters, then projects (CalcConfig). A row that fails ends the job with its error.
OperatorFactory CalcFactory();

}  // namespace millrace
