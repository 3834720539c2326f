#include "operators/connectors/kafka/client_properties.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/descriptor/error_codes.h"
#include "core/descriptor/option_text.h"
#include "core/types/type_rules.h"

namespace millrace {
namespace {

constexpr std::string_view kPrefix = "properties.";

enum class Use : uint8_t {
  kBoth,
  kConsumer,
  kProducer,
  kOwn,  // read by the connector, not handed to the client
};

enum class Readers : uint8_t { kAll, kLibrdkafkaOnly };

struct Property {
  std::string_view name;
  Use use;
  std::string_view client_name = {};  // librdkafka's, when another
  Readers readers = Readers::kAll;    // which honour it
};

constexpr Property kAllowed[] = {
    {"bootstrap.servers", Use::kBoth},
    {"client.id", Use::kBoth},
    {"client.rack", Use::kConsumer},
    {"group.id", Use::kOwn},
    {"auto.offset.reset", Use::kOwn},
    {"isolation.level", Use::kConsumer},
    {"check.crcs", Use::kConsumer},
    {"fetch.min.bytes", Use::kConsumer},
    {"fetch.max.bytes", Use::kConsumer},
    {"fetch.wait.max.ms", Use::kConsumer},
    {"fetch.max.wait.ms", Use::kConsumer, "fetch.wait.max.ms"},
    {"fetch.message.max.bytes", Use::kConsumer},
    {"max.partition.fetch.bytes", Use::kConsumer, "fetch.message.max.bytes"},
    {"fetch.error.backoff.ms", Use::kConsumer},
    {"queued.min.messages", Use::kConsumer, {}, Readers::kLibrdkafkaOnly},
    {"queued.max.messages.kbytes", Use::kConsumer, {}, Readers::kLibrdkafkaOnly},
    {"receive.message.max.bytes", Use::kBoth},
    {"acks", Use::kProducer},
    {"batch.size", Use::kProducer},
    {"batch.num.messages", Use::kProducer},
    {"compression.type", Use::kProducer, "compression.codec"},
    {"compression.codec", Use::kProducer},
    {"compression.level", Use::kProducer},
    {"delivery.timeout.ms", Use::kProducer},
    {"message.timeout.ms", Use::kProducer, "delivery.timeout.ms"},
    {"linger.ms", Use::kProducer},
    {"message.max.bytes", Use::kProducer},
    {"max.request.size", Use::kProducer, "message.max.bytes"},
    {"max.in.flight.requests.per.connection", Use::kProducer},
    {"queue.buffering.max.kbytes", Use::kProducer},
    {"queue.buffering.max.messages", Use::kProducer},
    {"request.timeout.ms", Use::kProducer},
    {"retries", Use::kProducer},
    {"retry.backoff.ms", Use::kProducer},
    {"transaction.timeout.ms", Use::kOwn},
    {"broker.address.family", Use::kBoth},
    {"broker.address.ttl", Use::kBoth},
    {"connections.max.idle.ms", Use::kBoth},
    {"metadata.max.age.ms", Use::kBoth},
    {"reconnect.backoff.ms", Use::kBoth},
    {"reconnect.backoff.max.ms", Use::kBoth},
    {"socket.connection.setup.timeout.ms", Use::kBoth},
    {"socket.keepalive.enable", Use::kBoth},
    {"socket.nagle.disable", Use::kBoth},
    {"socket.receive.buffer.bytes", Use::kBoth},
    {"socket.send.buffer.bytes", Use::kBoth},
    {"receive.buffer.bytes", Use::kBoth, "socket.receive.buffer.bytes"},
    {"send.buffer.bytes", Use::kBoth, "socket.send.buffer.bytes"},
    {"socket.timeout.ms", Use::kBoth},
    {"topic.metadata.refresh.interval.ms", Use::kBoth},
    {"security.protocol", Use::kBoth},
    {"sasl.mechanism", Use::kBoth, "sasl.mechanisms"},
    {"sasl.mechanisms", Use::kBoth},
    {"sasl.username", Use::kBoth},
    {"sasl.password", Use::kBoth},
    {"sasl.kerberos.service.name", Use::kBoth, {}, Readers::kLibrdkafkaOnly},
    {"sasl.kerberos.principal", Use::kBoth, {}, Readers::kLibrdkafkaOnly},
    {"sasl.kerberos.keytab", Use::kBoth, {}, Readers::kLibrdkafkaOnly},
    {"sasl.kerberos.kinit.cmd", Use::kBoth, {}, Readers::kLibrdkafkaOnly},
    {"sasl.kerberos.min.time.before.relogin", Use::kBoth, {}, Readers::kLibrdkafkaOnly},
    {"ssl.ca.location", Use::kBoth},
    {"ssl.ca.pem", Use::kBoth},
    {"ssl.certificate.location", Use::kBoth},
    {"ssl.certificate.pem", Use::kBoth},
    {"ssl.key.location", Use::kBoth},
    {"ssl.key.pem", Use::kBoth},
    {"ssl.key.password", Use::kBoth},
    {"ssl.keystore.location", Use::kBoth},
    {"ssl.keystore.password", Use::kBoth},
    {"ssl.cipher.suites", Use::kBoth},
    {"ssl.crl.location", Use::kBoth},
    {"ssl.endpoint.identification.algorithm", Use::kBoth},
    {"enable.ssl.certificate.verification", Use::kBoth},
};

struct Refused {
  std::string_view name;
  const char* suggestion;
};

/// Names of the Java client, and properties that belong to the connector.
constexpr Refused kRefused[] = {
    {"key.deserializer", "leave it out and set 'key.format'"},
    {"value.deserializer", "leave it out and set 'format'"},
    {"key.serializer", "leave it out and set 'key.format'"},
    {"value.serializer", "leave it out and set 'format'"},
    {"sasl.jaas.config",
     "it names Java classes: set 'properties.sasl.username' and 'properties.sasl.password' to the user and "
     "password in it"},
    {"sasl.login.callback.handler.class",
     "it names a Java class: use 'properties.sasl.mechanism' PLAIN or SCRAM"},
    {"sasl.client.callback.handler.class",
     "it names a Java class: use 'properties.sasl.mechanism' PLAIN or SCRAM"},
    {"ssl.truststore.location",
     "it is a Java key store: set 'properties.ssl.ca.location' to the PEM file of the authority"},
    {"ssl.truststore.password", "a PEM file needs none: set 'properties.ssl.ca.location'"},
    {"ssl.truststore.type", "set 'properties.ssl.ca.location' to a PEM file"},
    {"ssl.keystore.type", "leave it out: 'properties.ssl.keystore.location' is a PKCS#12 file"},
    {"enable.auto.commit",
     "leave it out: offsets are committed with checkpoints when 'properties.group.id' is set"},
    {"auto.commit.interval.ms",
     "leave it out: offsets are committed with checkpoints when 'properties.group.id' is set"},
    {"max.poll.records", "leave it out: the size of batches adapts itself"},
    {"max.poll.interval.ms", "leave it out: no consumer group is joined"},
    {"session.timeout.ms", "leave it out: no consumer group is joined"},
    {"heartbeat.interval.ms", "leave it out: no consumer group is joined"},
    {"partition.assignment.strategy", "leave it out: no consumer group is joined"},
    {"group.instance.id", "leave it out: no consumer group is joined"},
    {"group.protocol", "leave it out: no consumer group is joined"},
    {"partition.discovery.interval.ms", "set 'scan.topic-partition-discovery.interval'"},
    {"flink.partition-discovery.interval-millis", "set 'scan.topic-partition-discovery.interval'"},
    {"allow.auto.create.topics", "leave it out: topics are never created by reading or writing them"},
    {"enable.idempotence", "leave it out: producers are always idempotent"},
    {"transactional.id", "set 'sink.transactional-id-prefix'"},
    {"partitioner.class", "set 'sink.partitioner'"},
    {"interceptor.classes", "leave it out: interceptors are Java classes"},
    {"metric.reporters", "leave it out: metrics are exported by the server"},
    {"buffer.memory", "set 'properties.queue.buffering.max.kbytes'"},
    {"max.block.ms", "leave it out: a full producer slows the job down and nothing else"},
};

const Property* FindAllowed(std::string_view name) {
  for (const Property& property : kAllowed) {
    if (property.name == name) return &property;
  }
  return nullptr;
}

Status CheckProperty(const std::string& name, const std::string& key) {
  if (FindAllowed(name) != nullptr) return Status::Ok();
  for (const Refused& refused : kRefused) {
    if (refused.name != name) continue;
    return Status(kUnsupportedByConnector, "client property cannot be set here: '" + key + "'")
        .WithSuggestion(refused.suggestion);
  }
  std::vector<std::string> names;
  for (const Property& property : kAllowed) names.emplace_back(property.name);
  const std::string closest = ClosestName(name, names);
  return Status(kUnknownOption, "unknown client property: '" + key + "'")
      .WithSuggestion(closest.empty() ? "see docs/connectors/kafka.md for the properties that are passed on"
                                      : "did you mean 'properties." + closest + "'?");
}

}  // namespace

Status CheckClientProperties(const Options& table_options) {
  for (const auto& [key, value] : table_options) {
    if (key.rfind(kPrefix, 0) != 0) continue;
    RETURN_IF_ERROR(CheckProperty(key.substr(kPrefix.size()), key));
  }
  return Status::Ok();
}

std::map<std::string, std::string> ClientProperties(const Options& table_options, bool producer) {
  std::map<std::string, std::string> properties;
  for (const auto& [key, value] : table_options) {
    if (key.rfind(kPrefix, 0) != 0) continue;
    const Property* property = FindAllowed(std::string_view(key).substr(kPrefix.size()));
    if (property == nullptr || property->use == Use::kOwn) continue;
    if (property->use == (producer ? Use::kConsumer : Use::kProducer)) continue;
    properties[std::string(property->client_name.empty() ? property->name : property->client_name)] = value;
  }
  return properties;
}

std::string PropertyForLibrdkafka(const Options& table_options) {
  for (const Property& property : kAllowed) {
    if (property.readers == Readers::kAll) continue;
    std::string key = std::string(kPrefix) + std::string(property.name);
    if (table_options.contains(key)) return key;
  }
  const std::string protocol = ClientProperty(table_options, "security.protocol");
  if (!EqualsIgnoringCase(protocol.substr(0, 4), "sasl")) return "";
  const bool is_java_name = table_options.contains(std::string(kPrefix) + "sasl.mechanism");
  const std::string name = is_java_name ? "sasl.mechanism" : "sasl.mechanisms";
  const std::string mechanism = ClientProperty(table_options, name);
  for (const char* known : {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
    if (EqualsIgnoringCase(mechanism, known)) return "";
  }
  return std::string(kPrefix) + name;  // Kerberos when it is not given
}

std::string ClientProperty(const Options& table_options, const std::string& name) {
  return OptionOr(table_options, std::string(kPrefix) + name, "");
}

}  // namespace millrace
