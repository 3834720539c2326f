#include "server/cli/config_command.h"

#include <fmt/format.h>

#include "server/api/json_writer.h"
#include "server/cli/exit_code.h"
#include "server/cli/text_table.h"
#include "server/config/config.h"
#include "server/version.h"

namespace millrace {

int ShowConfig(const std::string& file, const std::vector<std::string>& settings, OutputFormat format) {
  const auto config = Config::Load(file, MillraceEnvironment(), settings);
  if (!config.ok()) {
    fmt::print(stderr, "{}\n", config.status().ToString());
    return kExitUsage;
  }
  if (format != OutputFormat::kTable) {
    JsonWriter json;
    json.BeginObject();
    for (const auto& [key, entry] : config->entries()) {
      json.Key(key).BeginObject().Key("value").Text(entry.value).Key("source").Text(entry.source).EndObject();
    }
    json.EndObject();
    fmt::print("{}\n", json.Take());
    return kExitDone;
  }
  TextTable table({"key", "value", "from", "meaning"});
  for (const OptionDescriptor& descriptor : ConfigDescriptors()) {
    const Config::Entry& entry = config->entries().at(descriptor.key);
    table.AddRow({descriptor.key, entry.value, entry.source, descriptor.description});
  }
  table.Print(stdout);
  return kExitDone;
}

int CheckConfig(const std::string& file, const std::vector<std::string>& settings) {
  const auto config = Config::Load(file, MillraceEnvironment(), settings);
  if (config.ok()) {
    fmt::print(stderr, "The configuration is valid\n");
    return kExitDone;
  }
  fmt::print(stderr, "{}\n", config.status().ToString());
  return kExitFailed;
}

int PrintVersion(OutputFormat format) {
  if (format == OutputFormat::kTable) {
    fmt::print("millrace {}\n", kVersion);
  } else {
    fmt::print("{{\"version\":\"{}\"}}\n", kVersion);
  }
  return kExitDone;
}

int PrintCompletion(const std::string& shell,
                    const std::vector<std::pair<std::string, std::vector<std::string>>>& commands) {
  std::vector<std::string> names;
  for (const auto& [name, subcommands] : commands) names.push_back(name);
  if (shell == "fish") {
    fmt::print("complete -c millrace -n __fish_use_subcommand -f -a '{}'\n", fmt::join(names, " "));
    for (const auto& [name, subcommands] : commands) {
      if (subcommands.empty()) continue;
      fmt::print("complete -c millrace -n '__fish_seen_subcommand_from {}' -f -a '{}'\n", name,
                 fmt::join(subcommands, " "));
    }
    return kExitDone;
  }
  if (shell == "zsh") fmt::print("autoload -Uz bashcompinit && bashcompinit\n");
  fmt::print(
      "_millrace() {{\n  local word=${{COMP_WORDS[COMP_CWORD]}} words=''\n  case "
      "${{COMP_CWORD}}:${{COMP_WORDS[1]}} in\n");
  fmt::print("    1:*) words='{}' ;;\n", fmt::join(names, " "));
  for (const auto& [name, subcommands] : commands) {
    if (!subcommands.empty()) fmt::print("    2:{}) words='{}' ;;\n", name, fmt::join(subcommands, " "));
  }
  fmt::print(
      "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
      "  [ -n \"$words\" ] || COMPREPLY=($(compgen -f -- \"$word\"))\n}}\ncomplete -F _millrace millrace\n");
  return kExitDone;
}

}  // namespace millrace
