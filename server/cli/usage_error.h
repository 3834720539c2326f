#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace millrace {

/// What is wrong with the arguments, with the nearest command or option where one is unknown, and where to
/// read on. Help that was asked for is no error: do not call it then.
std::string DescribeUsageError(const CLI::App& app, const CLI::ParseError& error, int argc,
                               const char* const* argv);

}  // namespace millrace
