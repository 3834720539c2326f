#pragma once

#include "operators/api/connector.h"

namespace millrace {

class OperatorContext;
class Registry;

/// What the connector of a table operator gets to work with.
ConnectorContext MakeConnectorContext(const Registry& registry, OperatorContext& context);

}  // namespace millrace
