#include "server/jobmanager/job_state.h"

#include <array>

namespace millrace {
namespace {

constexpr std::array<std::string_view, 9> kNames = {"INITIALIZING", "RUNNING",  "RESTARTING",
                                                    "FAILING",      "FAILED",   "CANCELLING",
                                                    "CANCELED",     "FINISHED", "SUSPENDED"};

constexpr uint16_t Bit(JobState state) {
  return static_cast<uint16_t>(1u << static_cast<unsigned>(state));
}

using enum JobState;
// Row: from; bits: to.
constexpr std::array<uint16_t, 9> kLegal = {
    /* INITIALIZING */ Bit(kRunning) | Bit(kRestarting) | Bit(kFailing) | Bit(kFailed) | Bit(kCancelling) |
        Bit(kSuspended),
    /* RUNNING */ Bit(kRestarting) | Bit(kFailing) | Bit(kCancelling) | Bit(kFinished) | Bit(kSuspended),
    /* RESTARTING */ Bit(kInitializing) | Bit(kFailing) | Bit(kFailed) | Bit(kCancelling) | Bit(kSuspended),
    /* FAILING */ Bit(kFailed),
    /* FAILED */ 0,
    /* CANCELLING */ Bit(kCanceled),
    /* CANCELED */ 0,
    /* FINISHED */ 0,
    /* SUSPENDED */ Bit(kInitializing),
};

}  // namespace

std::string_view JobStateName(JobState state) {
  return kNames[static_cast<size_t>(state)];
}

std::optional<JobState> ParseJobState(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<JobState>(i);
  }
  return std::nullopt;
}

bool IsTerminal(JobState state) {
  return state == kFailed || state == kCanceled || state == kFinished;
}

bool IsLegalTransition(JobState from, JobState to) {
  return (kLegal[static_cast<size_t>(from)] & Bit(to)) != 0;
}

}  // namespace millrace
