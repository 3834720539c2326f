#include "core/status.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace millrace {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "CHECK failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

struct Status::Error {
  ErrorCode code;
  std::string message;
  std::string suggestion;
  std::optional<SourcePlace> place;
};

namespace {
const std::string kEmpty;
const std::optional<SourcePlace> kNoPlace;
}  // namespace

Status::Status(ErrorCode code, std::string message)
    : error_(std::make_shared<const Error>(Error{code, std::move(message), {}, {}})) {
}

ErrorCode Status::code() const {
  return ok() ? ErrorCode{0, ErrorDomain::kInternal, RetryHint::kNever} : error_->code;
}

const std::string& Status::message() const {
  return ok() ? kEmpty : error_->message;
}

const std::string& Status::suggestion() const {
  return ok() ? kEmpty : error_->suggestion;
}

const std::optional<SourcePlace>& Status::place() const {
  return ok() ? kNoPlace : error_->place;
}

Status Status::WithPlace(SourcePlace place) const {
  if (ok() || error_->place) return *this;
  auto copy = std::make_shared<Error>(*error_);
  copy->place = place;
  Status result;
  result.error_ = std::move(copy);
  return result;
}

Status Status::WithSuggestion(std::string suggestion) const {
  if (ok()) return *this;
  auto copy = std::make_shared<Error>(*error_);
  copy->suggestion = std::move(suggestion);
  Status result;
  result.error_ = std::move(copy);
  return result;
}

Status Status::WithContext(std::string_view context) const {
  if (ok()) return *this;
  auto copy = std::make_shared<Error>(*error_);
  copy->message = fmt::format("{}: {}", context, copy->message);
  Status result;
  result.error_ = std::move(copy);
  return result;
}

std::string Status::ToString() const {
  if (ok()) return "OK";
  std::string text = fmt::format("{}: {}", FormatErrorNumber(error_->code), error_->message);
  if (error_->place) text += fmt::format(" (line {}, column {})", error_->place->line, error_->place->column);
  if (!error_->suggestion.empty()) text += fmt::format("; {}", error_->suggestion);
  return text;
}

std::string FormatErrorNumber(ErrorCode code) {
  return fmt::format("MR-{:04}", code.number);
}

}  // namespace millrace
