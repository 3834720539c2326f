#pragma once

namespace millrace {

/// Parses the arguments and runs the subcommand. Data goes to stdout, talk to stderr. Returns an ExitCode.
int RunCommandLine(int argc, char** argv);

}  // namespace millrace
