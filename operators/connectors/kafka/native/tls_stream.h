#pragma once

#include <memory>
#include <string>

#include "core/status.h"
#include "operators/connectors/kafka/native/broker_stream.h"

namespace millrace {

/// Makes a connected stream a TLS one, as the table's ssl properties say: trusted authorities, own
/// certificate, host name. Blocks until the handshake is done or the connect timeout has passed.
/// kOutsideRefused: a file cannot be used, or a side does not accept the other's certificate.
Result<std::unique_ptr<BrokerStream>> StartTls(std::unique_ptr<BrokerStream> plain, const std::string& host,
                                               const KafkaClientSettings& settings, Env* env);

}  // namespace millrace
