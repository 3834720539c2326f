#pragma once

#include <prometheus/collectable.h>

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "server/engine.h"

namespace millrace {

/// Turns probes into metric families at each scrape. Counters of a job that restarts go on: what an ended
/// attempt had counted is kept and added. Called from the exposer's threads.
class MetricsCollector final : public prometheus::Collectable {
 public:
  explicit MetricsCollector(Engine& engine);
  ~MetricsCollector() override;
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  /// Completed and failed checkpoints of a job since the server started, counted from the job manager's
  /// notices.
  struct CheckpointCounts {
    uint64_t completed = 0;
    uint64_t failed = 0;
    std::vector<uint64_t> duration_buckets;
    double duration_seconds_sum = 0;
  };
  void OnNotice(const JobNotice& notice, const JobView& job);

  Engine& engine_;
  mutable std::mutex mutex_;
  std::map<std::string, CheckpointCounts> checkpoints_;  // by job name; guarded by mutex_
  mutable std::map<std::string, std::pair<double, double>>
      counters_;  // by series: base, last; guarded by mutex_
  std::shared_ptr<void> subscription_;
};

}  // namespace millrace
