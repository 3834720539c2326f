#include "operators/connectors/filesystem/filesystem_options.h"

#include <re2/re2.h>

#include <filesystem>

#include "core/descriptor/error_codes.h"

namespace millrace {
namespace {

/// Options of Flink that mean something this connector does not do: only their default is accepted.
struct UnsupportedOption {
  const char* key;
  const char* only_value;  // "" = may not be set
  const char* suggestion;
};
constexpr UnsupportedOption kUnsupportedOptions[] = {
    {"auto-compaction", "false", "leave it out; larger files come from a longer checkpoint interval"},
    {"compaction.file-size", "", "leave it out; larger files come from a longer checkpoint interval"},
    {"sink.partition-commit.policy.kind", "", "leave it out: a file is complete as soon as it is visible"},
    {"sink.partition-commit.policy.class", "", "leave it out: a file is complete as soon as it is visible"},
    {"sink.partition-commit.trigger", "process-time", "leave it out: partitions are not announced"},
    {"sink.partition-commit.delay", "0 s", "leave it out: partitions are not announced"},
    {"sink.partition-commit.watermark-time-zone", "UTC", "leave it out: partitions are not announced"},
    {"sink.partition-commit.success-file.name", "_SUCCESS", "leave it out: partitions are not announced"},
    {"partition.time-extractor.kind", "default", "leave it out: partitions are not announced"},
    {"partition.time-extractor.class", "", "leave it out: partitions are not announced"},
    {"partition.time-extractor.timestamp-pattern", "", "leave it out: partitions are not announced"},
    {"partition.time-extractor.timestamp-formatter", "yyyy-MM-dd HH:mm:ss",
     "leave it out: partitions are not announced"},
    {"sink.shuffle-by-partition.enable", "false",
     "leave it out, or set 'sink.parallelism' = '1' for fewer files"},
};

Status CheckUnsupported(const Options& options) {
  for (const UnsupportedOption& unsupported : kUnsupportedOptions) {
    const auto found = options.find(unsupported.key);
    if (found == options.end()) continue;
    if (*unsupported.only_value != '\0' && found->second == unsupported.only_value) continue;
    return Status(kUnsupportedByConnector, "connector 'filesystem' does not support option '" + found->first +
                                               "' = '" + found->second + "'")
        .WithSuggestion(unsupported.suggestion);
  }
  return Status::Ok();
}

Result<int64_t> PositiveMillis(const Options& options, const std::string& key, const std::string& otherwise) {
  ASSIGN_OR_RETURN(const int64_t millis, ParseDurationMillis(OptionOr(options, key, otherwise)));
  if (millis > 0) return millis;
  return Status(kBadOptionValue, "option '" + key + "' must be longer than 0")
      .WithSuggestion("use '10 s', for example");
}

}  // namespace

Result<std::string> LocalPath(const std::string& path) {
  std::string local = path;
  const size_t colon = path.find(':');
  const size_t slash = path.find('/');
  if (colon != std::string::npos && (slash == std::string::npos || colon < slash)) {
    if (path.substr(0, colon) != "file") {
      return Status(kUnsupportedByConnector,
                    "connector 'filesystem' reads and writes local files only: '" + path + "'")
          .WithSuggestion("use a path of this machine (or one mounted on it), such as 'file:///data/in'");
    }
    local = path.substr(colon + 1);
    // file:///a and file:/a; a host is not understood.
    if (local.rfind("//", 0) == 0) {
      local = local.substr(2);
      if (local.empty() || local[0] != '/') {
        return Status(kBadOptionValue, "option 'path' names a host: '" + path + "'")
            .WithSuggestion("write 'file:///directory' with three slashes");
      }
    }
  }
  if (local.empty())
    return Status(kBadOptionValue, "option 'path' is empty").WithSuggestion("name a file or directory");
  std::string absolute = std::filesystem::absolute(local).lexically_normal().string();
  while (absolute.size() > 1 && absolute.back() == '/') absolute.pop_back();
  return absolute;
}

Result<FilesystemOptions> FilesystemOptions::From(const Options& options) {
  FilesystemOptions result;
  RETURN_IF_ERROR(CheckUnsupported(options));
  const std::string path = OptionOr(options, "path", "");
  if (path.empty()) {
    return Status(kMissingOption, "connector 'filesystem' needs option 'path'")
        .WithSuggestion("add 'path' = '...'");
  }
  ASSIGN_OR_RETURN(result.path, LocalPath(path));
  result.format = OptionOr(options, "format", "");
  const std::string prefix = result.format + ".";
  for (const auto& [key, value] : options) {
    if (key.rfind(prefix, 0) == 0) result.format_options[key.substr(prefix.size())] = value;
  }
  result.default_partition_name = OptionOr(options, "partition.default-name", result.default_partition_name);
  if (options.count("source.monitor-interval") > 0) {
    ASSIGN_OR_RETURN(result.monitor_interval_ms, PositiveMillis(options, "source.monitor-interval", ""));
  }
  result.path_pattern = OptionOr(options, "source.path.regex-pattern", "");
  if (const RE2 pattern(result.path_pattern, RE2::Quiet); !pattern.ok()) {
    return Status(kBadOptionValue, "option 'source.path.regex-pattern' is not a regular expression, " +
                                       pattern.error() + ": '" + result.path_pattern + "'")
        .WithSuggestion("write it as for RE2; it has to match the whole absolute path");
  }
  ASSIGN_OR_RETURN(const int64_t rolling_size,
                   ParseMemorySizeBytes(OptionOr(options, "sink.rolling-policy.file-size", "128 MB")));
  if (rolling_size <= 0) {
    return Status(kBadOptionValue, "option 'sink.rolling-policy.file-size' must be larger than 0")
        .WithSuggestion("use '128 MB', for example");
  }
  result.rolling_size_bytes = static_cast<uint64_t>(rolling_size);
  ASSIGN_OR_RETURN(result.rollover_interval_ms,
                   PositiveMillis(options, "sink.rolling-policy.rollover-interval", "30 min"));
  ASSIGN_OR_RETURN(result.rollover_check_interval_ms,
                   PositiveMillis(options, "sink.rolling-policy.check-interval", "1 min"));
  return result;
}

std::vector<OptionDescriptor> FilesystemOptionDescriptors() {
  using Type = OptionType;
  return {
      {"path", Type::kString, "", true, "File or directory on this machine, plain or as file:///...", {}},
      {"partition.default-name",
       Type::kString,
       "__DEFAULT_PARTITION__",
       false,
       "Directory name that stands for NULL or an empty text in a partition column.",
       {}},
      {"source.monitor-interval",
       Type::kDuration,
       "",
       false,
       "How often the directory is looked at for new files; without it the table ends with the files that "
       "are there.",
       {}},
      {"source.path.regex-pattern",
       Type::kString,
       "",
       false,
       "Only files whose absolute path matches this regular expression as a whole are read.",
       {}},
      {"source.report-statistics",
       Type::kEnum,
       "all",
       false,
       "Accepted for compatibility: statistics for Flink's batch planner, which is not used here.",
       {"all", "none"}},
      {"sink.rolling-policy.file-size",
       Type::kMemorySize,
       "128 MB",
       false,
       "Size from which a file is closed and the next one begun.",
       {}},
      {"sink.rolling-policy.rollover-interval",
       Type::kDuration,
       "30 min",
       false,
       "Age from which a file is closed and the next one begun; every checkpoint closes files too.",
       {}},
      {"sink.rolling-policy.check-interval",
       Type::kDuration,
       "1 min",
       false,
       "How often the age of open files is looked at.",
       {}},
      {"sink.parallelism",
       Type::kInteger,
       "",
       false,
       "Number of parallel writers; by default that of the operator before.",
       {}},
      {"sink.shuffle-by-partition.enable",
       Type::kBoolean,
       "false",
       false,
       "Not supported: only 'false' is accepted.",
       {}},
      {"auto-compaction", Type::kBoolean, "false", false, "Not supported: only 'false' is accepted.", {}},
      {"compaction.file-size", Type::kMemorySize, "", false, "Not supported: setting it is an error.", {}},
      {"sink.partition-commit.trigger",
       Type::kEnum,
       "process-time",
       false,
       "Not supported: only the default is accepted, since partitions are not announced.",
       {"process-time", "partition-time"}},
      {"sink.partition-commit.delay",
       Type::kDuration,
       "0 s",
       false,
       "Not supported: only the default is accepted.",
       {}},
      {"sink.partition-commit.watermark-time-zone",
       Type::kString,
       "UTC",
       false,
       "Not supported: only the default is accepted.",
       {}},
      {"sink.partition-commit.policy.kind",
       Type::kString,
       "",
       false,
       "Not supported: setting it is an error; a visible file is complete.",
       {}},
      {"sink.partition-commit.policy.class",
       Type::kString,
       "",
       false,
       "Not supported: setting it is an error.",
       {}},
      {"sink.partition-commit.success-file.name",
       Type::kString,
       "_SUCCESS",
       false,
       "Not supported: only the default is accepted.",
       {}},
      {"partition.time-extractor.kind",
       Type::kString,
       "default",
       false,
       "Not supported: only the default is accepted.",
       {}},
      {"partition.time-extractor.class",
       Type::kString,
       "",
       false,
       "Not supported: setting it is an error.",
       {}},
      {"partition.time-extractor.timestamp-pattern",
       Type::kString,
       "",
       false,
       "Not supported: setting it is an error.",
       {}},
      {"partition.time-extractor.timestamp-formatter",
       Type::kString,
       "yyyy-MM-dd HH:mm:ss",
       false,
       "Not supported: only the default is accepted.",
       {}},
  };
}

}  // namespace millrace
