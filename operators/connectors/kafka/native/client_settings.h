#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/status.h"
#include "operators/connectors/kafka/kafka_options.h"
#include "operators/connectors/kafka/native/messages.h"
#include "operators/connectors/kafka/native/sasl.h"

namespace millrace {

/// Files and texts of the ssl properties, "" where none is given.
struct KafkaTlsSettings {
  bool is_on = false;
  bool verifies = true;
  bool checks_host = true;
  std::string ca_location;
  std::string ca_pem;
  std::string certificate_location;
  std::string certificate_pem;
  std::string key_location;
  std::string key_pem;
  std::string key_password;
  std::string keystore_location;
  std::string keystore_password;
  std::string cipher_suites;
  std::string crl_location;
};

/// What the client properties of a table mean to the native reader; pure data. Names and defaults are
/// librdkafka's unless said otherwise.
struct KafkaClientSettings {
  std::vector<BrokerAddress> bootstrap;
  std::string bootstrap_servers;  // as written, for messages
  std::string client_id;
  std::string rack;

  bool read_committed = true;
  bool check_crcs = true;  // costs little here, unlike there
  int32_t fetch_bytes_min = 1;
  int32_t fetch_bytes_max = 0;
  int32_t partition_bytes_max = 0;
  int32_t response_bytes_max = 0;
  int32_t fetch_wait_ms_max = 0;
  int64_t fetch_error_backoff_ms = 0;
  int64_t metadata_age_ms_max = 0;  // 0 = leaders are looked up when something fails only
  int64_t reconnect_backoff_ms = 0;
  int64_t reconnect_backoff_ms_max = 0;

  int64_t connect_timeout_ms = 0;
  int64_t request_timeout_ms = 0;
  int address_family = 0;  // AF_*
  bool keepalive = false;
  bool nagle = false;
  int receive_buffer_bytes = 0;  // 0 = as the system has it
  int send_buffer_bytes = 0;

  KafkaTlsSettings tls;
  SaslMechanism sasl = SaslMechanism::kNone;
  std::string sasl_username;
  std::string sasl_password;

  /// kBadOptionValue.
  static Result<KafkaClientSettings> From(const KafkaOptions& options);
};

/// "host:port,[::1]:9092,host". kBadOptionValue.
Result<std::vector<BrokerAddress>> ParseBrokers(const std::string& text);

}  // namespace millrace
