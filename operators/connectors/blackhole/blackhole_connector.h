#pragma once

#include "operators/api/connector.h"

namespace millrace {

/// Connector blackhole: takes every row and keeps none. docs/connectors/blackhole.md.
ConnectorFactory MakeBlackholeConnector();

}  // namespace millrace
