#include "operators/connectors/kafka/native/broker_connection.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/env/env.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/native/sasl.h"
#include "operators/connectors/kafka/native/tls_stream.h"

namespace millrace {
namespace {

// Of questions that are answered at once: a thread of the I/O pool waits for them.
constexpr int64_t kAnswerTimeoutMs = 10'000;

Status NotKafka(const std::string& reason) {
  return Status(kOutsideRefused, "broker does not speak the Kafka protocol, " + reason)
      .WithSuggestion(
          "check that 'properties.bootstrap.servers' names Kafka brokers and 'properties.security.protocol' "
          "is theirs");
}

}  // namespace

Result<std::unique_ptr<BrokerConnection>> BrokerConnection::Open(const BrokerAddress& address,
                                                                 const KafkaClientSettings& settings,
                                                                 Env* env) {
  ASSIGN_OR_RETURN(std::unique_ptr<BrokerStream> stream, ConnectTcp(address, settings, env));
  if (settings.tls.is_on) {
    ASSIGN_OR_RETURN(stream, StartTls(std::move(stream), address.host, settings, env));
  }
  std::unique_ptr<BrokerConnection> connection(new BrokerConnection(std::move(stream), settings, env));
  RETURN_IF_ERROR(connection->AgreeOnVersions());
  if (settings.sasl != SaslMechanism::kNone) RETURN_IF_ERROR(connection->Authenticate());
  return connection;
}

Status BrokerConnection::AgreeOnVersions() {
  ASSIGN_OR_RETURN(const Response response, Ask(KafkaApi::kApiVersions, 0, ""));
  ASSIGN_OR_RETURN(offered_, ParseApiVersions(response.body));
  return Status::Ok();
}

Status BrokerConnection::Authenticate() {
  constexpr int kRoundsMax = 8;
  constexpr const char* kSuggestion =
      "check 'properties.sasl.username', 'properties.sasl.password' and "
      "'properties.sasl.mechanism'";
  const std::string name(NameOf(settings_.sasl));
  ASSIGN_OR_RETURN(const Response shaken, Ask(KafkaApi::kSaslHandshake, 1, EncodeSaslHandshake(name)));
  ASSIGN_OR_RETURN(const SaslHandshakeResponse handshake, ParseSaslHandshake(shaken.body));
  if (handshake.error != 0) {
    return Status(kOutsideRefused,
                  "broker does not offer SASL mechanism '" + name + "' but '" + handshake.mechanisms + "'")
        .WithSuggestion(kSuggestion);
  }
  const std::string nonce = std::to_string(env_->random().Next64()) + std::to_string(env_->random().Next64());
  const std::unique_ptr<SaslConversation> conversation =
      BeginSasl(settings_.sasl, {settings_.sasl_username, settings_.sasl_password, nonce});
  std::optional<std::string> message = conversation->FirstMessage();
  for (int round = 0; message && round < kRoundsMax; ++round) {
    ASSIGN_OR_RETURN(const Response response,
                     Ask(KafkaApi::kSaslAuthenticate, 0, EncodeSaslAuthenticate(*message)));
    ASSIGN_OR_RETURN(const SaslAuthenticateResponse answer, ParseSaslAuthenticate(response.body));
    if (answer.error != 0) {
      return Status(kOutsideRefused, "authentication fails, " + answer.error_message + ": user '" +
                                         settings_.sasl_username + "'")
          .WithSuggestion(kSuggestion);
    }
    ASSIGN_OR_RETURN(message, conversation->Answer(answer.bytes));
  }
  if (message) return Status(kOutsideRefused, "authentication fails, it does not come to an end");
  return Status::Ok();
}

Result<BrokerConnection::Response> BrokerConnection::Ask(KafkaApi api, int16_t version,
                                                         std::string_view body) {
  const int64_t timeout_ms = std::min(settings_.request_timeout_ms, kAnswerTimeoutMs);
  const int64_t deadline_nanos = env_->clock().MonotonicNanos() + timeout_ms * 1'000'000;
  BlockPool blocks;
  RETURN_IF_ERROR(Send(api, version, body));
  while (true) {
    RETURN_IF_ERROR(Flush());
    ASSIGN_OR_RETURN(std::optional<Response> response, Receive(blocks));
    if (response) return std::move(*response);
    ASSIGN_OR_RETURN(const bool is_ready, WaitForSocket(fd(), is_sending(), deadline_nanos, env_));
    if (!is_ready) return Status(kOutsideUnreachable, "broker does not answer in time");
  }
}

Status BrokerConnection::Send(KafkaApi api, int16_t version, std::string_view body) {
  const int32_t correlation_id = ++last_correlation_id_;
  sent_.push_back({api, version, correlation_id});
  unsent_ += EncodeRequest(api, version, correlation_id, settings_.client_id, body);
  return Flush();
}

Status BrokerConnection::Flush() {
  while (!unsent_.empty()) {
    ASSIGN_OR_RETURN(const size_t size, stream_->Write(unsent_));
    if (size == 0) return Status::Ok();
    unsent_.erase(0, size);
  }
  return Status::Ok();
}

Result<bool> BrokerConnection::ReadResponse(BlockPool& blocks) {
  while (num_length_bytes_ < sizeof(length_)) {
    stream_->ExpectBytes(1);
    ASSIGN_OR_RETURN(const size_t size, stream_->Read(std::span(length_).subspan(num_length_bytes_)));
    if (size == 0) return false;
    num_length_bytes_ += size;
  }
  if (response_ == nullptr) {
    const int32_t length = WireReader({length_, sizeof(length_)}, WireForm::kClassic).Int32();
    if (length < 4 || length > settings_.response_bytes_max) {
      return NotKafka("or an answer is longer than 'properties.receive.message.max.bytes' allows: " +
                      std::to_string(length) + " bytes");
    }
    response_size_ = static_cast<size_t>(length);
    num_response_bytes_ = 0;
    response_ = blocks.Take(response_size_);
  }
  while (num_response_bytes_ < response_size_) {
    char* const bytes = reinterpret_cast<char*>(response_->mutable_data());
    const size_t num_missing = response_size_ - num_response_bytes_;
    ASSIGN_OR_RETURN(const size_t size, stream_->Read({bytes + num_response_bytes_, num_missing}));
    if (size == 0) {
      stream_->ExpectBytes(num_missing);
      return false;
    }
    num_response_bytes_ += size;
  }
  return true;
}

Result<std::optional<BrokerConnection::Response>> BrokerConnection::Receive(BlockPool& blocks) {
  ASSIGN_OR_RETURN(const bool is_whole, ReadResponse(blocks));
  if (!is_whole) return std::optional<Response>();
  Response response;
  response.block = std::exchange(response_, nullptr);
  num_length_bytes_ = 0;
  if (sent_.empty()) return NotKafka("it answers what was not asked");
  const Sent sent = sent_.front();
  sent_.pop_front();
  const std::string_view bytes(reinterpret_cast<const char*>(response.block->data()), response_size_);
  int32_t correlation_id = 0;
  // The answer to ApiVersions has a classic header in every version.
  ASSIGN_OR_RETURN(response.body, ParseResponseHeader(bytes, sent.api, sent.version, &correlation_id));
  if (correlation_id != sent.correlation_id) return NotKafka("it answers what was not asked");
  response.version = sent.version;
  return std::optional<Response>(std::move(response));
}

}  // namespace millrace
