#include <malloc.h>

#include <cstdio>
#include <cstdlib>

#include "server/cli/command_line.h"

int main(int argc, char** argv) {
  // Columns and records come and go in blocks of some MB: a block given back to the system costs a page fault
  // for every 4 KB of the next one.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  const int exit_code = millrace::RunCommandLine(argc, argv);
  std::fflush(stdout);
  std::fflush(stderr);
  // Not exit(): a librdkafka handle whose topic was deleted never ends its threads, and destructors of
  // globals would wait.
  std::_Exit(exit_code);
}
