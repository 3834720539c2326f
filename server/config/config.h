#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/descriptor/descriptor.h"
#include "core/status.h"

namespace millrace {

/// Every key of the server with type, default, unit and meaning; config/default.yaml says the same to people
/// and a test holds the two together.
const std::vector<OptionDescriptor>& ConfigDescriptors();

/// The values in effect and where each came from. Later sources win: defaults, file, environment, flags.
class Config {
 public:
  /// `file`: "" = none. `environment`: MILLRACE_<KEY with . and - as _>. `flags`: key=value.
  /// kUnknownConfigKey and kBadConfigValue name the source and suggest a key.
  static Result<Config> Load(const std::string& file, const std::map<std::string, std::string>& environment,
                             const std::vector<std::string>& flags);

  const std::string& Text(const std::string& key) const;
  int64_t Integer(const std::string& key) const;
  int64_t Millis(const std::string& key) const;
  int64_t Bytes(const std::string& key) const;

  struct Entry {
    std::string value;
    std::string source;  // "default", "file ...", "environment", "flag"
  };
  const std::map<std::string, Entry>& entries() const { return entries_; }

 private:
  Status Set(const std::string& key, const std::string& value, const std::string& source);
  std::map<std::string, Entry> entries_;
};

/// The variables of this process that begin with MILLRACE_.
std::map<std::string, std::string> MillraceEnvironment();

}  // namespace millrace
