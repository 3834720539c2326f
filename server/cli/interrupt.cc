#include "server/cli/interrupt.h"

#include <csignal>

namespace millrace {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void OnSignal(int signal_number) {
  interrupted = 1;
  // A second one ends the process at once.
  std::signal(signal_number, SIG_DFL);
}

}  // namespace

void CatchInterrupts() {
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
  std::signal(SIGPIPE, SIG_IGN);
}

bool Interrupted() {
  return interrupted != 0;
}

}  // namespace millrace
