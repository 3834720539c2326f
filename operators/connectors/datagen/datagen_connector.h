#pragma once

#include "operators/api/connector.h"

namespace millrace {

/// Connector datagen: rows that are made up, random or counted. docs/connectors/datagen.md.
ConnectorFactory MakeDatagenConnector();

}  // namespace millrace
