#pragma once

#include <string>

#include "core/descriptor/descriptor.h"

namespace millrace {

enum class TimestampStandard : uint8_t { kSql, kIso8601, kIso8601WithOffset };
enum class NullKeyMode : uint8_t { kFail, kDrop, kLiteral };

/// The options of format json, as its descriptor lists them.
struct JsonOptions {
  bool fail_on_missing_field = false;
  bool ignore_parse_errors = false;
  TimestampStandard timestamps = TimestampStandard::kSql;
  NullKeyMode null_key_mode = NullKeyMode::kFail;
  std::string null_key_literal = "null";
  bool decimal_as_plain_number = false;
  bool ignore_null_fields = false;

  /// Options that the descriptor has let through; kBadOptionValue for combinations that make no sense.
  static Result<JsonOptions> From(const Options& options);
};

}  // namespace millrace
