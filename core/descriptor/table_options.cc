#include <fmt/format.h>

#include "core/descriptor/descriptor.h"
#include "core/descriptor/error_codes.h"
#include "core/types/type_rules.h"

namespace millrace {
namespace {

using Formats = std::map<std::string, FormatDescriptor>;

/// Adds the options of the format that `key` names, with their prefix.
Status AddFormat(const std::string& key, const std::string& prefix, const Formats& formats,
                 const Options& options, std::vector<OptionDescriptor>* all) {
  all->push_back({key, OptionType::kString, "", false, "Name of the format", {}});
  auto chosen = options.find(key);
  if (chosen == options.end()) return Status::Ok();
  auto format = formats.find(chosen->second);
  if (format == formats.end()) {
    std::vector<std::string> names;
    for (const auto& [name, descriptor] : formats) names.push_back(name);
    const std::string close = ClosestName(chosen->second, names);
    return Status(kUnknownFormat, fmt::format("Format is not known: '{}' = '{}'", key, chosen->second))
        .WithSuggestion(close.empty() ? fmt::format("formats: {}", fmt::join(names, ", "))
                                      : fmt::format("did you mean '{}'?", close));
  }
  for (OptionDescriptor option : format->second.options) {
    option.key = prefix + chosen->second + "." + option.key;
    all->push_back(std::move(option));
  }
  return Status::Ok();
}

}  // namespace

Status ValidateTableOptions(const ConnectorDescriptor& connector,
                            const std::map<std::string, FormatDescriptor>& formats, const Options& options) {
  std::vector<OptionDescriptor> all = connector.options;
  if (connector.needs_format) {
    RETURN_IF_ERROR(AddFormat("format", "", formats, options, &all));
    if (connector.key_format) {
      RETURN_IF_ERROR(AddFormat("value.format", "value.", formats, options, &all));
      RETURN_IF_ERROR(AddFormat("key.format", "key.", formats, options, &all));
    }
    if (options.count("format") == 0 && options.count("value.format") == 0) {
      return Status(kMissingOption, fmt::format("Connector '{}' needs a format", connector.name))
          .WithSuggestion("add 'format' = 'json' (or another format) to the WITH options");
    }
  }
  return ValidateOptions(fmt::format("connector '{}'", connector.name), all, options);
}

}  // namespace millrace
