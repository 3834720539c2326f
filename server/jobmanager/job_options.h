#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/descriptor/descriptor.h"
#include "core/expr/expr.h"
#include "core/status.h"
#include "state/checkpoint/checkpoint_logic.h"

namespace millrace {

/// The options of a job that the engine reads, by Flink's names; see docs/operations.md. Every option a job
/// may set is in JobOptionDescriptors.
struct JobSettings {
  checkpoint::Settings checkpoint;
  enum class Restart : uint8_t { kNone, kFixedDelay, kExponentialDelay } restart = Restart::kExponentialDelay;
  int64_t max_attempts = INT64_MAX;  // restart-strategy.fixed-delay.attempts, ....attempts-before-reset...
  int64_t delay_ms = 1000;           // fixed-delay.delay, exponential-delay.initial-backoff
  int64_t max_delay_ms = 60'000;     // exponential-delay.max-backoff
  double backoff_multiplier = 1.5;
  int64_t reset_after_ms = 3'600'000;  // exponential-delay.reset-backoff-threshold
  SessionSettings session;
};

/// Descriptors of every option a job may carry, for validation, SET and docs.
const std::vector<OptionDescriptor>& JobOptionDescriptors();

/// kUnknownOption or kBadJobOption with a suggestion for what is unknown or does not parse.
Result<JobSettings> ParseJobSettings(const std::map<std::string, std::string>& options);

}  // namespace millrace
