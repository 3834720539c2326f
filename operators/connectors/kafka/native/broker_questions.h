#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/status.h"
#include "operators/connectors/kafka/native/client_settings.h"
#include "operators/connectors/kafka/native/messages.h"

namespace millrace {

class Env;

/// Single questions over a connection of their own. Each blocks, up to about 20 s a broker asked.

/// Asks one broker after the other until one answers; the last one's error when none does.
Result<ClusterMetadata> AskForMetadata(const std::vector<BrokerAddress>& brokers,
                                       const std::vector<std::string>& topics,
                                       const KafkaClientSettings& settings, Env* env);

/// First offset of the partition and the end of what its leader gives to read.
Result<std::pair<int64_t, int64_t>> AskForOffsetRange(const BrokerAddress& leader, const std::string& topic,
                                                      int32_t partition, const KafkaClientSettings& settings,
                                                      Env* env);

}  // namespace millrace
