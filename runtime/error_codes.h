#pragma once

#include "core/status.h"

namespace millrace {

// 6000-6099: tasks.
inline constexpr ErrorCode kBadDeployment{6001, ErrorDomain::kInternal, RetryHint::kNever};
inline constexpr ErrorCode kUnknownOperatorKind{6002, ErrorDomain::kUser, RetryHint::kNever};

}  // namespace millrace
