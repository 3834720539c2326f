#include "core/env/fail_point.h"

#ifdef MILLRACE_FAIL_POINTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/check.h"
#include "core/error_codes.h"

namespace millrace {
namespace {

enum class Action { kOff, kCrash, kError };

/// What MILLRACE_FAIL_POINT asks for. Read once; only the count changes.
struct ArmedPoint {
  std::string name;
  Action action = Action::kOff;
  uint64_t only_hit = 0;  // 0: every one
  std::atomic<uint64_t> num_hits = 0;
};

[[noreturn]] void RefuseVariable(const char* text) {
  std::fprintf(stderr, "MILLRACE_FAIL_POINT is not name=crash|error|off[@n]: %s\n", text);
  std::abort();
}

ArmedPoint* ReadVariable() {
  auto* point = new ArmedPoint();  // lives as long as the process
  const char* variable = std::getenv("MILLRACE_FAIL_POINT");
  if (variable == nullptr || *variable == '\0') return point;
  std::string_view text(variable);
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos) RefuseVariable(variable);
  point->name = std::string(text.substr(0, equals));
  std::string_view action = text.substr(equals + 1);
  if (const size_t at = action.find('@'); at != std::string_view::npos) {
    const std::string_view number = action.substr(at + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), point->only_hit);
    if (error != std::errc() || end != number.data() + number.size() || point->only_hit == 0)
      RefuseVariable(variable);
    action = action.substr(0, at);
  }
  if (action == "crash") {
    point->action = Action::kCrash;
  } else if (action == "error") {
    point->action = Action::kError;
  } else if (action != "off") {
    RefuseVariable(variable);
  }
  return point;
}

}  // namespace

Status HitFailPoint(const char* name) {
  static ArmedPoint* const point = ReadVariable();
  if (point->action == Action::kOff || point->name != name) return Status::Ok();
  const uint64_t hit = point->num_hits.fetch_add(1) + 1;
  if (point->only_hit != 0 && hit != point->only_hit) return Status::Ok();
  if (point->action == Action::kCrash) {
    kill(getpid(), SIGKILL);
    while (true) pause();
  }
  return Status(kFailPoint, std::string("Step was told to fail by MILLRACE_FAIL_POINT: ") + name);
}

}  // namespace millrace

#endif
