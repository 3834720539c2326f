#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace {

/// Flink's job states (org.apache.flink.api.common.JobStatus), those that occur here.
enum class JobState : uint8_t {
  kInitializing,  // accepted; restoring, creating tasks
  kRunning,
  kRestarting,  // an attempt failed; the next one begins after the back-off
  kFailing,     // an attempt failed for good; its tasks are ending
  kFailed,
  kCancelling,
  kCanceled,
  kFinished,
  kSuspended,  // the server shuts down; goes on at the next start
};

std::string_view JobStateName(JobState state);  // "RUNNING"
std::optional<JobState> ParseJobState(std::string_view name);
/// FAILED, CANCELED, FINISHED: the job never runs again.
bool IsTerminal(JobState state);
/// The one table of legal transitions.
bool IsLegalTransition(JobState from, JobState to);

}  // namespace millrace
