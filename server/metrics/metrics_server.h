#pragma once

#include <memory>
#include <string>

#include "core/status.h"
#include "server/engine.h"

namespace millrace {

/// The Prometheus endpoint: every scrape reads the probes of the running tasks, the job manager and the
/// process. The names are those of deploy/metrics.md. Hides the prometheus-cpp headers.
class MetricsServer {
 public:
  /// Port 0 takes a free one. kCannotListen.
  static Result<std::unique_ptr<MetricsServer>> Start(const std::string& host, int port, Engine& engine);
  virtual ~MetricsServer() = default;
  virtual int port() const = 0;
};

}  // namespace millrace
