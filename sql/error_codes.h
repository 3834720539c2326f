#pragma once

#include "core/status.h"

namespace millrace {

// 1001-1099: lexer and parser, see sql/lexer/error_codes.h.
// 1100-1199: names and the catalog.
inline constexpr ErrorCode kUnknownTable{1101, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kUnknownColumn{1102, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kAmbiguousColumn{1103, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kObjectExists{1104, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kUnknownDatabase{1105, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kUnknownCatalog{1106, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kDatabaseNotEmpty{1107, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kCatalogStore{1108, ErrorDomain::kExternal, RetryHint::kRetry};
// 1200-1299: types and expressions.
inline constexpr ErrorCode kTypeMismatch{1201, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kInvalidLiteral{1202, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kInvalidExpression{1203, ErrorDomain::kUser, RetryHint::kNever};
// 1300-1399: queries and statements.
inline constexpr ErrorCode kNotGrouped{1301, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kInvalidAggregate{1302, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kColumnCountMismatch{1303, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kInvalidWindow{1304, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kInvalidTimeAttribute{1305, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kInvalidTableDefinition{1306, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kInvalidStatement{1307, ErrorDomain::kUser, RetryHint::kNever};
inline constexpr ErrorCode kSinkRefusesUpdates{1308, ErrorDomain::kUser, RetryHint::kNever};
// 1900-1999: known to Flink SQL, not to this engine yet. The message names the construct.
inline constexpr ErrorCode kNotSupportedYet{1901, ErrorDomain::kUser, RetryHint::kNever};

}  // namespace millrace
