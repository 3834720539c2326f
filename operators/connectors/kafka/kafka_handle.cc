#include "operators/connectors/kafka/kafka_handle.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "core/descriptor/error_codes.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/client_properties.h"
#include "operators/connectors/kafka/kafka_options.h"

namespace millrace {
namespace {

void DropLog(const rd_kafka_t*, int, const char*, const char*) {
}

using ConfPtr = std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)>;

/// Errors that tell of rights, quotas and limits: trying again does not help.
bool IsRefusal(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR__SSL:
      return true;
    default:
      return false;
  }
}

const char* RefusalSuggestion(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return "raise 'message.max.bytes' of the topic and 'properties.message.max.bytes', or write smaller "
             "records";
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
      return "set 'properties.transaction.timeout.ms' to at most the broker's 'transaction.max.timeout.ms'";
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
      return "a compacted topic takes records with a key only: set 'key.format'";
    case RD_KAFKA_RESP_ERR__SSL:
      return "check 'properties.security.protocol' and 'properties.ssl.ca.location'";
    default:
      return "give the user of 'properties.sasl.username' the right, or check user and password";
  }
}

}  // namespace

struct KafkaHandle::Reaped {
  std::mutex mutex;
  std::condition_variable done_changed;
  bool done = false;
};

Result<std::unique_ptr<KafkaHandle>> KafkaHandle::Create(KafkaClientConfig config,
                                                         std::string bootstrap_servers) {
  ConfPtr conf(rd_kafka_conf_new(), &rd_kafka_conf_destroy);
  char text[512];
  for (const auto& [key, value] : config.properties) {
    if (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), text, sizeof(text)) != RD_KAFKA_CONF_OK) {
      return Status(kBadOptionValue, "the Kafka client refuses 'properties." + key + "' = '" +
                                         (key.find("password") == std::string::npos ? value : "***") + "', " +
                                         text)
          .WithSuggestion("see docs/connectors/kafka.md for the properties that are passed on");
    }
  }
  std::unique_ptr<KafkaHandle> handle(new KafkaHandle());
  rd_kafka_conf_set_log_cb(conf.get(), &DropLog);
  rd_kafka_conf_set_opaque(conf.get(), config.opaque.get());
  if (config.on_error != nullptr) rd_kafka_conf_set_error_cb(conf.get(), config.on_error);
  if (config.on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), config.on_delivery);
  handle->handle_ = rd_kafka_new(config.type, conf.get(), text, sizeof(text));
  if (handle->handle_ == nullptr) {
    return Status(kBadOptionValue, std::string("the Kafka client cannot be made, ") + text)
        .WithSuggestion("check the options that begin with 'properties.'");
  }
  static_cast<void>(conf.release());  // the client's now
  handle->opaque_ = std::move(config.opaque);
  handle->bootstrap_servers_ = std::move(bootstrap_servers);
  return handle;
}

std::shared_ptr<KafkaHandle::Reaped> KafkaHandle::Release() {
  auto reaped = std::make_shared<Reaped>();
  if (handle_ == nullptr) {
    reaped->done = true;
    return reaped;
  }
  std::thread([handle = std::exchange(handle_, nullptr), opaque = std::move(opaque_), reaped]() mutable {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    opaque.reset();
    std::lock_guard lock(reaped->mutex);
    reaped->done = true;
    reaped->done_changed.notify_all();
  }).detach();
  return reaped;
}

KafkaHandle::~KafkaHandle() {
  static_cast<void>(Release());
}

void KafkaHandle::DestroyAndWait(std::unique_ptr<KafkaHandle> handle, int timeout_ms) {
  if (handle == nullptr) return;
  const std::shared_ptr<Reaped> reaped = handle->Release();
  std::unique_lock lock(reaped->mutex);
  reaped->done_changed.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return reaped->done; });
}

std::map<std::string, std::string> BaseProperties(const KafkaOptions& options, bool producer) {
  std::map<std::string, std::string> properties = {
      {"bootstrap.servers", options.bootstrap_servers},
      {"client.id", "millrace"},
      {"socket.nagle.disable", "true"},
      {"reconnect.backoff.max.ms", "1000"},
      {"allow.auto.create.topics", "false"},
  };
  if (producer) properties.erase("allow.auto.create.topics");
  for (auto& [key, value] : ClientProperties(options.table, producer)) properties[key] = value;
  return properties;
}

Status KafkaError(rd_kafka_resp_err_t error, const std::string& what, const std::string& bootstrap_servers,
                  const std::string& detail) {
  const std::string reason = detail.empty() ? rd_kafka_err2str(error) : detail;
  const std::string text = what + ", " + reason + ": brokers '" + bootstrap_servers + "'";
  if (IsRefusal(error)) return Status(kOutsideRefused, text).WithSuggestion(RefusalSuggestion(error));
  switch (error) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return Status(kOutsideMissing, text).WithSuggestion("create the topic, or correct option 'topic'");
    default:
      return Status(kOutsideUnreachable, text)
          .WithSuggestion("check that the brokers run and 'properties.bootstrap.servers' names them");
  }
}

}  // namespace millrace
