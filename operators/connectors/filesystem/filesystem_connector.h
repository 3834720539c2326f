#pragma once

#include "operators/api/connector.h"

namespace millrace {

/// Connector filesystem: files of lines in a directory, read bounded or as they appear, written exactly once.
/// docs/connectors/filesystem.md.
ConnectorFactory MakeFilesystemConnector();

}  // namespace millrace
