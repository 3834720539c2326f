#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/status.h"

namespace millrace {

enum class SaslMechanism : uint8_t { kNone, kPlain, kScramSha256, kScramSha512 };

/// The name on the wire.
std::string_view NameOf(SaslMechanism mechanism);

struct SaslCredentials {
  std::string username;
  std::string password;
  std::string nonce;  // printable, without commas; new for each conversation
};

/// The client's side of a SASL conversation; pure. PLAIN (RFC 4616) and SCRAM (RFC 5802, 7677).
class SaslConversation {
 public:
  virtual ~SaslConversation() = default;
  virtual std::string FirstMessage() = 0;
  /// The answer to a challenge; nothing when the server has proved itself and is content. kOutsideRefused
  /// when it has not.
  virtual Result<std::optional<std::string>> Answer(std::string_view challenge) = 0;
};

std::unique_ptr<SaslConversation> BeginSasl(SaslMechanism mechanism, SaslCredentials credentials);

}  // namespace millrace
