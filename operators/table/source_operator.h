#pragma once

#include "operators/api/operator.h"

namespace millrace {

class Registry;

/// Reads a table (SourceConfig): the connector's split reader, computed columns, watermarks, then the
/// pushed-down filter. `registry` (borrowed) knows connectors and formats.
OperatorFactory TableSourceFactory(const Registry& registry);

}  // namespace millrace
