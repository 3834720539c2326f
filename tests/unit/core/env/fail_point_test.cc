#include "core/env/fail_point.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include "core/error_codes.h"

namespace millrace {
namespace {

#ifdef MILLRACE_FAIL_POINTS

// The variable is read once a process, so each case runs in a process of its own: exit code = bits of the
// hits (from the first on) that failed.
[[noreturn]] void HitThreeTimes(const char* variable) {
  setenv("MILLRACE_FAIL_POINT", variable, 1);
  int failed = 0;
  for (int i = 0; i < 3; ++i) {
    const Status status = HitFailPoint("step");
    if (!status.ok() && status.code() == kFailPoint) failed |= 1 << i;
    if (!HitFailPoint("other").ok()) failed |= 64;
  }
  exit(failed);
}

TEST(FailPointDeathTest, FailsTheHitsThatAreAskedFor) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const struct {
    const char* variable;
    int failed;
  } cases[] = {{"step=error", 7}, {"step=error@2", 2}, {"step=error@9", 0}, {"step=off", 0},
               {"", 0},           {"ste=error", 0}};
  for (const auto& c : cases) {
    EXPECT_EXIT(HitThreeTimes(c.variable), ::testing::ExitedWithCode(c.failed), "") << c.variable;
  }
}

TEST(FailPointDeathTest, CrashIsSigkill) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(HitThreeTimes("step=crash@3"), ::testing::KilledBySignal(SIGKILL), "");
}

TEST(FailPointDeathTest, MalformedVariableIsRefused) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const char* variable :
       {"step", "=crash", "step=fall", "step=crash@", "step=crash@0", "step=crash@1x"}) {
    EXPECT_EXIT(HitThreeTimes(variable), ::testing::KilledBySignal(SIGABRT), "MILLRACE_FAIL_POINT is not")
        << variable;
  }
}

#else

TEST(FailPointTest, IsNothingInOtherBuilds) {
  setenv("MILLRACE_FAIL_POINT", "step=error", 1);
  EXPECT_TRUE(HitFailPoint("step").ok());
}

#endif

}  // namespace
}  // namespace millrace
