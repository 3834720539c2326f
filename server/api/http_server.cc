#include "server/api/http_server.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <thread>

#include "server/error_codes.h"

namespace millrace {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto kIdleTimeout = std::chrono::seconds(30);
constexpr uint64_t kBodyBytesMax = 1 << 20;

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        sscanf(std::string(text.substr(i + 1, 2)).c_str(), "%2x", &value) == 1) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

/// One connection: reads a request, answers, reads the next. Keeps itself alive by what it waits for.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, const HttpServer::Handler& handler)
      : stream_(std::move(socket)), handler_(handler) {}

  void Read() {
    parser_.emplace();
    parser_->body_limit(kBodyBytesMax);
    stream_.expires_after(kIdleTimeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, size_t) { self->OnRead(error); });
  }

 private:
  void OnRead(beast::error_code error) {
    if (error) return Close();
    const auto& message = parser_->get();
    const std::string target(message.target());
    const size_t question = target.find('?');
    HttpRequest request{.method = std::string(message.method_string()),
                        .path = PercentDecode(std::string_view(target).substr(0, question)),
                        .query = question == std::string::npos ? "" : target.substr(question + 1),
                        .body = message.body()};
    HttpResponse answer = handler_(request);
    response_ =
        http::response<http::string_body>(static_cast<http::status>(answer.status), message.version());
    response_.set(http::field::server, "millrace");
    response_.set(http::field::content_type, answer.content_type);
    response_.keep_alive(message.keep_alive());
    if (request.method != "HEAD") response_.body() = std::move(answer.body);
    response_.prepare_payload();
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code write_error, size_t) {
      if (write_error || !self->response_.keep_alive()) return self->Close();
      self->Read();
    });
  }

  void Close() {
    beast::error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  const HttpServer::Handler& handler_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

class AsioHttpServer final : public HttpServer {
 public:
  explicit AsioHttpServer(Handler handler) : handler_(std::move(handler)), acceptor_(context_) {}

  ~AsioHttpServer() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Status Listen(const std::string& host, int port) {
    beast::error_code error;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    if (!error) acceptor_.open(asio::ip::tcp::v4(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind({address, static_cast<uint16_t>(port)}, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return Status(kCannotListen,
                    fmt::format("Cannot listen for HTTP on {}:{}: {}", host, port, error.message()))
          .WithSuggestion("is another server running there? Set http.port to a free port, or to 0");
    }
    port_ = acceptor_.local_endpoint().port();
    Accept();
    thread_ = std::thread([this] { context_.run(); });
    return Status::Ok();
  }

  int port() const override { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept([this](beast::error_code error, asio::ip::tcp::socket socket) {
      if (!error) std::make_shared<Connection>(std::move(socket), handler_)->Read();
      if (acceptor_.is_open()) Accept();
    });
  }

  const Handler handler_;
  asio::io_context context_{1};
  asio::ip::tcp::acceptor acceptor_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& host, int port, Handler handler) {
  auto server = std::make_unique<AsioHttpServer>(std::move(handler));
  RETURN_IF_ERROR(server->Listen(host, port));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace millrace
