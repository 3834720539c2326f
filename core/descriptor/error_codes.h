#pragma once

#include "core/status.h"

namespace millrace {

// 3000-3099: options and descriptors.
inline constexpr ErrorCode kUnknownConnector{3001, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kUnknownFormat{3002, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kUnknownOption{3003, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kMissingOption{3004, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kBadOptionValue{3005, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kUnsupportedByConnector{3006, ErrorDomain::kUser, RetryHint::kNever};

}  // namespace millrace
