#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/check.h"

namespace millrace {

/// Who has to act on an error: the author of the job, an outside system, or the engine itself.
enum class ErrorDomain : uint8_t { kUser, kExternal, kInternal };

/// Whether doing the same again may succeed. The restart policy of a job reads it.
enum class RetryHint : uint8_t { kNever, kRetry };

/// A stable, numbered kind of error. Each folder declares its own in `<folder>/error_codes.h`; numbers are
/// never reused. Ranges: 1000 sql, 2000 graph and planning, 3000 connectors and formats, 4000 rows and
/// expressions, 5000 state and checkpoints, 6000 runtime and job life cycle, 7000 server, configuration and
/// command line, 9000 internal.
struct ErrorCode {
  uint16_t number;
  ErrorDomain domain;
  RetryHint retry;
  friend constexpr bool operator==(const ErrorCode&, const ErrorCode&) = default;
};

/// An error nobody foresaw: a bug in the engine.
inline constexpr ErrorCode kInternalError{9000, ErrorDomain::kInternal, RetryHint::kNever};

/// A position in a SQL script or a file; both count from 1. `offset` and `length` are bytes in the text.
struct SourcePlace {
  int line = 0;
  int column = 0;
  size_t offset = 0;
  size_t length = 0;
};

/// Success, or an error: a numbered code, a message (fixed text first, values last, no trailing dot), and
/// where known the place in the user's text and what to do next. Copying a Status is cheap (shared immutable
/// state).
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(ErrorCode code, std::string message);

  static Status Ok() { return Status(); }

  bool ok() const { return error_ == nullptr; }
  /// The following return neutral values when ok().
  ErrorCode code() const;
  const std::string& message() const;
  const std::string& suggestion() const;
  const std::optional<SourcePlace>& place() const;

  /// Each returns a copy with the part added; none changes an ok() status. `WithPlace` keeps an earlier
  /// place.
  Status WithPlace(SourcePlace place) const;
  Status WithSuggestion(std::string suggestion) const;
  /// Puts "context: " before the message. Add context once on the way up.
  Status WithContext(std::string_view context) const;

  /// "MR-1234: message", with the place and the suggestion when known. One line.
  std::string ToString() const;

 private:
  struct Error;
  std::shared_ptr<const Error> error_;
};

/// A value or the Status that says why there is none. Never holds an ok() Status.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : content_(std::in_place_index<1>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Status status)
      : content_(std::in_place_index<0>, std::move(status)) {  // NOLINT(google-explicit-constructor)
    CHECK(!std::get<0>(content_).ok());
  }

  bool ok() const { return content_.index() == 1; }
  Status status() const { return ok() ? Status::Ok() : std::get<0>(content_); }
  T& value() & {
    CHECK(ok());
    return std::get<1>(content_);
  }
  const T& value() const& {
    CHECK(ok());
    return std::get<1>(content_);
  }
  T&& value() && {
    CHECK(ok());
    return std::get<1>(std::move(content_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<Status, T> content_;
};

/// "MR-1234".
std::string FormatErrorNumber(ErrorCode code);

}  // namespace millrace

#define MILLRACE_CONCAT_INNER(a, b) a##b
#define MILLRACE_CONCAT(a, b) MILLRACE_CONCAT_INNER(a, b)

/// Returns the Status of `expression` from the enclosing function when it is an error.
#define RETURN_IF_ERROR(expression)                                                                       \
  do {                                                                                                    \
    if (::millrace::Status millrace_status = (expression); !millrace_status.ok()) return millrace_status; \
  } while (false)

/// Assigns the value of a Result to `target` (a declaration or an lvalue), or returns its Status.
#define ASSIGN_OR_RETURN(target, expression) \
  ASSIGN_OR_RETURN_IMPL(MILLRACE_CONCAT(millrace_result_, __LINE__), target, expression)
#define ASSIGN_OR_RETURN_IMPL(result, target, expression) \
  auto result = (expression);                             \
  if (!result.ok()) return result.status();               \
  target = std::move(result).value()
