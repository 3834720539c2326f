#include "server/metrics/metrics_server.h"

#include <fmt/format.h>
#include <prometheus/exposer.h>

#include "server/error_codes.h"
#include "server/metrics/metrics_collector.h"

namespace millrace {
namespace {

class PrometheusMetricsServer final : public MetricsServer {
 public:
  PrometheusMetricsServer(const std::string& address, Engine& engine)
      : collector_(std::make_shared<MetricsCollector>(engine)), exposer_(address, 1) {
    exposer_.RegisterCollectable(collector_);
  }
  int port() const override { return exposer_.GetListeningPorts().front(); }

 private:
  const std::shared_ptr<MetricsCollector> collector_;
  prometheus::Exposer exposer_;
};

}  // namespace

Result<std::unique_ptr<MetricsServer>> MetricsServer::Start(const std::string& host, int port,
                                                            Engine& engine) {
  // The exposer's server reports a port that is taken by an exception.
  try {
    return std::unique_ptr<MetricsServer>(
        std::make_unique<PrometheusMetricsServer>(fmt::format("{}:{}", host, port), engine));
  } catch (const std::exception& error) {
    return Status(kCannotListen,
                  fmt::format("Cannot listen for Prometheus on {}:{}: {}", host, port, error.what()))
        .WithSuggestion("is another server running there? Set metrics.port to a free port, or to 0");
  }
}

}  // namespace millrace
