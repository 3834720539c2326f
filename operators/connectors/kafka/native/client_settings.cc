#include "operators/connectors/kafka/native/client_settings.h"

#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "core/descriptor/error_codes.h"
#include "core/descriptor/option_text.h"
#include "operators/connectors/kafka/kafka_handle.h"

namespace millrace {
namespace {

using Properties = std::map<std::string, std::string>;

Status BadValue(const std::string& name, const std::string& value, const std::string& suggestion) {
  return Status(kBadOptionValue, "bad value of option 'properties." + name + "': '" + value + "'")
      .WithSuggestion(suggestion);
}

template <class Number>
Status ReadNumber(const Properties& properties, const char* name, Number otherwise, int64_t lowest,
                  int64_t highest, Number* result) {
  *result = otherwise;
  const auto found = properties.find(name);
  if (found == properties.end()) return Status::Ok();
  const Result<int64_t> number = ParseInteger(found->second);
  if (!number.ok() || *number < lowest || *number > highest) {
    return BadValue(name, found->second,
                    "write a number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  *result = static_cast<Number>(*number);
  return Status::Ok();
}

Status ReadBool(const Properties& properties, const char* name, bool otherwise, bool* result) {
  *result = otherwise;
  const auto found = properties.find(name);
  if (found == properties.end()) return Status::Ok();
  const auto is_one_of = [&](std::initializer_list<const char*> texts) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const char* text) { return EqualsIgnoringCase(found->second, text); });
  };
  *result = is_one_of({"true", "t", "1"});
  if (*result || is_one_of({"false", "f", "0"})) return Status::Ok();
  return BadValue(name, found->second, "write 'true' or 'false'");
}

template <class T>
Status ReadOneOf(const Properties& properties, const char* name, T otherwise,
                 std::initializer_list<std::pair<const char*, T>> meanings, T* result) {
  *result = otherwise;
  const auto found = properties.find(name);
  if (found == properties.end()) return Status::Ok();
  std::string all;
  for (const auto& [text, meaning] : meanings) {
    if (EqualsIgnoringCase(found->second, text)) {
      *result = meaning;
      return Status::Ok();
    }
    all += (all.empty() ? "'" : ", '") + std::string(text) + "'";
  }
  return BadValue(name, found->second, "use one of " + all);
}

std::string TextOf(const Properties& properties, const char* name) {
  const auto found = properties.find(name);
  return found == properties.end() ? "" : found->second;
}

Status ReadFetching(const Properties& properties, KafkaClientSettings* settings) {
  constexpr int64_t kBytesMax = 1'000'000'000;
  constexpr int32_t kPartitionBytes = 1 << 20;
  constexpr int32_t kResponseBytes = 4 << 20;
  constexpr int32_t kMetadataBytes = 1 << 20;  // beside records in a response
  settings->client_id = TextOf(properties, "client.id");
  settings->rack = TextOf(properties, "client.rack");
  RETURN_IF_ERROR(ReadOneOf<bool>(properties, "isolation.level", true,
                                  {{"read_committed", true}, {"read_uncommitted", false}},
                                  &settings->read_committed));
  RETURN_IF_ERROR(ReadBool(properties, "check.crcs", true, &settings->check_crcs));
  RETURN_IF_ERROR(ReadNumber(properties, "fetch.min.bytes", 1, 1, 100'000'000, &settings->fetch_bytes_min));
  RETURN_IF_ERROR(ReadNumber(properties, "fetch.message.max.bytes", kPartitionBytes, 1, kBytesMax,
                             &settings->partition_bytes_max));
  RETURN_IF_ERROR(ReadNumber(properties, "fetch.max.bytes",
                             std::max(kResponseBytes, settings->partition_bytes_max), 1, kBytesMax,
                             &settings->fetch_bytes_max));
  // One batch may be larger than all limits: the broker then sends it alone, up to its message.max.bytes.
  RETURN_IF_ERROR(ReadNumber(properties, "receive.message.max.bytes",
                             std::max(100'000'000, settings->fetch_bytes_max + kMetadataBytes), 1000,
                             INT32_MAX, &settings->response_bytes_max));
  RETURN_IF_ERROR(ReadNumber(properties, "fetch.wait.max.ms", 500, 0, 300'000, &settings->fetch_wait_ms_max));
  return ReadNumber<int64_t>(properties, "fetch.error.backoff.ms", 500, 0, 300'000,
                             &settings->fetch_error_backoff_ms);
}

Status ReadConnecting(const Properties& properties, KafkaClientSettings* settings) {
  constexpr int64_t kHourMs = 3'600'000;
  constexpr int kSocketBytesMax = 100'000'000;
  int64_t refresh_ms = 0;
  int64_t age_ms = 0;
  RETURN_IF_ERROR(ReadNumber<int64_t>(properties, "topic.metadata.refresh.interval.ms", 300'000, -1, kHourMs,
                                      &refresh_ms));
  RETURN_IF_ERROR(
      ReadNumber<int64_t>(properties, "metadata.max.age.ms", 3 * 300'000, 1, 24 * kHourMs, &age_ms));
  settings->metadata_age_ms_max = refresh_ms > 0 ? std::min(refresh_ms, age_ms) : 0;
  RETURN_IF_ERROR(ReadNumber<int64_t>(properties, "reconnect.backoff.ms", 100, 0, kHourMs,
                                      &settings->reconnect_backoff_ms));
  RETURN_IF_ERROR(ReadNumber<int64_t>(properties, "reconnect.backoff.max.ms", 1000, 0, kHourMs,
                                      &settings->reconnect_backoff_ms_max));
  RETURN_IF_ERROR(ReadNumber<int64_t>(properties, "socket.connection.setup.timeout.ms", 10'000, 1000, kHourMs,
                                      &settings->connect_timeout_ms));
  RETURN_IF_ERROR(ReadNumber<int64_t>(properties, "socket.timeout.ms", 60'000, 10, 300'000,
                                      &settings->request_timeout_ms));
  RETURN_IF_ERROR(ReadOneOf<int>(properties, "broker.address.family", AF_UNSPEC,
                                 {{"any", AF_UNSPEC}, {"v4", AF_INET}, {"v6", AF_INET6}},
                                 &settings->address_family));
  RETURN_IF_ERROR(ReadBool(properties, "socket.keepalive.enable", false, &settings->keepalive));
  bool nagle_disabled = true;
  RETURN_IF_ERROR(ReadBool(properties, "socket.nagle.disable", true, &nagle_disabled));
  settings->nagle = !nagle_disabled;
  RETURN_IF_ERROR(ReadNumber(properties, "socket.receive.buffer.bytes", 0, 0, kSocketBytesMax,
                             &settings->receive_buffer_bytes));
  return ReadNumber(properties, "socket.send.buffer.bytes", 0, 0, kSocketBytesMax,
                    &settings->send_buffer_bytes);
}

Status ReadSecurity(const Properties& properties, KafkaClientSettings* settings) {
  enum class Protocol : uint8_t { kPlain, kTls, kSaslPlain, kSaslTls };
  Protocol protocol = Protocol::kPlain;
  RETURN_IF_ERROR(ReadOneOf<Protocol>(properties, "security.protocol", Protocol::kPlain,
                                      {{"plaintext", Protocol::kPlain},
                                       {"ssl", Protocol::kTls},
                                       {"sasl_plaintext", Protocol::kSaslPlain},
                                       {"sasl_ssl", Protocol::kSaslTls}},
                                      &protocol));
  KafkaTlsSettings& tls = settings->tls;
  tls.is_on = protocol == Protocol::kTls || protocol == Protocol::kSaslTls;
  RETURN_IF_ERROR(ReadBool(properties, "enable.ssl.certificate.verification", true, &tls.verifies));
  RETURN_IF_ERROR(ReadOneOf<bool>(properties, "ssl.endpoint.identification.algorithm", true,
                                  {{"https", true}, {"none", false}}, &tls.checks_host));
  tls.checks_host = tls.checks_host && tls.verifies;
  tls.ca_location = TextOf(properties, "ssl.ca.location");
  tls.ca_pem = TextOf(properties, "ssl.ca.pem");
  tls.certificate_location = TextOf(properties, "ssl.certificate.location");
  tls.certificate_pem = TextOf(properties, "ssl.certificate.pem");
  tls.key_location = TextOf(properties, "ssl.key.location");
  tls.key_pem = TextOf(properties, "ssl.key.pem");
  tls.key_password = TextOf(properties, "ssl.key.password");
  tls.keystore_location = TextOf(properties, "ssl.keystore.location");
  tls.keystore_password = TextOf(properties, "ssl.keystore.password");
  tls.cipher_suites = TextOf(properties, "ssl.cipher.suites");
  tls.crl_location = TextOf(properties, "ssl.crl.location");
  if (protocol != Protocol::kSaslPlain && protocol != Protocol::kSaslTls) return Status::Ok();
  settings->sasl_username = TextOf(properties, "sasl.username");
  settings->sasl_password = TextOf(properties, "sasl.password");
  return ReadOneOf<SaslMechanism>(properties, "sasl.mechanisms", SaslMechanism::kNone,
                                  {{"PLAIN", SaslMechanism::kPlain},
                                   {"SCRAM-SHA-256", SaslMechanism::kScramSha256},
                                   {"SCRAM-SHA-512", SaslMechanism::kScramSha512}},
                                  &settings->sasl);
}

}  // namespace

Result<std::vector<BrokerAddress>> ParseBrokers(const std::string& text) {
  std::vector<BrokerAddress> brokers;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::string_view part = TrimSpaces(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    if (part.empty()) continue;
    if (const size_t scheme = part.find("://"); scheme != std::string_view::npos)
      part.remove_prefix(scheme + 3);
    BrokerAddress broker;
    const size_t colon = part.rfind(':');
    const bool has_port = colon != std::string_view::npos && part.find(']', colon) == std::string_view::npos;
    if (has_port) {
      const Result<int64_t> port = ParseInteger(std::string(part.substr(colon + 1)));
      if (!port.ok() || *port < 1 || *port > 65535)
        return BadValue("bootstrap.servers", text, "write host:port, with commas between");
      broker.port = static_cast<uint16_t>(*port);
      part = part.substr(0, colon);
    }
    if (part.size() > 2 && part.front() == '[' && part.back() == ']') part = part.substr(1, part.size() - 2);
    broker.host = part;
    brokers.push_back(std::move(broker));
  }
  if (brokers.empty()) return BadValue("bootstrap.servers", text, "write host:port, with commas between");
  return brokers;
}

Result<KafkaClientSettings> KafkaClientSettings::From(const KafkaOptions& options) {
  const Properties properties = BaseProperties(options, false);
  KafkaClientSettings settings;
  settings.bootstrap_servers = options.bootstrap_servers;
  ASSIGN_OR_RETURN(settings.bootstrap, ParseBrokers(options.bootstrap_servers));
  RETURN_IF_ERROR(ReadFetching(properties, &settings));
  RETURN_IF_ERROR(ReadConnecting(properties, &settings));
  RETURN_IF_ERROR(ReadSecurity(properties, &settings));
  return settings;
}

}  // namespace millrace
