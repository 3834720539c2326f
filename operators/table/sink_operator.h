#pragma once

#include "operators/api/operator.h"

namespace millrace {

class Registry;

/// Writes a table (SinkConfig): constraints, the connector's writer, and, for sinks that publish at epochs,
/// its committer. `registry` (borrowed) knows connectors and formats.
OperatorFactory TableSinkFactory(const Registry& registry);

}  // namespace millrace
