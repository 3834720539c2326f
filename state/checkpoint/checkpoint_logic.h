#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/ids.h"

namespace millrace::checkpoint {

/// The checkpoint protocol of one job as pure functions: facts in, next steps out. The coordinator (job
/// manager) owns the facts, performs the steps and feeds back what happened. No clock, no I/O. See
/// docs/architecture.md, "The way of an epoch".

struct Settings {
  int64_t interval_ms = 0;  // 0 = only on request
  int64_t timeout_ms = 600'000;
  int64_t min_pause_ms = 0;
  int32_t num_retained = 1;
  int32_t tolerable_failed = 0;  // failed checkpoints in a row before the job fails
};

enum class PendingKind : uint8_t { kCheckpoint, kSavepoint, kTerminal };

/// A checkpoint between its trigger and its commit point.
struct Pending {
  Epoch epoch;
  PendingKind kind = PendingKind::kCheckpoint;
  int64_t triggered_ms = 0;
  std::set<std::string> missing_acks;  // task ids
  bool manifest_requested = false;     // all acks are in; manifest and record are being written
};

/// What the coordinator knows at one moment.
struct Facts {
  Settings settings;
  int64_t now_ms = 0;
  bool all_tasks_running = false;
  bool some_tasks_finished = false;  // some tasks have ended and cannot ack: nothing is triggered any more
  Epoch last_epoch;                  // the highest ever triggered or found in the store
  std::optional<Pending> pending;
  int64_t last_completed_ms = -1;  // end of the last one that completed or failed; -1 = none since start
  int64_t last_triggered_ms = -1;
  int32_t failed_in_a_row = 0;
  std::optional<PendingKind> requested;  // asked for by a user, not begun
};

enum class Step : uint8_t {
  kWait,           // until wake_ms or the next event
  kTrigger,        // begin `epoch` of `kind`: send barriers
  kWriteManifest,  // all acks are in: write the manifest, then create the epoch's record if absent
  kAbortPending,   // timed out: drop it, tell the tasks, count a failure
  kFailJob,        // too many failures in a row
};

struct Decision {
  Step step = Step::kWait;
  Epoch epoch;
  PendingKind kind = PendingKind::kCheckpoint;
  int64_t wake_ms = -1;  // kWait: when to decide again at the latest; -1 = only on an event
};

Decision Decide(const Facts& facts);

/// What a create-if-absent of the epoch's record found.
enum class RecordOutcome : uint8_t { kCreated, kExistsOurs, kExistsOther, kUnknown };
enum class CommitStep : uint8_t {
  kDurable,   // commit point passed: notify tasks, run committers
  kStepDown,  // another generation owns the job: stop its tasks, publish nothing
  kRetry,     // outcome unknown: read the record and decide again
};
CommitStep DecideCommit(RecordOutcome outcome);

/// One epoch record found in the store at recovery.
struct FoundEpoch {
  Epoch epoch;
  Generation generation;
  bool manifest_valid = false;  // present, right length and checksum
  bool savepoint = false;
};
struct RecoveryDecision {
  std::optional<Epoch> restore;  // nothing = start fresh
  std::vector<Epoch> damaged;    // newer ones that cannot be used: reported, never silently skipped
  Epoch next_epoch;              // the first number to use
};
/// The newest valid epoch. A newer damaged one is an error of the caller's policy: it is in `damaged`.
RecoveryDecision DecideRecovery(const std::vector<FoundEpoch>& found);

/// Epochs whose records may be deleted, ascending: all but the newest `num_retained` (at least one) valid
/// checkpoints, every savepoint, and damaged ones newer than every valid one.
std::vector<Epoch> DecideRetention(const std::vector<FoundEpoch>& found, int32_t num_retained);

}  // namespace millrace::checkpoint
