#pragma once

#include "core/status.h"

namespace millrace::sql {

// Errors of the text of a script: 1001-1099.

/// A token stands where the grammar allows another one.
inline constexpr ErrorCode kSyntaxError{1001, ErrorDomain::kUser, RetryHint::kNever};
/// The script ends inside of a statement.
inline constexpr ErrorCode kUnexpectedEnd{1002, ErrorDomain::kUser, RetryHint::kNever};
/// A reserved word stands for a name without backquotes.
inline constexpr ErrorCode kReservedWord{1003, ErrorDomain::kUser, RetryHint::kNever};
/// A '...' string is not closed.
inline constexpr ErrorCode kUnclosedString{1004, ErrorDomain::kUser, RetryHint::kNever};
/// A `...` name is not closed, or is empty.
inline constexpr ErrorCode kUnclosedName{1005, ErrorDomain::kUser, RetryHint::kNever};
/// A comment or hint is not closed.
inline constexpr ErrorCode kUnclosedComment{1006, ErrorDomain::kUser, RetryHint::kNever};
/// A character that no token begins with, or text that is not UTF-8.
inline constexpr ErrorCode kUnknownCharacter{1007, ErrorDomain::kUser, RetryHint::kNever};
/// A malformed escape in a string, or an odd or non-hexadecimal X'...'.
inline constexpr ErrorCode kBadEscape{1008, ErrorDomain::kUser, RetryHint::kNever};
/// A number out of the range that its place in the grammar allows.
inline constexpr ErrorCode kBadNumber{1009, ErrorDomain::kUser, RetryHint::kNever};
/// Expressions, queries or types nested too deeply, or chained too long.
inline constexpr ErrorCode kNestingTooDeep{1010, ErrorDomain::kUser, RetryHint::kNever};
/// The script exceeds the size limit.
inline constexpr ErrorCode kScriptTooLarge{1011, ErrorDomain::kUser, RetryHint::kNever};
/// A clause that may occur once occurs twice.
inline constexpr ErrorCode kDuplicateClause{1012, ErrorDomain::kUser, RetryHint::kNever};
/// Syntax of other dialects, or of Flink, that Millrace knows but does not take.
inline constexpr ErrorCode kUnsupportedSyntax{1013, ErrorDomain::kUser, RetryHint::kNever};
/// An unknown time unit, interval range or other special word.
inline constexpr ErrorCode kUnknownWord{1014, ErrorDomain::kUser, RetryHint::kNever};
/// A statement that may not stand inside of a statement set, EXPLAIN or COMPILE PLAN.
inline constexpr ErrorCode kStatementNotAllowed{1015, ErrorDomain::kUser, RetryHint::kNever};

}  // namespace millrace::sql
