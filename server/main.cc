#include <cstdio>
#include <cstdlib>

#include "server/cli/command_line.h"

int main(int argc, char** argv) {
  const int exit_code = millrace::RunCommandLine(argc, argv);
  std::fflush(stdout);
  std::fflush(stderr);
  // Not exit(): a librdkafka handle whose topic was deleted never ends its threads, and destructors of
  // globals would wait.
  std::_Exit(exit_code);
}
