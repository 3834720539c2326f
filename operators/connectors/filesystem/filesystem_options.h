#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/descriptor/descriptor.h"

namespace millrace {

/// The options of connector filesystem; the format's are apart.
struct FilesystemOptions {
  std::string path;  // absolute, without a '/' at the end
  std::string format;
  Options format_options;  // without the prefix
  std::string default_partition_name = "__DEFAULT_PARTITION__";
  std::optional<int64_t> monitor_interval_ms;  // none = bounded
  std::string path_pattern;                    // "" = all files
  uint64_t rolling_size_bytes = 128ull << 20;
  int64_t rollover_interval_ms = 30 * 60 * 1000;
  int64_t rollover_check_interval_ms = 60 * 1000;

  /// kBadOptionValue, kMissingOption, or kUnsupportedByConnector for what cannot be done here.
  static Result<FilesystemOptions> From(const Options& options);
};

std::vector<OptionDescriptor> FilesystemOptionDescriptors();

/// The local path of 'file:///a/b', 'file:/a/b' or a plain path, made absolute; kUnsupportedByConnector for
/// other schemes.
Result<std::string> LocalPath(const std::string& path);

}  // namespace millrace
