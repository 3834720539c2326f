#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/status.h"
#include "operators/connectors/kafka/native/client_settings.h"

namespace millrace {

class Env;

/// A byte stream to a broker over a socket that never blocks; plain, or through TLS. Single-owner, which may
/// change. Errors: kOutsideUnreachable, kOutsideRefused (certificates).
class BrokerStream {
 public:
  virtual ~BrokerStream() = default;
  /// Reads what is there; 0 = nothing now.
  virtual Result<size_t> Read(std::span<char> room) = 0;
  /// Writes what there is room for; 0 = none now.
  virtual Result<size_t> Write(std::string_view bytes) = 0;
  virtual int fd() const = 0;
  /// To be told by the system when so many bytes are there, or the stream ends, and not before.
  virtual void ExpectBytes(size_t size) {}
};

/// Connects over TCP, for `timeout_ms` at most; blocks. Every address that the name has is tried.
Result<std::unique_ptr<BrokerStream>> ConnectTcp(const BrokerAddress& address,
                                                 const KafkaClientSettings& settings, Env* env);

/// Waits until the socket can be read or written, or the deadline (of the clock of `env`) has passed: false.
Result<bool> WaitForSocket(int fd, bool to_write, int64_t deadline_nanos, Env* env);

}  // namespace millrace
