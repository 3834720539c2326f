#include "server/jobmanager/job_options.h"

#include <gtest/gtest.h>

#include "core/descriptor/error_codes.h"
#include "server/error_codes.h"

namespace millrace {
namespace {

using Options = std::map<std::string, std::string>;

TEST(JobOptionsTest, DefaultsAreThoseOfTheDescriptors) {
  const auto settings = ParseJobSettings({});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->checkpoint.interval_ms, 0);
  EXPECT_EQ(settings->checkpoint.timeout_ms, 600'000);
  EXPECT_EQ(settings->checkpoint.num_retained, 1);
  EXPECT_EQ(settings->checkpoint.tolerable_failed, 10);
  EXPECT_EQ(settings->restart, JobSettings::Restart::kExponentialDelay);
  EXPECT_EQ(settings->delay_ms, 1000);
  EXPECT_EQ(settings->max_delay_ms, 60'000);
  EXPECT_EQ(settings->backoff_multiplier, 1.5);
  EXPECT_EQ(settings->reset_after_ms, 3'600'000);
  EXPECT_EQ(settings->session.time_zone, "UTC");
}

TEST(JobOptionsTest, EveryDefaultIsAValidValue) {
  Options options;
  for (const OptionDescriptor& descriptor : JobOptionDescriptors()) {
    options[descriptor.key] = descriptor.default_value;
  }
  const auto settings = ParseJobSettings(options);
  EXPECT_TRUE(settings.ok()) << settings.status().ToString();
}

TEST(JobOptionsTest, ReadsWhatIsSet) {
  const auto settings = ParseJobSettings({{"execution.checkpointing.interval", "3 s"},
                                          {"execution.checkpointing.min-pause", "20 ms"},
                                          {"execution.checkpointing.num-retained", "4"},
                                          {"execution.checkpointing.savepoint-dir", "/s"},
                                          {"restart-strategy.type", "fixed-delay"},
                                          {"restart-strategy.fixed-delay.attempts", "7"},
                                          {"restart-strategy.fixed-delay.delay", "2 s"},
                                          {"table.local-time-zone", "Europe/Berlin"}});
  ASSERT_TRUE(settings.ok()) << settings.status().ToString();
  EXPECT_EQ(settings->checkpoint.interval_ms, 3000);
  EXPECT_EQ(settings->checkpoint.min_pause_ms, 20);
  EXPECT_EQ(settings->checkpoint.num_retained, 4);
  EXPECT_EQ(settings->restart, JobSettings::Restart::kFixedDelay);
  EXPECT_EQ(settings->max_attempts, 7);
  EXPECT_EQ(settings->delay_ms, 2000);
  EXPECT_EQ(settings->session.time_zone, "Europe/Berlin");
}

TEST(JobOptionsTest, ThreeNamesSwitchRestartsOff) {
  for (const char* name : {"none", "off", "disable"}) {
    const auto settings = ParseJobSettings({{"restart-strategy.type", name}});
    ASSERT_TRUE(settings.ok()) << name;
    EXPECT_EQ(settings->restart, JobSettings::Restart::kNone) << name;
  }
}

TEST(JobOptionsTest, BadValuesAreRefusedByNumber) {
  const struct {
    const char* key;
    const char* value;
    ErrorCode code;
  } cases[] = {
      {"execution.checkpointing.interval", "often", kBadOptionValue},
      {"execution.checkpointing.mode", "AT_LEAST_ONCE", kBadOptionValue},
      {"execution.checkpointing.max-concurrent-checkpoints", "2", kBadOptionValue},
      {"execution.checkpointing.num-retained", "0", kBadJobOption},
      {"execution.checkpointing.incremental", "false", kBadOptionValue},
      {"execution.runtime-mode", "BATCH", kBadOptionValue},
      {"parallelism.default", "1.5", kBadOptionValue},
      {"restart-strategy.type", "failure-rate", kBadOptionValue},
      {"restart-strategy.exponential-delay.backoff-multiplier", "x", kBadOptionValue},
      {"state.backend.type", "hashmap", kBadOptionValue},
      {"table.exec.sink.not-null-enforcer", "IGNORE", kBadOptionValue},
      {"table.exec.sink.upsert-materialize", "SOMETIMES", kBadOptionValue},
  };
  for (const auto& test : cases) {
    const Status status = ParseJobSettings({{test.key, test.value}}).status();
    EXPECT_EQ(status.code(), test.code) << test.key << ": " << status.ToString();
    EXPECT_NE(status.message().find(test.key), std::string::npos) << status.message();
  }
}

TEST(JobOptionsTest, UnknownOptionsGetASuggestion) {
  const Status close = ParseJobSettings({{"execution.checkpointing.intervall", "1 s"}}).status();
  EXPECT_EQ(close.code(), kBadJobOption);
  EXPECT_EQ(close.suggestion(), "did you mean 'execution.checkpointing.interval'?");
  const Status far = ParseJobSettings({{"zzz", "1"}}).status();
  EXPECT_EQ(far.code(), kBadJobOption);
  EXPECT_EQ(far.suggestion(), "docs/operations.md lists the options of a job");
}

}  // namespace
}  // namespace millrace
