#pragma once

namespace millrace {

/// Prints the failed condition with its place to standard error and aborts.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace millrace

/// Ends the process when a condition that only a bug can break does not hold; stays on in release builds.
/// User input never reaches a CHECK.
#define CHECK(condition)                                     \
  (__builtin_expect(!!(condition), 1) ? static_cast<void>(0) \
                                      : ::millrace::CheckFailed(#condition, __FILE__, __LINE__))

/// Like CHECK, in debug builds only: for conditions that are dear to test.
#ifdef NDEBUG
#define DCHECK(condition) static_cast<void>(0)
#else
#define DCHECK(condition) CHECK(condition)
#endif
