#include "server/jobmanager/restart_policy.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace {
namespace {

constexpr ErrorCode kRetried{9998, ErrorDomain::kExternal, RetryHint::kRetry};
constexpr ErrorCode kNotRetried{9999, ErrorDomain::kUser, RetryHint::kNever};
constexpr int64_t kGivesUp = -1;

JobSettings Settings(JobSettings::Restart restart) {
  JobSettings settings;
  settings.restart = restart;
  settings.delay_ms = 100;
  settings.max_delay_ms = 500;
  settings.backoff_multiplier = 2;
  settings.reset_after_ms = 10'000;
  return settings;
}

std::vector<int64_t> Delays(const JobSettings& settings, const std::vector<int64_t>& failures_ms) {
  RestartPolicy policy(settings);
  std::vector<int64_t> delays;
  for (int64_t now_ms : failures_ms) {
    delays.push_back(policy.OnFailure(Status(kRetried, "lost"), now_ms).value_or(kGivesUp));
  }
  return delays;
}

TEST(RestartPolicyTest, NoneNeverRestarts) {
  EXPECT_EQ(Delays(Settings(JobSettings::Restart::kNone), {0}), (std::vector<int64_t>{kGivesUp}));
}

TEST(RestartPolicyTest, FixedDelayEndsAfterItsAttempts) {
  JobSettings settings = Settings(JobSettings::Restart::kFixedDelay);
  settings.max_attempts = 2;
  EXPECT_EQ(Delays(settings, {0, 1, 2}), (std::vector<int64_t>{100, 100, kGivesUp}));
}

TEST(RestartPolicyTest, ExponentialDelayGrowsToItsLimit) {
  EXPECT_EQ(Delays(Settings(JobSettings::Restart::kExponentialDelay), {0, 1, 2, 3, 4}),
            (std::vector<int64_t>{100, 200, 400, 500, 500}));
}

TEST(RestartPolicyTest, ExponentialDelayBeginsAnewAfterAQuietTime) {
  // Exactly the threshold is not yet quiet enough.
  EXPECT_EQ(Delays(Settings(JobSettings::Restart::kExponentialDelay), {0, 10'000, 20'001, 20'002}),
            (std::vector<int64_t>{100, 200, 100, 200}));
}

TEST(RestartPolicyTest, ManyFailuresDoNotOverflow) {
  const JobSettings settings = Settings(JobSettings::Restart::kExponentialDelay);
  const std::vector<int64_t> failures_ms(5000, 1);
  EXPECT_EQ(Delays(settings, failures_ms).back(), 500);
}

TEST(RestartPolicyTest, ErrorsThatAreNotRetriedFailTheJob) {
  const JobSettings settings = Settings(JobSettings::Restart::kExponentialDelay);
  RestartPolicy policy(settings);
  EXPECT_FALSE(policy.OnFailure(Status(kNotRetried, "wrong"), 0).has_value());
  EXPECT_EQ(policy.num_restarts(), 0u);
  EXPECT_TRUE(policy.OnFailure(Status(kRetried, "lost"), 1).has_value());
  EXPECT_EQ(policy.num_restarts(), 1u);
}

}  // namespace
}  // namespace millrace
