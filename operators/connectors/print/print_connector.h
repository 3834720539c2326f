#pragma once

#include "operators/api/connector.h"

namespace millrace {

/// Connector print: every row as a line on standard output or standard error. docs/connectors/print.md.
ConnectorFactory MakePrintConnector();

}  // namespace millrace
