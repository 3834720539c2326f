#include "core/descriptor/descriptor.h"

#include <algorithm>
#include <string_view>

#include "core/descriptor/error_codes.h"
#include "core/descriptor/option_text.h"
#include "core/types/type_rules.h"

namespace millrace {
namespace {

/// Whether `key` matches `pattern`, in which each '*' stands for any text that is not empty.
bool Matches(std::string_view pattern, std::string_view key) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == key;
  if (key.size() <= star || key.substr(0, star) != pattern.substr(0, star)) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (size_t end = star + 1; end <= key.size(); ++end) {
    if (Matches(rest, key.substr(end))) return true;
  }
  return false;
}

const OptionDescriptor* FindOption(const std::vector<OptionDescriptor>& descriptors, const std::string& key) {
  const OptionDescriptor* wildcard = nullptr;
  for (const OptionDescriptor& descriptor : descriptors) {
    if (descriptor.key == key) return &descriptor;
    if (wildcard == nullptr && Matches(descriptor.key, key)) wildcard = &descriptor;
  }
  return wildcard;
}

std::string Join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

Status UnknownOption(const std::string& what, const std::vector<OptionDescriptor>& descriptors,
                     const std::string& key) {
  std::vector<std::string> keys;
  for (const OptionDescriptor& descriptor : descriptors) keys.push_back(descriptor.key);
  std::sort(keys.begin(), keys.end());
  const std::string closest = ClosestName(key, keys);
  std::string suggestion = keys.empty()      ? what + " takes no options"
                           : closest.empty() ? what + " takes: " + Join(keys)
                                             : "did you mean '" + closest + "'?";
  return Status(kUnknownOption, "unknown option of " + what + ": '" + key + "'")
      .WithSuggestion(std::move(suggestion));
}

Status CheckEnum(const OptionDescriptor& descriptor, const std::string& value) {
  for (const std::string& allowed : descriptor.values) {
    if (EqualsIgnoringCase(allowed, value)) return Status::Ok();
  }
  const std::string closest = ClosestName(value, descriptor.values);
  return Status(kBadOptionValue, "not one of the values " + Join(descriptor.values) + ": '" + value + "'")
      .WithSuggestion(closest.empty() ? "use one of " + Join(descriptor.values)
                                      : "did you mean '" + closest + "'?");
}

Status CheckValue(const OptionDescriptor& descriptor, const std::string& value) {
  switch (descriptor.type) {
    case OptionType::kInteger:
      return ParseInteger(value).status();
    case OptionType::kBoolean:
      return ParseBoolean(value).status();
    case OptionType::kDuration:
      return ParseDurationMillis(value).status();
    case OptionType::kMemorySize:
      return ParseMemorySizeBytes(value).status();
    case OptionType::kDouble:
      return ParseDouble(value).status();
    case OptionType::kEnum:
      return CheckEnum(descriptor, value);
    case OptionType::kString:
    case OptionType::kList:
      return Status::Ok();
  }
  return Status::Ok();
}

}  // namespace

Status ValidateOptions(const std::string& what, const std::vector<OptionDescriptor>& descriptors,
                       const Options& options) {
  for (const auto& [key, value] : options) {
    const OptionDescriptor* descriptor = FindOption(descriptors, key);
    if (descriptor == nullptr) return UnknownOption(what, descriptors, key);
    const Status valid = CheckValue(*descriptor, value);
    if (!valid.ok()) return valid.WithContext("bad value of option '" + key + "' of " + what);
  }
  for (const OptionDescriptor& descriptor : descriptors) {
    if (!descriptor.required || options.contains(descriptor.key)) continue;
    return Status(kMissingOption, "missing option of " + what + ": '" + descriptor.key + "'")
        .WithSuggestion("add '" + descriptor.key + "' = '...' to the WITH clause: " + descriptor.description);
  }
  return Status::Ok();
}

std::string OptionOr(const Options& options, const std::string& key, const std::string& otherwise) {
  const auto found = options.find(key);
  return found == options.end() ? otherwise : found->second;
}

}  // namespace millrace
