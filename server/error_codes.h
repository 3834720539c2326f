#pragma once

#include "core/status.h"

namespace millrace {

// 2000-2099: structure of a job graph.
inline constexpr ErrorCode kEmptyGraph{2001, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kMissingUid{2002, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kDuplicateUid{2003, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kUnknownUid{2004, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kGraphCycle{2005, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kMissingConfig{2006, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kWrongInputs{2007, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kBadParallelism{2008, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kBadPartitioning{2009, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kBadColumn{2010, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kGraphSchemaMismatch{2011, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kUnsupportedGraphVersion{2012, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kNoSink{2014, ErrorDomain::kUser, RetryHint::kNever};

// 6100-6199: life of a job.
inline constexpr ErrorCode kJobNotFound{6101, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kAmbiguousJob{6102, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kJobEnded{6103, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kJobNameTaken{6104, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kCheckpointFailedTooOften{6105, ErrorDomain::kExternal, RetryHint::kRetry};
inline constexpr ErrorCode kRestartsExhausted{6106, ErrorDomain::kExternal, RetryHint::kNever};
inline constexpr ErrorCode kCheckpointInProgress{6107, ErrorDomain::kUser, RetryHint::kRetry};
inline constexpr ErrorCode kNonRestoredState{6108, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kBadJobOption{6109, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kTimedOut{6110, ErrorDomain::kExternal, RetryHint::kRetry};
inline constexpr ErrorCode kQueryNotFound{6111, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kJobRecordDamaged{6112, ErrorDomain::kExternal, RetryHint::kNever};
inline constexpr ErrorCode kMaxParallelismChanged{6113, ErrorDomain::kUser, RetryHint::kNever};

// 7000-7099: server, configuration, command line.
inline constexpr ErrorCode kUnknownConfigKey{7001, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kBadConfigValue{7002, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kDataDirectoryInUse{7003, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kCannotListen{7004, ErrorDomain::kExternal, RetryHint::kRetry};
inline constexpr ErrorCode kServerUnreachable{7005, ErrorDomain::kExternal, RetryHint::kRetry};
inline constexpr ErrorCode kBadRequest{7006, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kConfigUnreadable{7007, ErrorDomain::kUser, RetryHint::kNever};

}  // namespace millrace
