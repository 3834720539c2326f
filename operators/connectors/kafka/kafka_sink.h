#pragma once

#include <string>
#include <utility>

#include "operators/api/connector.h"

namespace millrace {

/// Fills in what writing takes: pre-flight, writer, committer, and the guarantee in words.
void AddKafkaSink(bool upsert, ConnectorFactory* factory);

}  // namespace millrace
