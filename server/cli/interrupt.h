#pragma once

namespace millrace {

/// Catches SIGINT and SIGTERM from now on, for the rest of the process; SIGPIPE is ignored.
void CatchInterrupts();
/// Whether one has come. Waits in the command line look at it several times a second.
bool Interrupted();
/// Forgets the one that has come and catches the next: a shell whose query was ended goes on.
void ClearInterrupt();

}  // namespace millrace
