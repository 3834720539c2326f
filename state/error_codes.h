#pragma once

#include "core/status.h"

namespace millrace {

// 5000-5099: keyed state.
inline constexpr ErrorCode kIncompatibleState{5001, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kStateStore{5002, ErrorDomain::kExternal, RetryHint::kRetry};
inline constexpr ErrorCode kUnsupportedStore{5003, ErrorDomain::kUser, RetryHint::kNever};
// 5100-5199: checkpoints.
inline constexpr ErrorCode kCheckpointDamaged{5101, ErrorDomain::kExternal, RetryHint::kNever};
inline constexpr ErrorCode kCheckpointNotFound{5102, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kCheckpointTimeout{5103, ErrorDomain::kExternal, RetryHint::kRetry};
inline constexpr ErrorCode kCheckpointDeclined{5104, ErrorDomain::kExternal, RetryHint::kRetry};
/// Another leader owns the job.
inline constexpr ErrorCode kStaleGeneration{5105, ErrorDomain::kInternal, RetryHint::kNever};

}  // namespace millrace
