#pragma once

#include <atomic>

#include "server/api/http_server.h"
#include "server/engine.h"

namespace millrace {

/// Health checks and the read-only REST API in Flink's form (with and without the prefix /v1): /healthz,
/// /readyz, /overview, /config, /jobs, /jobs/overview, /jobs/:jid with /status, /plan, /config, /exceptions,
/// /checkpoints, /vertices/:vid. Thread-safe.
class RestApi {
 public:
  explicit RestApi(Engine& engine) : engine_(engine) {}
  HttpResponse Handle(const HttpRequest& request) const;
  /// /readyz answers 503 from now on.
  void BeginShutdown() { shutting_down_.store(true); }

 private:
  HttpResponse Overview() const;
  HttpResponse Jobs(bool details) const;
  HttpResponse Job(const std::string& id, const std::string& part, const std::string& rest) const;

  Engine& engine_;
  std::atomic<bool> shutting_down_{false};
};

}  // namespace millrace
