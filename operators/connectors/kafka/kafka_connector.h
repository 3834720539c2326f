#pragma once

#include "operators/api/connector.h"

namespace millrace {

/// Connector "kafka": topics as streams of records.
ConnectorFactory MakeKafkaConnector();
/// Connector "upsert-kafka": topics as changing tables, the last record of a key being its row.
ConnectorFactory MakeUpsertKafkaConnector();

}  // namespace millrace
