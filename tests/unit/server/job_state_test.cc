#include "server/jobmanager/job_state.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace millrace {
namespace {

using enum JobState;

constexpr JobState kAll[] = {kInitializing, kRunning,  kRestarting, kFailing,  kFailed,
                             kCancelling,   kCanceled, kFinished,   kSuspended};

TEST(JobStateTest, TransitionsAreExactlyThese) {
  const std::set<std::pair<JobState, JobState>> legal = {
      {kInitializing, kRunning},   {kInitializing, kRestarting}, {kInitializing, kFailing},
      {kInitializing, kFailed},    {kInitializing, kCancelling}, {kInitializing, kSuspended},
      {kRunning, kRestarting},     {kRunning, kFailing},         {kRunning, kCancelling},
      {kRunning, kFinished},       {kRunning, kSuspended},       {kRestarting, kInitializing},
      {kRestarting, kFailing},     {kRestarting, kFailed},       {kRestarting, kCancelling},
      {kRestarting, kSuspended},   {kFailing, kFailed},          {kCancelling, kCanceled},
      {kSuspended, kInitializing},
  };
  for (JobState from : kAll) {
    for (JobState to : kAll) {
      EXPECT_EQ(IsLegalTransition(from, to), legal.contains({from, to}))
          << JobStateName(from) << " to " << JobStateName(to);
    }
  }
}

TEST(JobStateTest, TerminalStatesAreLeftByNothing) {
  const std::set<JobState> terminal = {kFailed, kCanceled, kFinished};
  for (JobState from : kAll) {
    EXPECT_EQ(IsTerminal(from), terminal.contains(from)) << JobStateName(from);
    bool has_exit = false;
    for (JobState to : kAll) has_exit = has_exit || IsLegalTransition(from, to);
    EXPECT_NE(IsTerminal(from), has_exit) << JobStateName(from);
  }
}

TEST(JobStateTest, NamesAreFlinksAndParse) {
  const std::string names[] = {"INITIALIZING", "RUNNING",  "RESTARTING", "FAILING",  "FAILED",
                               "CANCELLING",   "CANCELED", "FINISHED",   "SUSPENDED"};
  for (size_t i = 0; i < std::size(kAll); ++i) {
    EXPECT_EQ(JobStateName(kAll[i]), names[i]);
    EXPECT_EQ(ParseJobState(names[i]), kAll[i]);
  }
  for (const char* wrong : {"", "running", "CANCELLED", "RUNNING "}) {
    EXPECT_FALSE(ParseJobState(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace millrace
