#include "server/config/config.h"

#include <fmt/format.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>

#include "core/types/type_rules.h"
#include "server/error_codes.h"

namespace millrace {
namespace {

using enum OptionType;

// clang-format off
const std::vector<OptionDescriptor> kDescriptors = {
    {"data-dir", kString, "millrace-data", false, "Where everything durable lives", {}},
    {"grpc.host", kString, "127.0.0.1", false, "Address of the client API", {}},
    {"grpc.port", kInteger, "6123", false, "TCP port of the client API; 0 takes a free one", {}},
    {"http.host", kString, "127.0.0.1", false, "Address of health checks and the REST API", {}},
    {"http.port", kInteger, "8081", false, "TCP port of health checks and the REST API; 0 takes a free one", {}},
    {"metrics.host", kString, "127.0.0.1", false, "Address of the Prometheus endpoint", {}},
    {"metrics.port", kInteger, "9249", false, "TCP port of the Prometheus endpoint; 0 takes a free one", {}},
    {"checkpoints.dir", kString, "", false, "Directory with one root a job; empty = below data-dir", {}},
    {"savepoints.dir", kString, "", false, "Directory for savepoints that do not name one; empty = below data-dir", {}},
    {"worker.compute-threads", kInteger, "0", false, "Threads that run tasks; 0 = one a core", {}},
    {"worker.io-threads", kInteger, "16", false, "Threads for blocking work", {}},
    {"worker.state-memory", kMemorySize, "1 gb", false, "Memory for keyed state of all jobs", {}},
    {"jobs.checkpoint-interval", kDuration, "10 s", false, "Checkpoint interval of jobs that do not set one; 0 = on request and at the end", {}},
    {"jobs.parallelism", kInteger, "1", false, "Parallelism of jobs that do not set one", {}},
    {"shutdown.timeout", kDuration, "60 s", false, "Longest wait for the last checkpoints", {}},
    {"sessions.idle-timeout", kDuration, "30 min", false, "A SQL session that is not used for so long is forgotten", {}},
    {"log.level", kEnum, "info", false, "Least severity that is logged", {"trace", "debug", "info", "warn", "error"}},
};
// clang-format on

std::string EnvironmentName(const std::string& key) {
  std::string name = "MILLRACE_";
  for (char c : key)
    name += c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// "a.b.c" of every scalar below a YAML node.
Status Flatten(const YAML::Node& node, const std::string& prefix,
               std::vector<std::pair<std::string, std::string>>* out) {
  if (node.IsNull()) return Status::Ok();
  if (!node.IsMap()) {
    return Status(kConfigUnreadable, fmt::format("Key '{}' holds neither a value nor further keys", prefix));
  }
  for (const auto& entry : node) {
    const std::string key = (prefix.empty() ? "" : prefix + ".") + entry.first.as<std::string>();
    if (entry.second.IsScalar()) {
      out->emplace_back(key, entry.second.as<std::string>());
    } else {
      RETURN_IF_ERROR(Flatten(entry.second, key, out));
    }
  }
  return Status::Ok();
}

Result<std::vector<std::pair<std::string, std::string>>> ReadYaml(const std::string& file) {
  std::vector<std::pair<std::string, std::string>> entries;
  try {
    RETURN_IF_ERROR(Flatten(YAML::LoadFile(file), "", &entries));
  } catch (const YAML::Exception& error) {
    return Status(kConfigUnreadable,
                  fmt::format("Configuration file cannot be read: {}: {}", file, error.what()))
        .WithSuggestion("config/default.yaml shows the form");
  }
  return entries;
}

}  // namespace

const std::vector<OptionDescriptor>& ConfigDescriptors() {
  return kDescriptors;
}

Status Config::Set(const std::string& key, const std::string& value, const std::string& source) {
  auto entry = entries_.find(key);
  if (entry == entries_.end()) {
    std::vector<std::string> keys;
    for (const OptionDescriptor& descriptor : kDescriptors) keys.push_back(descriptor.key);
    const std::string close = ClosestName(key, keys);
    return Status(kUnknownConfigKey, fmt::format("Unknown configuration key from {}: '{}'", source, key))
        .WithSuggestion(close.empty() ? "`millrace config show` lists the keys"
                                      : fmt::format("did you mean '{}'?", close));
  }
  const auto descriptor =
      std::find_if(kDescriptors.begin(), kDescriptors.end(),
                   [&](const OptionDescriptor& candidate) { return candidate.key == key; });
  const Status valid = ValidateOptions("configuration", {*descriptor}, {{key, value}});
  if (!valid.ok()) {
    return Status(kBadConfigValue,
                  fmt::format("Bad value of configuration key '{}' from {}: '{}'", key, source, value))
        .WithSuggestion(fmt::format("{}; default: {}", descriptor->description, descriptor->default_value));
  }
  entry->second = {value, source};
  return Status::Ok();
}

Result<Config> Config::Load(const std::string& file, const std::map<std::string, std::string>& environment,
                            const std::vector<std::string>& flags) {
  Config config;
  std::map<std::string, std::string> by_variable;
  for (const OptionDescriptor& descriptor : kDescriptors) {
    config.entries_[descriptor.key] = {descriptor.default_value, "default"};
    by_variable[EnvironmentName(descriptor.key)] = descriptor.key;
  }
  if (!file.empty()) {
    ASSIGN_OR_RETURN(const auto entries, ReadYaml(file));
    for (const auto& [key, value] : entries) RETURN_IF_ERROR(config.Set(key, value, "file " + file));
  }
  for (const auto& [variable, value] : environment) {
    auto key = by_variable.find(variable);
    if (key == by_variable.end()) {
      std::vector<std::string> names;
      for (const auto& [name, unused] : by_variable) names.push_back(name);
      const std::string close = ClosestName(variable, names);
      return Status(kUnknownConfigKey,
                    fmt::format("Environment variable names no configuration key: {}", variable))
          .WithSuggestion(close.empty() ? "`millrace config show` lists the keys"
                                        : fmt::format("did you mean {}?", close));
    }
    RETURN_IF_ERROR(config.Set(key->second, value, "environment " + variable));
  }
  for (const std::string& flag : flags) {
    const size_t equals = flag.find('=');
    if (equals == std::string::npos) {
      return Status(kBadConfigValue, fmt::format("Setting is not key=value: '{}'", flag));
    }
    RETURN_IF_ERROR(config.Set(flag.substr(0, equals), flag.substr(equals + 1), "flag"));
  }
  return config;
}

const std::string& Config::Text(const std::string& key) const {
  return entries_.at(key).value;
}

int64_t Config::Integer(const std::string& key) const {
  return *ParseInteger(Text(key));
}

int64_t Config::Millis(const std::string& key) const {
  return *ParseDurationMillis(Text(key));
}

int64_t Config::Bytes(const std::string& key) const {
  return *ParseMemorySizeBytes(Text(key));
}

std::map<std::string, std::string> MillraceEnvironment() {
  // Read by the client commands, by fail points and by tests; not configuration keys.
  static constexpr std::string_view kOthers[] = {"MILLRACE_SERVER", "MILLRACE_FAIL_POINT",
                                                 "MILLRACE_SEEDED_BUG", "MILLRACE_BUILD_DIR",
                                                 "MILLRACE_CONFIG"};
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    if (name.rfind("MILLRACE_", 0) != 0 ||
        std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers)) {
      continue;
    }
    found.emplace(name, text.substr(equals + 1));
  }
  return found;
}

}  // namespace millrace
