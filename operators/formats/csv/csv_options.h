#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/descriptor/descriptor.h"

namespace millrace {

/// The options of format csv.
struct CsvOptions {
  char field_delimiter = ',';
  std::optional<char> quote = '"';
  std::optional<char> escape;
  bool allow_comments = false;
  bool ignore_parse_errors = false;
  std::string element_delimiter = ";";
  std::optional<std::string> null_literal;
  bool scientific_decimals = true;

  /// Options that the descriptor has let through; kBadOptionValue for combinations that make no sense.
  static Result<CsvOptions> From(const Options& options);
};

std::vector<OptionDescriptor> CsvOptionDescriptors();

}  // namespace millrace
