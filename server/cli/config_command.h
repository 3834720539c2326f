#pragma once

#include <string>
#include <vector>

#include "server/cli/result_printer.h"

namespace millrace {

// Each returns an ExitCode.
/// Every key with its value, where it comes from and what it means.
int ShowConfig(const std::string& file, const std::vector<std::string>& settings, OutputFormat format);
/// Whether file, environment and flags are valid.
int CheckConfig(const std::string& file, const std::vector<std::string>& settings);
int PrintVersion(OutputFormat format);
/// A completion script for bash, zsh or fish.
int PrintCompletion(const std::string& shell,
                    const std::vector<std::pair<std::string, std::vector<std::string>>>& commands);

}  // namespace millrace
