#include "server/jobmanager/restart_policy.h"

#include <algorithm>
#include <cmath>

namespace millrace {

std::optional<int64_t> RestartPolicy::OnFailure(const Status& error, int64_t now_ms) {
  if (error.code().retry == RetryHint::kNever) return std::nullopt;
  if (settings_.restart == JobSettings::Restart::kNone) return std::nullopt;
  if (now_ms - last_failure_ms_ > settings_.reset_after_ms) failures_in_a_row_ = 0;
  last_failure_ms_ = now_ms;
  ++failures_in_a_row_;
  if (failures_in_a_row_ > settings_.max_attempts) return std::nullopt;
  ++num_restarts_;
  if (settings_.restart == JobSettings::Restart::kFixedDelay) return settings_.delay_ms;
  const double exponent = static_cast<double>(std::min<int64_t>(failures_in_a_row_ - 1, 60));
  const double delay =
      static_cast<double>(settings_.delay_ms) * std::pow(settings_.backoff_multiplier, exponent);
  return static_cast<int64_t>(std::min(delay, static_cast<double>(settings_.max_delay_ms)));
}

}  // namespace millrace
