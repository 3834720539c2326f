#include "state/checkpoint/checkpoint_logic.h"

#include <algorithm>

namespace millrace::checkpoint {
namespace {

Decision DecidePending(const Facts& facts) {
  const Pending& pending = *facts.pending;
  Decision decision{.epoch = pending.epoch, .kind = pending.kind};
  // Once the record may exist the epoch can no longer be called off.
  if (pending.manifest_requested) return decision;
  const int64_t deadline_ms = pending.triggered_ms + facts.settings.timeout_ms;
  if (pending.missing_acks.empty()) {
    decision.step = Step::kWriteManifest;
  } else if (facts.now_ms >= deadline_ms) {
    decision.step = Step::kAbortPending;
  } else {
    decision.wake_ms = deadline_ms;
  }
  return decision;
}

/// When the next periodic checkpoint is due.
int64_t DueMillis(const Facts& facts) {
  int64_t due_ms = facts.now_ms;
  if (facts.last_triggered_ms >= 0) due_ms = facts.last_triggered_ms + facts.settings.interval_ms;
  if (facts.last_completed_ms >= 0)
    due_ms = std::max(due_ms, facts.last_completed_ms + facts.settings.min_pause_ms);
  return due_ms;
}

std::vector<FoundEpoch> NewestFirst(std::vector<FoundEpoch> found) {
  std::sort(found.begin(), found.end(),
            [](const FoundEpoch& a, const FoundEpoch& b) { return a.epoch > b.epoch; });
  return found;
}

}  // namespace

Decision Decide(const Facts& facts) {
  if (facts.pending) return DecidePending(facts);
  Decision decision;
  if (facts.failed_in_a_row > facts.settings.tolerable_failed) {
    decision.step = Step::kFailJob;
    return decision;
  }
  if (!facts.all_tasks_running || facts.some_tasks_finished) return decision;
  const Decision trigger{.step = Step::kTrigger, .epoch = Epoch{facts.last_epoch.value + 1}};
  if (facts.requested) {
    decision = trigger;
    decision.kind = *facts.requested;
  } else if (facts.settings.interval_ms > 0) {
    const int64_t due_ms = DueMillis(facts);
    if (facts.now_ms >= due_ms) return trigger;
    decision.wake_ms = due_ms;
  }
  return decision;
}

CommitStep DecideCommit(RecordOutcome outcome) {
  switch (outcome) {
    case RecordOutcome::kCreated:
    case RecordOutcome::kExistsOurs:
      return CommitStep::kDurable;
    case RecordOutcome::kExistsOther:
      return CommitStep::kStepDown;
    case RecordOutcome::kUnknown:
      break;
  }
  return CommitStep::kRetry;
}

RecoveryDecision DecideRecovery(const std::vector<FoundEpoch>& found) {
  RecoveryDecision decision;
  decision.next_epoch = Epoch{1};
  for (const FoundEpoch& epoch : NewestFirst(found)) {
    decision.next_epoch = std::max(decision.next_epoch, Epoch{epoch.epoch.value + 1});
    if (epoch.manifest_valid) {
      decision.restore = epoch.epoch;
      break;
    }
    decision.damaged.push_back(epoch.epoch);
  }
  return decision;
}

std::vector<Epoch> DecideRetention(const std::vector<FoundEpoch>& found, int32_t num_retained) {
  std::vector<Epoch> deletable;
  int32_t num_valid = 0;
  for (const FoundEpoch& epoch : NewestFirst(found)) {
    // Damaged ones do not count as retained; those newer than every valid one stay as evidence.
    const bool kept = epoch.manifest_valid ? num_valid < std::max(num_retained, 1) : num_valid == 0;
    if (epoch.savepoint) continue;
    if (!kept) deletable.push_back(epoch.epoch);
    if (epoch.manifest_valid) ++num_valid;
  }
  std::reverse(deletable.begin(), deletable.end());
  return deletable;
}

}  // namespace millrace::checkpoint
