#include "operators/connectors/kafka/native/tls_stream.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <utility>

#include "core/env/env.h"
#include "operators/api/error_codes.h"

namespace millrace {
namespace {

struct Deleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(PKCS12* store) const { PKCS12_free(store); }
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};
template <class T>
using Owned = std::unique_ptr<T, Deleter>;

std::string TakeReason() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  return reason == nullptr ? "unknown reason" : reason;
}

Status Unusable(const std::string& property) {
  return Status(kOutsideRefused,
                "TLS cannot be set up, " + TakeReason() + ": option 'properties." + property + "'")
      .WithSuggestion(
          "check that it is what docs/connectors/kafka.md says, in PEM form where a file is named");
}

Status Lost(const std::string& reason) {
  return Status(kOutsideUnreachable, "connection to the broker is lost, " + reason);
}

/// OpenSSL's own socket BIO would raise SIGPIPE: this one reads and writes through the plain stream.
int WriteToStream(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  auto* stream = static_cast<BrokerStream*>(BIO_get_data(bio));
  const Result<size_t> written = stream->Write({bytes, static_cast<size_t>(size)});
  if (!written.ok()) return -1;
  if (*written == 0) BIO_set_retry_write(bio);
  return *written == 0 ? -1 : static_cast<int>(*written);
}

int ReadFromStream(BIO* bio, char* room, int size) {
  BIO_clear_retry_flags(bio);
  auto* stream = static_cast<BrokerStream*>(BIO_get_data(bio));
  const Result<size_t> read = stream->Read({room, static_cast<size_t>(size)});
  if (!read.ok()) return -1;
  if (*read == 0) BIO_set_retry_read(bio);
  return *read == 0 ? -1 : static_cast<int>(*read);
}

long ControlStream(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

Owned<BIO_METHOD> MakeStreamMethod() {
  Owned<BIO_METHOD> method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "broker stream"));
  BIO_meth_set_write(method.get(), &WriteToStream);
  BIO_meth_set_read(method.get(), &ReadFromStream);
  BIO_meth_set_ctrl(method.get(), &ControlStream);
  return method;
}

class TlsStream : public BrokerStream {
 public:
  TlsStream(std::unique_ptr<BrokerStream> plain, Owned<SSL_CTX> context, Owned<SSL> ssl)
      : plain_(std::move(plain)),
        context_(std::move(context)),
        method_(MakeStreamMethod()),
        ssl_(std::move(ssl)) {
    BIO* const bio = BIO_new(method_.get());
    BIO_set_data(bio, plain_.get());
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
  }

  /// kOutsideRefused when the other side's certificate, or ours, is not accepted.
  Status ShakeHands(const std::string& host, int64_t deadline_nanos, Env* env) {
    while (true) {
      ERR_clear_error();
      const int result = SSL_connect(ssl_.get());
      if (result == 1) return Status::Ok();
      const int error = SSL_get_error(ssl_.get(), result);
      if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
        ASSIGN_OR_RETURN(const bool is_ready,
                         WaitForSocket(fd(), error == SSL_ERROR_WANT_WRITE, deadline_nanos, env));
        if (!is_ready) return Lost("the TLS handshake takes too long");
        continue;
      }
      if (error != SSL_ERROR_SSL) return Lost("it ends during the TLS handshake");
      const long verified = SSL_get_verify_result(ssl_.get());
      const std::string reason =
          verified == X509_V_OK ? TakeReason() : X509_verify_cert_error_string(verified);
      ERR_clear_error();
      return Status(kOutsideRefused, "TLS handshake fails, " + reason + ": broker '" + host + "'")
          .WithSuggestion("check 'properties.security.protocol' and 'properties.ssl.ca.location'");
    }
  }

  Result<size_t> Read(std::span<char> room) override {
    ERR_clear_error();
    size_t size = 0;
    const int result = SSL_read_ex(ssl_.get(), room.data(), room.size(), &size);
    if (result == 1) return size;
    return NothingOrLost(result);
  }

  Result<size_t> Write(std::string_view bytes) override {
    ERR_clear_error();
    size_t size = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size);
    if (result == 1) return size;
    return NothingOrLost(result);
  }

  int fd() const override { return plain_->fd(); }

 private:
  Result<size_t> NothingOrLost(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
      case SSL_ERROR_WANT_WRITE:
        return size_t{0};
      case SSL_ERROR_ZERO_RETURN:
        return Lost("the broker closed it");
      default:
        return Lost(TakeReason());
    }
  }

  const std::unique_ptr<BrokerStream> plain_;
  const Owned<SSL_CTX> context_;
  const Owned<BIO_METHOD> method_;
  const Owned<SSL> ssl_;
};

int GivePassword(char* room, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  if (text.size() > static_cast<size_t>(size)) return -1;
  std::copy(text.begin(), text.end(), room);
  return static_cast<int>(text.size());
}

Owned<BIO> Readable(const std::string& bytes) {
  return Owned<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

Status TrustAuthorities(const KafkaTlsSettings& tls, SSL_CTX* context) {
  if (!tls.ca_pem.empty()) {
    const Owned<BIO> pem = Readable(tls.ca_pem);
    int num_read = 0;
    while (Owned<X509> certificate{PEM_read_bio_X509_AUX(pem.get(), nullptr, nullptr, nullptr)}) {
      if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) != 1)
        return Unusable("ssl.ca.pem");
      ++num_read;
    }
    if (num_read == 0) return Unusable("ssl.ca.pem");
    ERR_clear_error();  // of the end of the text
    return Status::Ok();
  }
  if (tls.ca_location.empty() || tls.ca_location == "probe") {
    return SSL_CTX_set_default_verify_paths(context) == 1 ? Status::Ok() : Unusable("ssl.ca.location");
  }
  struct stat what {};
  const bool is_directory = ::stat(tls.ca_location.c_str(), &what) == 0 && S_ISDIR(what.st_mode);
  const char* const path = tls.ca_location.c_str();
  const int result =
      SSL_CTX_load_verify_locations(context, is_directory ? nullptr : path, is_directory ? path : nullptr);
  return result == 1 ? Status::Ok() : Unusable("ssl.ca.location");
}

