#pragma once

#include "core/status.h"

namespace millrace {

// 4000-4099: rows and expressions.
inline constexpr ErrorCode kCastFailed{4001, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kDivisionByZero{4002, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kNumericOverflow{4003, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kInvalidArgument{4004, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kNullInNotNullColumn{4005, ErrorDomain::kUser, RetryHint::kNever};
// 4100-4199: function resolution and type inference (asked by the SQL binder and the graph validator).
inline constexpr ErrorCode kUnknownFunction{4101, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kWrongArgumentCount{4102, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kWrongArgumentType{4103, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kUnsupportedCast{4104, ErrorDomain::kUser, RetryHint::kNever};
// 4200-4299: files and durable bytes.
inline constexpr ErrorCode kFileNotFound{4201, ErrorDomain::kExternal, RetryHint::kNever};
inline constexpr ErrorCode kFileExists{4202, ErrorDomain::kExternal, RetryHint::kNever};
inline constexpr ErrorCode kFileIo{4203, ErrorDomain::kExternal, RetryHint::kRetry};
inline constexpr ErrorCode kDiskFull{4204, ErrorDomain::kExternal, RetryHint::kRetry};
inline constexpr ErrorCode kCorruptBytes{4205, ErrorDomain::kInternal, RetryHint::kNever};
/// A step that a test told to fail (fail_point.h).
inline constexpr ErrorCode kFailPoint{4206, ErrorDomain::kExternal, RetryHint::kRetry};

}  // namespace millrace
