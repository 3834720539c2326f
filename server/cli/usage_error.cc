#include "server/cli/usage_error.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "core/types/type_rules.h"

namespace millrace {
namespace {

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

const CLI::App* FindCommand(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->check_name(name)) return command;
  }
  return nullptr;
}

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string DidYouMean(std::string_view wanted, const std::vector<std::string>& names) {
  const std::string closest = ClosestName(wanted, names);
  return closest.empty() ? "" : fmt::format("; did you mean '{}'?", closest);
}

}  // namespace

std::string DescribeUsageError(const CLI::App& app, const CLI::ParseError& error, int argc,
                               const char* const* argv) {
  const CLI::App* command = &app;
  std::string path = app.get_name();
  std::string parent;
  std::string what = error.what();
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::vector<std::string> commands = CommandNames(*command);
    const CLI::App* next = FindCommand(*command, argument);
    if (next != nullptr) {
      command = next;
      parent = path;
      path += " " + argument;
    } else if (argument.starts_with("--")) {
      const std::string name = argument.substr(0, argument.find('='));
      if (command->get_option_no_throw(name) == nullptr) {
        what = fmt::format("Unknown option {}{}", name, DidYouMean(name, OptionNames(*command)));
        break;
      }
    } else if (!argument.starts_with("-") && !commands.empty()) {
      what = fmt::format("Unknown command '{}'{}", argument, DidYouMean(argument, commands));
      break;
    }
  }
  if (error.get_name() == "RequiredError" && what == error.what() && !CommandNames(*command).empty()) {
    return command->help(parent);
  }
  return fmt::format("{}\nRun '{} --help' for what there is\n", what, path);
}

}  // namespace millrace
