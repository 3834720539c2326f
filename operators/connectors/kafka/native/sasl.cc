#include "operators/connectors/kafka/native/sasl.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "operators/api/error_codes.h"

namespace millrace {
namespace {

constexpr int kIterationsMax = 10'000'000;

class Plain : public SaslConversation {
 public:
  explicit Plain(SaslCredentials credentials) : credentials_(std::move(credentials)) {}

  std::string FirstMessage() override {
    std::string message(1, '\0');
    message += credentials_.username;
    message += '\0';
    return message + credentials_.password;
  }
  Result<std::optional<std::string>> Answer(std::string_view) override {
    return std::optional<std::string>();
  }

 private:
  const SaslCredentials credentials_;
};

std::string ToBase64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<uint8_t*>(text.data()), reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  std::string bytes(text.size() + 1, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<uint8_t*>(bytes.data()), reinterpret_cast<const uint8_t*>(text.data()),
                      static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const auto padding = static_cast<size_t>(std::count(text.begin(), text.end(), '='));
  if (padding > static_cast<size_t>(size)) return std::nullopt;
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

/// The value of "x=value" in "a=...,x=value,...".
std::optional<std::string_view> Attribute(std::string_view message, char name) {
  while (!message.empty()) {
    const size_t end = std::min(message.find(','), message.size());
    if (end >= 2 && message[0] == name && message[1] == '=') return message.substr(2, end - 2);
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return std::nullopt;
}

class Scram : public SaslConversation {
 public:
  Scram(const EVP_MD* digest, SaslCredentials credentials)
      : digest_(digest), credentials_(std::move(credentials)) {}

  std::string FirstMessage() override {
    std::string name;
    for (const char c : credentials_.username)
      name += c == '=' ? "=3D" : c == ',' ? "=2C" : std::string(1, c);
    first_bare_ = "n=" + name + ",r=" + credentials_.nonce;
    return "n,," + first_bare_;
  }

  Result<std::optional<std::string>> Answer(std::string_view challenge) override {
    if (const auto error = Attribute(challenge, 'e'))
      return Refused("the broker says " + std::string(*error));
    if (!server_signature_.empty()) {
      const auto signature = Attribute(challenge, 'v');
      const auto bytes = signature ? FromBase64(*signature) : std::nullopt;
      if (!bytes || bytes->size() != server_signature_.size() ||
          CRYPTO_memcmp(bytes->data(), server_signature_.data(), bytes->size()) != 0) {
        return Refused("the broker does not know the password");
      }
      return std::optional<std::string>();
    }
    return AnswerFirst(challenge);
  }

 private:
  static Status Refused(const std::string& why) {
    return Status(kOutsideRefused, "authentication fails, " + why);
  }

  Result<std::optional<std::string>> AnswerFirst(std::string_view challenge) {
    const auto nonce = Attribute(challenge, 'r');
    const auto salt_text = Attribute(challenge, 's');
    const auto count_text = Attribute(challenge, 'i');
    const auto salt = salt_text ? FromBase64(*salt_text) : std::nullopt;
    int count = 0;
    if (!nonce || !salt || !count_text || !nonce->starts_with(credentials_.nonce) ||
        std::from_chars(count_text->data(), count_text->data() + count_text->size(), count).ec !=
            std::errc() ||
        count < 1 || count > kIterationsMax) {
      return Refused("the broker's challenge is malformed");
    }
    const std::string final_bare = "c=biws,r=" + std::string(*nonce);
    const std::string all = first_bare_ + "," + std::string(challenge) + "," + final_bare;
    const std::string salted = Salted(*salt, count);
    const std::string client_key = Hmac(salted, "Client Key");
    std::string proof = Hmac(Hash(client_key), all);
    for (size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ client_key[i]);
    server_signature_ = Hmac(Hmac(salted, "Server Key"), all);
    return std::optional<std::string>(final_bare + ",p=" + ToBase64(proof));
  }

  std::string Empty() const { return std::string(static_cast<size_t>(EVP_MD_get_size(digest_)), '\0'); }
  std::string Salted(std::string_view salt, int count) const {
    std::string key = Empty();
    PKCS5_PBKDF2_HMAC(credentials_.password.data(), static_cast<int>(credentials_.password.size()),
                      reinterpret_cast<const uint8_t*>(salt.data()), static_cast<int>(salt.size()), count,
                      digest_, static_cast<int>(key.size()), reinterpret_cast<uint8_t*>(key.data()));
    return key;
  }
  std::string Hmac(std::string_view key, std::string_view bytes) const {
    std::string code = Empty();
    HMAC(digest_, key.data(), static_cast<int>(key.size()), reinterpret_cast<const uint8_t*>(bytes.data()),
         bytes.size(), reinterpret_cast<uint8_t*>(code.data()), nullptr);
    return code;
  }
  std::string Hash(std::string_view bytes) const {
    std::string hash = Empty();
    EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<uint8_t*>(hash.data()), nullptr, digest_,
               nullptr);
    return hash;
  }

  const EVP_MD* const digest_;
  const SaslCredentials credentials_;
  std::string first_bare_;
  std::string server_signature_;  // what the last message has to hold
};

}  // namespace

std::string_view NameOf(SaslMechanism mechanism) {
  switch (mechanism) {
    case SaslMechanism::kPlain:
      return "PLAIN";
    case SaslMechanism::kScramSha256:
      return "SCRAM-SHA-256";
    case SaslMechanism::kScramSha512:
      return "SCRAM-SHA-512";
    case SaslMechanism::kNone:
      break;
  }
  return "";
}

std::unique_ptr<SaslConversation> BeginSasl(SaslMechanism mechanism, SaslCredentials credentials) {
  switch (mechanism) {
    case SaslMechanism::kPlain:
      return std::make_unique<Plain>(std::move(credentials));
    case SaslMechanism::kScramSha256:
      return std::make_unique<Scram>(EVP_sha256(), std::move(credentials));
    case SaslMechanism::kScramSha512:
      return std::make_unique<Scram>(EVP_sha512(), std::move(credentials));
    case SaslMechanism::kNone:
      break;
  }
  return nullptr;
}

}  // namespace millrace
