#pragma once

#include "core/status.h"

namespace millrace {

/// Named steps at which a test can crash, stop or fail the process: builds with MILLRACE_FAIL_POINTS read the
/// variable MILLRACE_FAIL_POINT = "name=action[@n]" with actions crash (SIGKILL of itself), error, and off;
/// @n means the n-th time the step is reached. Other builds compile to nothing. Names:
/// "checkpoint.after_ack", ...
#ifdef MILLRACE_FAIL_POINTS
Status HitFailPoint(const char* name);
#else
inline Status HitFailPoint(const char*) {
  return Status::Ok();
}
#endif

}  // namespace millrace
