#include "state/checkpoint/checkpoint_logic.h"

#include <gtest/gtest.h>

namespace millrace::checkpoint {
namespace {

constexpr Settings kSettings{
    .interval_ms = 1000, .timeout_ms = 5000, .min_pause_ms = 300, .tolerable_failed = 2};

Facts Running(int64_t now_ms) {
  return {.settings = kSettings, .now_ms = now_ms, .all_tasks_running = true, .last_epoch = Epoch{7}};
}
Pending PendingOf(int64_t triggered_ms, std::set<std::string> missing,
                  PendingKind kind = PendingKind::kCheckpoint) {
  return {.epoch = Epoch{8}, .kind = kind, .triggered_ms = triggered_ms, .missing_acks = std::move(missing)};
}

struct DecideCase {
  const char* name;
  Facts facts;
  Decision expected;
};

Decision Wait(int64_t wake_ms = -1) {
  return {.wake_ms = wake_ms};
}
Decision Trigger(PendingKind kind) {
  return {.step = Step::kTrigger, .epoch = Epoch{8}, .kind = kind};
}

std::vector<DecideCase> IdleCases() {
  std::vector<DecideCase> cases;
  const auto add = [&](const char* name, Facts facts, Decision expected) {
    cases.push_back({name, facts, expected});
  };
  Facts facts = Running(10'000);
  add("first one at once", facts, Trigger(PendingKind::kCheckpoint));
  facts.last_triggered_ms = 9'500;
  add("interval not over", facts, Wait(10'500));
  facts.now_ms = 10'499;
  add("interval not over by 1 ms", facts, Wait(10'500));
  facts.now_ms = 10'500;
  add("interval over", facts, Trigger(PendingKind::kCheckpoint));
  facts.last_completed_ms = 10'400;
  add("pause not over", facts, Wait(10'700));
  facts.now_ms = 10'700;
  add("pause over", facts, Trigger(PendingKind::kCheckpoint));
  facts.now_ms = 10'000;
  facts.last_completed_ms = 9'600;
  add("pause over before the interval", facts, Wait(10'500));
  for (PendingKind kind : {PendingKind::kCheckpoint, PendingKind::kSavepoint, PendingKind::kTerminal}) {
    facts.requested = kind;
    add("a request waits for neither interval nor pause", facts, Trigger(kind));
  }
  facts.all_tasks_running = false;
  add("a request waits for the tasks", facts, Wait());
  facts.all_tasks_running = true;
  facts.some_tasks_finished = true;
  add("finished tasks cannot ack", facts, Wait());
  facts.requested.reset();
  facts.now_ms = 20'000;
  add("finished tasks cannot ack a due one", facts, Wait());
  facts.some_tasks_finished = false;
  facts.all_tasks_running = false;
  add("due while tasks start", facts, Wait());
  facts = Running(20'000);
  facts.settings.interval_ms = 0;
  add("no interval", facts, Wait());
  facts.requested = PendingKind::kSavepoint;
  add("no interval but a request", facts, Trigger(PendingKind::kSavepoint));
  facts = Running(20'000);
  facts.failed_in_a_row = 2;
  add("as many failures as tolerated", facts, Trigger(PendingKind::kCheckpoint));
  facts.failed_in_a_row = 3;
  add("one failure too many", facts, {.step = Step::kFailJob});
  facts.requested = PendingKind::kSavepoint;
  add("one failure too many, and a request", facts, {.step = Step::kFailJob});
  facts.all_tasks_running = false;
  add("one failure too many while tasks start", facts, {.step = Step::kFailJob});
  return cases;
}

std::vector<DecideCase> PendingCases() {
  std::vector<DecideCase> cases;
  const auto add = [&](const char* name, Facts facts, Step step, int64_t wake_ms = -1) {
    cases.push_back(
        {name, facts, {.step = step, .epoch = Epoch{8}, .kind = facts.pending->kind, .wake_ms = wake_ms}});
  };
  Facts facts = Running(10'000);
  for (PendingKind kind : {PendingKind::kCheckpoint, PendingKind::kSavepoint, PendingKind::kTerminal}) {
    facts.pending = PendingOf(6'000, {"a", "b"}, kind);
    add("acks missing", facts, Step::kWait, 11'000);
    facts.pending = PendingOf(5'000, {"b"}, kind);
    add("timed out", facts, Step::kAbortPending);
    facts.pending = PendingOf(5'001, {"b"}, kind);
    add("1 ms before the timeout", facts, Step::kWait, 10'001);
    facts.pending = PendingOf(6'000, {}, kind);
    add("all acks", facts, Step::kWriteManifest);
    facts.pending = PendingOf(1'000, {}, kind);
    add("all acks, late", facts, Step::kWriteManifest);
    facts.pending->manifest_requested = true;
    add("manifest being written is not called off", facts, Step::kWait);
  }
  facts = Running(10'000);
  facts.pending = PendingOf(9'000, {"a"});
  facts.requested = PendingKind::kSavepoint;
  add("a request waits for the pending one", facts, Step::kWait, 14'000);
  facts.requested.reset();
  facts.last_triggered_ms = 1'000;
  add("a due one waits for the pending one", facts, Step::kWait, 14'000);
  facts.failed_in_a_row = 9;
  add("failures count when none is pending", facts, Step::kWait, 14'000);
  facts.failed_in_a_row = 0;
  facts.some_tasks_finished = true;
  add("finished tasks do not stop the pending one", facts, Step::kWait, 14'000);
  return cases;
}

void Check(const std::vector<DecideCase>& cases) {
  for (const DecideCase& one : cases) {
    const Decision decision = Decide(one.facts);
    EXPECT_EQ(decision.step, one.expected.step) << one.name;
    EXPECT_EQ(decision.wake_ms, one.expected.wake_ms) << one.name;
    if (decision.step == Step::kWait || decision.step == Step::kFailJob) continue;
    EXPECT_EQ(decision.epoch, one.expected.epoch) << one.name;
    EXPECT_EQ(decision.kind, one.expected.kind) << one.name;
  }
}

TEST(CheckpointLogicTest, DecidesWithoutPendingCheckpoint) {
  Check(IdleCases());
}
TEST(CheckpointLogicTest, DecidesWithPendingCheckpoint) {
  Check(PendingCases());
}

TEST(CheckpointLogicTest, DecidesWhatACommitFound) {
  EXPECT_EQ(DecideCommit(RecordOutcome::kCreated), CommitStep::kDurable);
  EXPECT_EQ(DecideCommit(RecordOutcome::kExistsOurs), CommitStep::kDurable);
  EXPECT_EQ(DecideCommit(RecordOutcome::kExistsOther), CommitStep::kStepDown);
  EXPECT_EQ(DecideCommit(RecordOutcome::kUnknown), CommitStep::kRetry);
}

FoundEpoch Valid(uint64_t epoch) {
  return {.epoch = Epoch{epoch}, .manifest_valid = true};
}
FoundEpoch Broken(uint64_t epoch) {
  return {.epoch = Epoch{epoch}};
}
FoundEpoch Savepoint(uint64_t epoch) {
  return {.epoch = Epoch{epoch}, .manifest_valid = true, .savepoint = true};
}
std::vector<uint64_t> Numbers(const std::vector<Epoch>& epochs) {
  std::vector<uint64_t> numbers;
  for (Epoch epoch : epochs) numbers.push_back(epoch.value);
  return numbers;
}

TEST(CheckpointLogicTest, RecoversTheNewestValidEpoch) {
  struct Case {
    std::vector<FoundEpoch> found;
    uint64_t restore;  // 0 = fresh
    std::vector<uint64_t> damaged;
    uint64_t next;
  };
  const Case cases[] = {
      {{}, 0, {}, 1},
      {{Valid(1)}, 1, {}, 2},
      {{Valid(3), Valid(5), Valid(4)}, 5, {}, 6},
      {{Valid(3), Savepoint(4)}, 4, {}, 5},
      {{Valid(3), Broken(4)}, 3, {4}, 5},
      {{Broken(6), Valid(3), Broken(4)}, 3, {6, 4}, 7},
      {{Broken(2), Valid(3)}, 3, {}, 4},
      {{Broken(2), Broken(3)}, 0, {3, 2}, 4},
  };
  for (const Case& one : cases) {
    const RecoveryDecision decision = DecideRecovery(one.found);
    EXPECT_EQ(decision.restore.value_or(Epoch{0}).value, one.restore);
    EXPECT_EQ(Numbers(decision.damaged), one.damaged);
    EXPECT_EQ(decision.next_epoch.value, one.next);
  }
}

TEST(CheckpointLogicTest, RetainsTheNewestAndEverySavepoint) {
  struct Case {
    std::vector<FoundEpoch> found;
    int32_t num_retained;
    std::vector<uint64_t> deleted;
  };
  const Case cases[] = {
      {{}, 1, {}},
      {{Valid(1)}, 1, {}},
      {{Valid(2), Valid(1), Valid(3)}, 1, {1, 2}},
      {{Valid(1), Valid(2), Valid(3)}, 2, {1}},
      {{Valid(1), Valid(2), Valid(3)}, 5, {}},
      {{Valid(1), Valid(2)}, 0, {1}},
      {{Valid(1), Savepoint(2), Valid(3)}, 1, {1}},
      {{Valid(1), Valid(2), Savepoint(3)}, 1, {1}},
      {{Valid(1), Valid(2), Broken(3)}, 1, {1}},
      {{Valid(1), Broken(2), Valid(3)}, 1, {1, 2}},
      {{Valid(1), Broken(2), Valid(3)}, 2, {2}},
      {{Broken(1), Broken(2)}, 1, {}},
  };
  for (const Case& one : cases) EXPECT_EQ(Numbers(DecideRetention(one.found, one.num_retained)), one.deleted);
}

}  // namespace
}  // namespace millrace::checkpoint
