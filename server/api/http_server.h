#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/status.h"

namespace millrace {

struct HttpRequest {
  std::string method;  // "GET"
  std::string path;    // decoded, without the query
  std::string query;   // behind '?', as sent
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json; charset=UTF-8";
};

/// A small HTTP/1.1 server on one thread of its own; handlers run there and must be quick. Bodies are at most
/// 1 MB, a connection that is idle for 30 s is closed.
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  /// Port 0 takes a free one. kCannotListen.
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& host, int port, Handler handler);
  virtual ~HttpServer() = default;
  virtual int port() const = 0;
};

}  // namespace millrace
