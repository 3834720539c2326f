#pragma once

#include "operators/api/operator.h"

namespace millrace {

/// INNER, LEFT, RIGHT and FULL join of two updating streams (JoinConfig). Both sides are kept; a row meets
/// what the other side holds when it comes.
OperatorFactory JoinFactory();

}  // namespace millrace
