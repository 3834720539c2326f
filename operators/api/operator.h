#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/column/batch.h"
#include "core/expr/expr.h"
#include "core/ids.h"
#include "core/status.h"
#include "operators/api/output.h"
#include "state/keyed_state.h"

namespace millrace::proto {
class Operator;
class OperatorRestore;
class SubtaskSnapshot;
}  // namespace millrace::proto

namespace millrace {

class Env;
class ObjectStore;

/// What an operator counts beside its records (see runtime/probe.h): plain numbers of the task's thread, read
/// by the metrics exporter.
class OperatorMetrics {
 public:
  virtual ~OperatorMetrics() = default;
  virtual void AddLateRecords(uint64_t count) = 0;
  virtual void AddBadRecords(uint64_t count) = 0;
  virtual void AddBytesIn(uint64_t bytes) = 0;
  virtual void AddBytesOut(uint64_t bytes) = 0;
  /// Sources: records behind the end of the log and age of the newest record; -1 = unknown.
  virtual void SetSourceLag(int64_t records, int64_t millis) = 0;
};

/// Rows of collect operators, per query, on their way to whoever tails them. Thread-safe.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  virtual void OnRows(uint32_t query, const Batch& batch) = 0;
  /// False: a reader who is to get every row is behind; `wakeup` is then called once there may be room, from
  /// any thread, unless `waiter` (its identity) was forgotten before. A waiter waits at most once.
  virtual bool HasRoom(uint32_t query, const void* waiter, std::function<void()> wakeup) = 0;
  /// No wakeup of `waiter` runs after this.
  virtual void Forget(const void* waiter) = 0;
};

/// What an operator may use. Outlives the operator. Methods are for the task's thread unless said otherwise.
class OperatorContext {
 public:
  virtual ~OperatorContext() = default;

  virtual const JobId& job_id() const = 0;
  virtual const std::string& operator_uid() const = 0;
  virtual uint32_t subtask() const = 0;
  virtual uint32_t parallelism() const = 0;
  virtual uint32_t max_parallelism() const = 0;
  /// Option of the job by Flink's name, or "" (see proto/job_graph.proto, JobGraph.options).
  virtual std::string JobOption(const std::string& name) const = 0;
  virtual const SessionSettings& session() const = 0;
  virtual const SchemaPtr& input_schema(uint32_t input) const = 0;
  virtual const SchemaPtr& output_schema() const = 0;

  /// The keyed state of this subtask, opened (and restored) before Operator::Open; only for operators whose
  /// factory says `keyed`.
  virtual KeyedState& keyed_state() = 0;
  /// What earlier snapshots of this operator (of any parallelism) hold beside keyed state; null on a fresh
  /// start.
  virtual const proto::OperatorRestore* restore() const = 0;

  /// Milliseconds-precise wall clock, in microseconds: the same for the whole of one Process call.
  virtual int64_t ProcessingTimeMicros() const = 0;
  /// Calls OnTimers with TimerKind::kProcessingTime once the wall clock has passed `micros`. Not
  /// checkpointed: register again in Open.
  virtual void RegisterProcessingTimer(int64_t micros) = 0;

  /// Runs blocking work on the I/O pool; `done` then runs on the task's thread with its result (mail).
  /// Neither runs after the operator was destroyed; destruction waits for running work.
  virtual void RunBlocking(std::function<Status()> work, std::function<Status(Status)> done) = 0;
  /// Makes the task run soon (new input at a source). From any thread.
  virtual std::function<void()> Wakeup() = 0;

  virtual OperatorMetrics& metrics() = 0;
  virtual ResultSink* result_sink() = 0;
  /// Where sinks stage output of an epoch: objects below `staging_prefix` of the checkpoint store. Any
  /// thread.
  virtual std::shared_ptr<ObjectStore> staging_store() = 0;
  virtual std::string staging_prefix() const = 0;
  virtual Env& env() = 0;
};

/// What an operator adds to a checkpoint beside its keyed state, which the task freezes by itself.
class OperatorSnapshot {
 public:
  virtual ~OperatorSnapshot() = default;
  virtual Epoch epoch() const = 0;
  /// To fill in on the task's thread, in Snapshot.
  virtual proto::SubtaskSnapshot& content() = 0;
  /// Work that must end before the snapshot is acknowledged (flush a producer, write staged segments): runs
  /// on the I/O pool, may fill `content` too (nobody else does meanwhile). In the order added.
  virtual void AddBlocking(std::function<Status(proto::SubtaskSnapshot&)> work) = 0;
};

/// One subtask of an operator. Owned and called by one task, on one thread at a time; never blocks, locks,
/// sleeps, starts threads or reads a clock but through its context. An error ends the task's attempt.
class Operator {
 public:
  virtual ~Operator() = default;

  /// Before everything else. Builds expressions, opens state tables, reads `restore`.
  virtual Status Open(OperatorContext& context) { return Status::Ok(); }
  /// `input`: the number of the input (JobGraph edges). The batch may have a selection.
  virtual Status Process(uint32_t input, const Batch& batch, Output& output) = 0;
  /// False: no room (a sink's buffer is full, a recovery is under way). The task takes no input until it is
  /// woken (OperatorContext::Wakeup, or mail of RunBlocking).
  virtual bool HasRoom() const { return true; }
  /// The watermark of all inputs together has risen. The default forwards it.
  virtual Status OnWatermark(Watermark watermark, Output& output) { return output.EmitWatermark(watermark); }
  virtual Status OnIdle(Idle idle, Output& output) { return output.EmitIdle(idle); }
  /// A registered processing time has come.
  virtual Status OnProcessingTime(int64_t micros, Output& output) { return Status::Ok(); }
  /// The barrier of an epoch is aligned: everything before it was processed, nothing behind it.
  virtual Status Snapshot(OperatorSnapshot& snapshot) { return Status::Ok(); }
  /// The epoch passed its commit point. Order: ascending, some may be skipped (then a later one stands for
  /// them). What the restored epoch left to do is in OperatorContext::restore: do it in Open.
  virtual Status OnEpochDurable(Epoch epoch) { return Status::Ok(); }
  /// The epoch failed or timed out: its snapshot will never be used.
  virtual Status OnEpochAborted(Epoch epoch) { return Status::Ok(); }
  /// All inputs have ended (after a watermark kMax if time is to end too): send what is left. The task ends
  /// when IsFinished().
  virtual Status Finish(Output& output) { return Status::Ok(); }
};

/// An operator without inputs.
class SourceOperator : public Operator {
 public:
  enum class Poll : uint8_t { kMore, kIdle, kEnd };
  /// Emits about one batch (and watermarks). kIdle: nothing now; Wakeup() will be called. kEnd: never
  /// anything again.
  virtual Result<Poll> PollNext(Output& output) = 0;
  /// The job manager assigned splits (also the restored ones at start). `no_more` = the last assignment.
  virtual Status AddSplits(const std::vector<std::string>& serialized_splits, bool no_more) = 0;
  Status Process(uint32_t, const Batch&, Output&) final { return Status::Ok(); }
};

/// Makes operators of one kind (a oneof case of proto::Operator.config).
struct OperatorFactory {
  std::string kind;    // "calc", "group_aggregate", ...: the field's name
  bool keyed = false;  // has keyed state: its inputs are hash-partitioned
  std::function<Result<std::unique_ptr<Operator>>(const proto::Operator& config)> create;
};

}  // namespace millrace
