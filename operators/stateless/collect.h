#pragma once

#include "operators/api/operator.h"

namespace millrace {

/// Hands rows to the result sink of the query (CollectConfig). At least once: rows of an epoch that is
/// replayed after a failure are handed out again.
OperatorFactory CollectFactory();

}  // namespace millrace
