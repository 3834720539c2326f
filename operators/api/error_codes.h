#pragma once

#include "core/status.h"

namespace millrace {

// 3000-3099 (options and descriptors) are in core/descriptor/error_codes.h.
// 3100-3199: records.
inline constexpr ErrorCode kBadRecord{3101, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kCannotEncode{3102, ErrorDomain::kUser, RetryHint::kNever};
// 3200-3299: outside systems.
inline constexpr ErrorCode kOutsideUnreachable{3201, ErrorDomain::kExternal, RetryHint::kRetry};
inline constexpr ErrorCode kOutsideMissing{3202, ErrorDomain::kUser,
                                           RetryHint::kNever};  // topic, path, ... is not there
inline constexpr ErrorCode kOutsideRefused{3203, ErrorDomain::kUser, RetryHint::kNever};  // rights, limits
inline constexpr ErrorCode kPositionLost{3204, ErrorDomain::kUser,
                                         RetryHint::kNever};  // offset is gone from the log
/// The sink has published epochs later than the one the job starts from.
inline constexpr ErrorCode kOutputAhead{3205, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kCommitFailed{3206, ErrorDomain::kExternal, RetryHint::kRetry};
/// Another writer took over this sink's lane.
inline constexpr ErrorCode kSinkFenced{3207, ErrorDomain::kExternal, RetryHint::kRetry};
/// Records that arrived are not as they were written: a checksum, a length, a compressed block.
inline constexpr ErrorCode kCorruptRecords{3208, ErrorDomain::kExternal, RetryHint::kRetry};
// 3300-3399: operators.
/// An operator's configuration that no validator should let through (a column that is not there, ...).
inline constexpr ErrorCode kBadOperatorConfig{3301, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kNullEventTime{3302, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kUnsupportedAggregate{3303, ErrorDomain::kUser, RetryHint::kNever};

}  // namespace millrace
