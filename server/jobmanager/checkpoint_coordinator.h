#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/column/batch.h"
#include "core/ids.h"
#include "core/status.h"
#include "proto/checkpoint.pb.h"
#include "proto/worker.pb.h"
#include "state/checkpoint/checkpoint_logic.h"
#include "state/checkpoint/checkpoint_store.h"

namespace millrace {

class Env;

/// Checkpoints and savepoints of a job that have ended, since this process runs it.
struct CheckpointCounts {
  int64_t completed = 0;
  int64_t failed = 0;
};

/// One checkpoint for people.
struct CheckpointView {
  Epoch epoch;
  enum class Status : uint8_t { kInProgress, kCompleted, kFailed } status = Status::kInProgress;
  checkpoint::PendingKind kind = checkpoint::PendingKind::kCheckpoint;
  std::string path;  // of a savepoint, or the job's root
  int64_t triggered_micros = 0;
  int64_t duration_micros = 0;
  int64_t alignment_micros_max = 0;
  int64_t sync_micros_max = 0;
  int64_t async_micros_max = 0;
  uint64_t full_bytes = 0;
  uint64_t uploaded_bytes = 0;
  std::string failure;
};

/// A user's wish for a checkpoint, answered once.
struct CheckpointRequest {
  checkpoint::PendingKind kind = checkpoint::PendingKind::kCheckpoint;
  bool drain = false;
  std::string savepoint_directory;  // kind kSavepoint, or kTerminal: "" = no copy
  std::function<void(Result<CheckpointView>)> done;
};

/// Performs what checkpoint::Decide decides for one job: holds the facts, sends barriers, collects acks,
/// writes manifest and record. A periodic checkpoint in which nothing has changed completes without being
/// written: the durable epoch before it says the same. Lives on the job's strand; calls may block on the
/// store.
class CheckpointCoordinator {
 public:
  /// What it asks of the job. All called on the strand.
  struct Actions {
    std::function<void(Barrier)> trigger;
    std::function<void(Epoch)> notify_durable;
    std::function<void(Epoch)> notify_aborted;
    std::function<void(checkpoint::PendingKind)> completed;
    std::function<void(const millrace::Status&)> fail_attempt;
    std::function<void(proto::CheckpointManifest*)> complete_manifest;  // job name, graph, enumerator states
    std::function<void(int64_t delay_ms)> wake_after;                   // call Advance then
    std::function<void(const CheckpointView&)> changed;                 // for events
  };

  CheckpointCoordinator(JobId job, Generation generation, checkpoint::Settings settings,
                        checkpoint::CheckpointStore& store, std::string root_uri, Env& env, Actions actions);

  /// A new attempt: `tasks` must ack; `restored` is what it starts from, `next_epoch` the first number to
  /// use.
  void BeginAttempt(std::vector<proto::TaskDescriptor> tasks, uint32_t max_parallelism, Epoch restored,
                    Epoch next_epoch);
  /// The attempt is over: what is pending fails with `why`.
  void EndAttempt(const Status& why);
  void OnAllTasksRunning();
  void OnAck(proto::CheckpointAck ack);
  void OnDeclined(const std::string& task_id, Epoch epoch, const Status& why);
  void Request(CheckpointRequest request);
  /// Decides and acts until there is nothing to do now.
  void Advance();

  const std::deque<CheckpointView>& history() const { return history_; }  // the latest, newest last
  const CheckpointCounts& counts() const { return counts_; }
  Epoch last_completed() const { return last_completed_; }

 private:
  void Begin(const checkpoint::Decision& decision);
  void WriteManifest();
  /// Whether the last epoch that was written holds all that `content` says.
  bool IsDurableAlready(const std::string& content) const;
  void Complete(const proto::CheckpointManifest& manifest);
  void Abort(const Status& why);
  void AnswerRequest(const Result<CheckpointView>& answer);
  proto::CheckpointManifest MakeManifest() const;
  void Retain();
  CheckpointView& current() { return history_.back(); }
  int64_t NowMillis() const;

  const JobId job_;
  const Generation generation_;
  checkpoint::CheckpointStore& store_;
  const std::string root_uri_;
  Env& env_;
  const Actions actions_;
  checkpoint::Facts facts_;
  std::vector<proto::TaskDescriptor> tasks_;
  uint32_t max_parallelism_ = 0;
  std::map<std::string, proto::CheckpointAck> acks_;  // of the pending one, by task
  std::deque<CheckpointRequest> requests_;            // waiting
  std::optional<CheckpointRequest> active_request_;   // of the pending one
  std::deque<CheckpointView> history_;
  CheckpointCounts counts_;
  Epoch last_completed_;
  std::optional<std::string> durable_content_;  // ContentOf the last manifest that this attempt wrote
};

}  // namespace millrace
