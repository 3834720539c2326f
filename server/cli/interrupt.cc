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
  struct sigaction action {};
  action.sa_handler = OnSignal;  // without SA_RESTART: a read at a prompt returns
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void ClearInterrupt() {
  if (interrupted == 0) return;
  interrupted = 0;
  CatchInterrupts();
}

bool Interrupted() {
  return interrupted != 0;
}

}  // namespace millrace
