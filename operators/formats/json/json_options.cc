#include "operators/formats/json/json_options.h"

#include "core/descriptor/error_codes.h"

namespace millrace {
namespace {

Result<bool> BooleanOption(const Options& options, const std::string& key) {
  return ParseBoolean(OptionOr(options, key, "false"));
}

Status BadValue(const std::string& key, const std::string& value, const std::string& expected) {
  return Status(kBadOptionValue,
                "format json does not know this value of option '" + key + "': '" + value + "'")
      .WithSuggestion("use one of " + expected);
}

}  // namespace

Result<JsonOptions> JsonOptions::From(const Options& options) {
  JsonOptions result;
  ASSIGN_OR_RETURN(result.fail_on_missing_field, BooleanOption(options, "fail-on-missing-field"));
  ASSIGN_OR_RETURN(result.ignore_parse_errors, BooleanOption(options, "ignore-parse-errors"));
  if (result.fail_on_missing_field && result.ignore_parse_errors) {
    return Status(kBadOptionValue,
                  "options 'fail-on-missing-field' and 'ignore-parse-errors' contradict each other")
        .WithSuggestion("set one of them to 'false'");
  }
  const std::string standard = OptionOr(options, "timestamp-format.standard", "SQL");
  if (standard == "SQL") {
    result.timestamps = TimestampStandard::kSql;
  } else if (standard == "ISO-8601") {
    result.timestamps = TimestampStandard::kIso8601;
  } else if (standard == "ISO-8601-WITH-OFFSET") {
    result.timestamps = TimestampStandard::kIso8601WithOffset;
  } else {
    return BadValue("timestamp-format.standard", standard, "SQL, ISO-8601, ISO-8601-WITH-OFFSET");
  }
  const std::string mode = OptionOr(options, "map-null-key.mode", "FAIL");
  if (mode == "FAIL") {
    result.null_key_mode = NullKeyMode::kFail;
  } else if (mode == "DROP") {
    result.null_key_mode = NullKeyMode::kDrop;
  } else if (mode == "LITERAL") {
    result.null_key_mode = NullKeyMode::kLiteral;
  } else {
    return BadValue("map-null-key.mode", mode, "FAIL, DROP, LITERAL");
  }
  result.null_key_literal = OptionOr(options, "map-null-key.literal", "null");
  ASSIGN_OR_RETURN(result.decimal_as_plain_number, BooleanOption(options, "encode.decimal-as-plain-number"));
  ASSIGN_OR_RETURN(result.ignore_null_fields, BooleanOption(options, "encode.ignore-null-fields"));
  return result;
}

}  // namespace millrace
