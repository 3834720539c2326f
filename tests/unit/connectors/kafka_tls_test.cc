#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <csignal>
#include <string>
#include <thread>

#include "core/check.h"
#include "core/env/env.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/native/tls_stream.h"

namespace millrace {
namespace {

using ::testing::HasSubstr;

/// A key and a certificate that it signed itself, for 127.0.0.1.
struct Identity {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  std::string pem;

  Identity() {
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* const name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const uint8_t*>("broker"), -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* const address =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(certificate, address, -1);
    X509_EXTENSION_free(address);
    CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
    BIO* const text = BIO_new(BIO_s_mem());
    CHECK(PEM_write_bio_X509(text, certificate) == 1);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text, &bytes);
    pem.assign(bytes, static_cast<size_t>(size));
    BIO_free(text);
  }
  ~Identity() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
};

/// Takes one connection and sends back what comes, in upper case.
class EchoServer {
 public:
  explicit EchoServer(const Identity& identity) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes its farewell to clients that have closed
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    socklen_t size = sizeof(address);
    CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    CHECK(::listen(listener_, 1) == 0);
    thread_ = std::thread([this, &identity] { Serve(identity); });
  }
  ~EchoServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  uint16_t port() const { return port_; }

 private:
  void Serve(const Identity& identity) const {
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, identity.certificate);
    SSL_CTX_use_PrivateKey(context, identity.key);
    SSL* const ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    char bytes[64];
    if (SSL_accept(ssl) == 1) {
      for (int size = 0; (size = SSL_read(ssl, bytes, sizeof(bytes))) > 0;) {
        for (int i = 0; i < size; ++i) bytes[i] = static_cast<char>(std::toupper(bytes[i]));
        SSL_write(ssl, bytes, size);
      }
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    ::close(fd);
  }

  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
};

class KafkaTlsTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<BrokerStream>> Connect(const EchoServer& server,
                                                const std::string& host = "127.0.0.1") {
    ASSIGN_OR_RETURN(auto plain, ConnectTcp({"127.0.0.1", server.port()}, settings_, env_.get()));
    return StartTls(std::move(plain), host, settings_, env_.get());
  }

  static KafkaClientSettings Settings() {
    KafkaClientSettings settings;
    settings.connect_timeout_ms = 20'000;
    settings.tls.is_on = true;
    return settings;
  }

  std::unique_ptr<Env> env_ = CreateSystemEnv(1);
  KafkaClientSettings settings_ = Settings();
  Identity identity_;
};

TEST_F(KafkaTlsTest, BytesGoBothWays) {
  const EchoServer server(identity_);
  settings_.tls.ca_pem = identity_.pem;
  const auto stream = Connect(server);
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  EXPECT_EQ(*(*stream)->Write("hello"), 5u);
  std::string answer;
  while (answer.size() < 5) {
    char room[64];
    const auto size = (*stream)->Read(room);
    ASSERT_TRUE(size.ok()) << size.status().ToString();
    answer.append(room, *size);
    if (*size > 0) continue;
    const int64_t deadline_nanos = env_->clock().MonotonicNanos() + 20'000'000'000;
    ASSERT_TRUE(*WaitForSocket((*stream)->fd(), false, deadline_nanos, env_.get()));
  }
  EXPECT_EQ(answer, "HELLO");
}

TEST_F(KafkaTlsTest, CertificatesOfOthersAreRefused) {
  const EchoServer server(identity_);
  const Identity other;
  settings_.tls.ca_pem = other.pem;
  const Status status = Connect(server).status();
  EXPECT_EQ(status.code(), kOutsideRefused) << status.ToString();
  EXPECT_THAT(status.message(), HasSubstr("TLS handshake fails"));
  EXPECT_THAT(status.suggestion(), HasSubstr("ssl.ca.location"));
}

TEST_F(KafkaTlsTest, TheCertificateHasToBeTheHosts) {
  settings_.tls.ca_pem = identity_.pem;
  {
    const EchoServer server(identity_);
    const Status status = Connect(server, "elsewhere.example").status();
    EXPECT_EQ(status.code(), kOutsideRefused) << status.ToString();
    EXPECT_THAT(status.message(), HasSubstr("ostname mismatch"));
  }
  settings_.tls.checks_host = false;
  const EchoServer server(identity_);
  EXPECT_TRUE(Connect(server, "elsewhere.example").ok());
}

TEST_F(KafkaTlsTest, NothingIsCheckedWhenVerificationIsOff) {
  const EchoServer server(identity_);
  settings_.tls.verifies = false;
  settings_.tls.checks_host = false;
  EXPECT_TRUE(Connect(server).ok());
}

TEST_F(KafkaTlsTest, WhatCannotBeUsedIsNamed) {
  struct Case {
    std::string KafkaTlsSettings::*setting;
    const char* property;
  };
  for (const Case& c : {Case{&KafkaTlsSettings::ca_pem, "ssl.ca.pem"},
                        Case{&KafkaTlsSettings::ca_location, "ssl.ca.location"},
                        Case{&KafkaTlsSettings::certificate_pem, "ssl.certificate.pem"},
                        Case{&KafkaTlsSettings::key_pem, "ssl.key.pem"},
                        Case{&KafkaTlsSettings::cipher_suites, "ssl.cipher.suites"},
                        Case{&KafkaTlsSettings::crl_location, "ssl.crl.location"}}) {
    const EchoServer server(identity_);
    settings_ = Settings();
    settings_.tls.*c.setting = "nonsense";
    const Status status = Connect(server).status();
    EXPECT_EQ(status.code(), kOutsideRefused) << c.property;
    EXPECT_THAT(status.message(), HasSubstr(std::string("'properties.") + c.property + "'"));
  }
}

}  // namespace
}  // namespace millrace
