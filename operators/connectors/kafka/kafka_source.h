#pragma once

#include "operators/api/connector.h"

namespace millrace {

/// Fills in what reading takes: pre-flight, enumerator, reader.
void AddKafkaSource(bool upsert, ConnectorFactory* factory);

}  // namespace millrace