/// The first certificate of a PEM text is ours, those behind it lead to its authority.
Status UseCertificate(const std::string& text, const char* property, SSL_CTX* context) {
  const Owned<BIO> pem = Readable(text);
  const Owned<X509> own(PEM_read_bio_X509_AUX(pem.get(), nullptr, nullptr, nullptr));
  if (own == nullptr || SSL_CTX_use_certificate(context, own.get()) != 1) return Unusable(property);
  while (Owned<X509> next{PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr)}) {
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) return Unusable(property);
  }
  ERR_clear_error();
  return Status::Ok();
}

Status UseKey(const std::string& text, const std::string& password, const char* property, SSL_CTX* context) {
  const Owned<BIO> pem = Readable(text);
  const Owned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(pem.get(), nullptr, &GivePassword, const_cast<std::string*>(&password)));
  if (key == nullptr || SSL_CTX_use_PrivateKey(context, key.get()) != 1) return Unusable(property);
  return Status::Ok();
}

Status UseKeyStore(const std::string& bytes, const std::string& password, SSL_CTX* context) {
  const Owned<BIO> file = Readable(bytes);
  const Owned<PKCS12> store(d2i_PKCS12_bio(file.get(), nullptr));
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* authorities = nullptr;
  if (store == nullptr || PKCS12_parse(store.get(), password.c_str(), &key, &certificate, &authorities) != 1)
    return Unusable("ssl.keystore.location");
  const Owned<EVP_PKEY> owned_key(key);
  const Owned<X509> owned_certificate(certificate);
  const bool is_used = certificate != nullptr && key != nullptr &&
                       SSL_CTX_use_cert_and_key(context, certificate, key, authorities, 1) == 1;
  sk_X509_pop_free(authorities, X509_free);
  return is_used ? Status::Ok() : Unusable("ssl.keystore.location");
}

Status UseIdentity(const KafkaTlsSettings& tls, SSL_CTX* context, Env* env) {
  if (!tls.certificate_location.empty()) {
    ASSIGN_OR_RETURN(const std::string text, env->files().ReadFile(tls.certificate_location));
    RETURN_IF_ERROR(UseCertificate(text, "ssl.certificate.location", context));
  }
  if (!tls.certificate_pem.empty())
    RETURN_IF_ERROR(UseCertificate(tls.certificate_pem, "ssl.certificate.pem", context));
  if (!tls.key_location.empty()) {
    ASSIGN_OR_RETURN(const std::string text, env->files().ReadFile(tls.key_location));
    RETURN_IF_ERROR(UseKey(text, tls.key_password, "ssl.key.location", context));
  }
  if (!tls.key_pem.empty()) RETURN_IF_ERROR(UseKey(tls.key_pem, tls.key_password, "ssl.key.pem", context));
  if (!tls.keystore_location.empty()) {
    ASSIGN_OR_RETURN(const std::string bytes, env->files().ReadFile(tls.keystore_location));
    RETURN_IF_ERROR(UseKeyStore(bytes, tls.keystore_password, context));
  }
  return Status::Ok();
}

Result<Owned<SSL_CTX>> MakeContext(const KafkaTlsSettings& tls, Env* env) {
  Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return Unusable("security.protocol");
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context.get(), tls.verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!tls.cipher_suites.empty() && SSL_CTX_set_cipher_list(context.get(), tls.cipher_suites.c_str()) != 1)
    return Unusable("ssl.cipher.suites");
  RETURN_IF_ERROR(TrustAuthorities(tls, context.get()));
  RETURN_IF_ERROR(UseIdentity(tls, context.get(), env));
  if (!tls.crl_location.empty()) {
    if (SSL_CTX_load_verify_locations(context.get(), tls.crl_location.c_str(), nullptr) != 1)
      return Unusable("ssl.crl.location");
    X509_STORE_set_flags(SSL_CTX_get_cert_store(context.get()), X509_V_FLAG_CRL_CHECK);
  }
  return context;
}

/// The certificate has to be that of the host; names are also sent, for brokers that have several.
bool ExpectHost(SSL* ssl, const std::string& host, bool checks) {
  in6_addr ignored;
  const bool is_address =
      ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 || ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
  if (!is_address && SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) return false;
  if (!checks) return true;
  if (is_address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  return SSL_set1_host(ssl, host.c_str()) == 1;
}

}  // namespace

Result<std::unique_ptr<BrokerStream>> StartTls(std::unique_ptr<BrokerStream> plain, const std::string& host,
                                               const KafkaClientSettings& settings, Env* env) {
  const int64_t deadline_nanos = env->clock().MonotonicNanos() + settings.connect_timeout_ms * 1'000'000;
  ASSIGN_OR_RETURN(Owned<SSL_CTX> context, MakeContext(settings.tls, env));
  Owned<SSL> ssl(SSL_new(context.get()));
  if (ssl == nullptr || !ExpectHost(ssl.get(), host, settings.tls.checks_host))
    return Unusable("ssl.endpoint.identification.algorithm");
  auto stream = std::make_unique<TlsStream>(std::move(plain), std::move(context), std::move(ssl));
  RETURN_IF_ERROR(stream->ShakeHands(host, deadline_nanos, env));
  return std::unique_ptr<BrokerStream>(std::move(stream));
}

}  // namespace millrace
