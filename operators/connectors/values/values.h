#pragma once

#include "operators/api/connector.h"

namespace millrace {

/// VALUES as a source: the rows lie in the configuration, one bounded split reads them in order.
ConnectorFactory ValuesConnector();

}  // namespace millrace
