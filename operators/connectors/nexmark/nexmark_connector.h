#pragma once

#include "operators/api/connector.h"

namespace millrace {

/// Connector nexmark: the events of the Nexmark benchmark, made up from their numbers.
/// docs/connectors/nexmark.md.
ConnectorFactory MakeNexmarkConnector();

}  // namespace millrace
