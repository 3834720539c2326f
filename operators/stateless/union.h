#pragma once

#include "operators/api/operator.h"

namespace millrace {

/// Forwards the rows of all its edges (UnionConfig) under one schema.
OperatorFactory UnionFactory();

}  // namespace millrace
