#pragma once

#include <memory>
#include <string>

#include "core/status.h"
#include "server/api/sql_sessions.h"
#include "server/engine.h"

namespace millrace {

/// The gRPC server: Control, health and reflection. Hides the gRPC headers.
class ControlServer {
 public:
  /// `address` is host:port, port 0 takes a free one. kCannotListen.
  static Result<std::unique_ptr<ControlServer>> Start(const std::string& address, Engine& engine,
                                                      SqlSessions& sessions);
  virtual ~ControlServer() = default;
  virtual int port() const = 0;
  /// Refuses new calls, ends streams; waits a moment for the rest.
  virtual void Stop() = 0;
};

}  // namespace millrace
