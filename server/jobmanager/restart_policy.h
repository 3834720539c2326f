#pragma once

#include <cstdint>
#include <optional>

#include "core/status.h"
#include "server/jobmanager/job_options.h"

namespace millrace {

/// Decides what follows a failed attempt. Single-owner; time is given to it.
class RestartPolicy {
 public:
  explicit RestartPolicy(const JobSettings& settings) : settings_(settings) {}

  /// Milliseconds to wait before the next attempt; nullopt = the job has failed for good: its error is the
  /// user's, or not to be retried, or the strategy's attempts are used up. `now_ms` is any monotone time.
  std::optional<int64_t> OnFailure(const Status& error, int64_t now_ms);

  uint32_t num_restarts() const { return num_restarts_; }

 private:
  const JobSettings& settings_;
  uint32_t num_restarts_ = 0;
  int64_t failures_in_a_row_ = 0;
  int64_t last_failure_ms_ = INT64_MIN / 2;
};

}  // namespace millrace
