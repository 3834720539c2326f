#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/status.h"
#include "operators/connectors/kafka/native/block_pool.h"
#include "operators/connectors/kafka/native/broker_stream.h"
#include "operators/connectors/kafka/native/client_settings.h"
#include "operators/connectors/kafka/native/messages.h"

namespace millrace {

class Env;

/// A connection to one broker that speaks the protocol: set up and asked with waiting on the I/O pool, then
/// handed to a task, which sends and receives without. Single-owner at any time. An error ends the
/// connection: kOutsideUnreachable when it broke or nobody answers, kOutsideRefused for rights, certificates
/// and what is no Kafka.
class BrokerConnection {
 public:
  /// Connects, agrees on versions, authenticates. Blocks, for the connect and request timeouts at most.
  static Result<std::unique_ptr<BrokerConnection>> Open(const BrokerAddress& address,
                                                        const KafkaClientSettings& settings, Env* env);

  /// The version of a request that both sides speak.
  Result<int16_t> VersionOf(KafkaApi api) const { return ChooseVersion(offered_, api); }

  /// Sends and waits for the answer; blocks for 10 s at most.
  struct Response {
    std::shared_ptr<Buffer> block;
    std::string_view body;  // in the block
    int16_t version = 0;
  };
  Result<Response> Ask(KafkaApi api, int16_t version, std::string_view body);

  /// Puts a request on its way, whole or in part (`is_sending`: Flush sends the rest).
  Status Send(KafkaApi api, int16_t version, std::string_view body);
  Status Flush();
  bool is_sending() const { return !unsent_.empty(); }
  /// Requests without their answer.
  size_t num_outstanding() const { return sent_.size(); }
  /// The next answer, in a block of the pool; nothing when it is not all there.
  Result<std::optional<Response>> Receive(BlockPool& blocks);

  int fd() const { return stream_->fd(); }

 private:
  struct Sent {
    KafkaApi api;
    int16_t version;
    int32_t correlation_id;
  };

  BrokerConnection(std::unique_ptr<BrokerStream> stream, const KafkaClientSettings& settings, Env* env)
      : stream_(std::move(stream)), settings_(settings), env_(env) {}
  Status AgreeOnVersions();
  Status Authenticate();
  /// Reads on; true when `response_` is all there.
  Result<bool> ReadResponse(BlockPool& blocks);

  const std::unique_ptr<BrokerStream> stream_;
  const KafkaClientSettings settings_;
  Env* const env_;
  OfferedVersions offered_;
  int32_t last_correlation_id_ = 0;
  std::deque<Sent> sent_;  // in order, as the answers come
  std::string unsent_;

  char length_[4] = {};
  size_t num_length_bytes_ = 0;
  std::shared_ptr<Buffer> response_;  // null: its length is not known yet
  size_t response_size_ = 0;
  size_t num_response_bytes_ = 0;
};

}  // namespace millrace
