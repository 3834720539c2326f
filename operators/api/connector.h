#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/column/batch.h"
#include "core/descriptor/descriptor.h"
#include "core/ids.h"
#include "core/status.h"
#include "operators/api/format.h"

namespace millrace::proto {
class Committable;
class SinkConfig;
class SourceConfig;
class StoredFile;
}  // namespace millrace::proto

namespace millrace {

class Env;
class FormatRegistry;
class ObjectStore;
class OperatorMetrics;

/// A part of a source that is read by one reader in order: a partition, a file, a range of numbers.
/// `position` is the connector's own serialised message (with a version), of the next record to read.
struct Split {
  std::string id;
  std::string position;
  int64_t watermark_micros = Watermark::kMin;  // restored progress of event time
};

/// Discovers splits; one a source, in the job manager, on the I/O pool, one call at a time. May block.
class SplitEnumerator {
 public:
  virtual ~SplitEnumerator() = default;
  /// New splits since the last call (the first call: all). Splits in `known` were restored and are not new.
  virtual Result<std::vector<Split>> Discover() = 0;
  /// Milliseconds until the next Discover; nullopt = the last call was final.
  virtual std::optional<int64_t> next_discovery_ms() const = 0;
  virtual std::string Snapshot() const { return {}; }
};

enum class ReadState : uint8_t { kReady, kIdle, kEnd };

/// What a reader tells about the rows it appended: which split the rows [first_row, end) of the builder
/// belong to.
struct SplitRows {
  uint32_t split = 0;  // index in the order of AddSplits
  uint32_t first_row = 0;
};

/// Reads splits without blocking; one a source subtask, on the task's thread.
class SplitReader {
 public:
  virtual ~SplitReader() = default;
  virtual Status AddSplits(std::span<const Split> splits) = 0;
  /// Appends up to about `max_rows` rows to the builder (physical, then metadata columns); `runs` gets the
  /// runs of rows by split in order, and `ended` the indices of splits that have no more rows (bounded).
  /// kReady: call again; kIdle: wake-up follows; kEnd: all assigned splits have ended. A bad record with
  /// policy "fail" is a kBadRecord error with split, position and reason.
  virtual Result<ReadState> PollNext(uint32_t max_rows, BatchBuilder& builder, std::vector<SplitRows>* runs,
                                     std::vector<uint32_t>* ended) = 0;
  /// Called from any thread when PollNext may have something after kIdle.
  virtual void SetWakeup(std::function<void()> wakeup) = 0;
  /// Positions behind the rows handed out so far, of all splits that have not ended.
  virtual std::vector<Split> Snapshot() = 0;
  /// The same, for readers that remember what each epoch's snapshot was until OnEpochDurable.
  virtual std::vector<Split> SnapshotAt(Epoch epoch) { return Snapshot(); }
  /// The epoch with that snapshot is durable (Kafka: commit group offsets for people to look at).
  virtual void OnEpochDurable(Epoch epoch) {}
  /// Records behind the end of all splits; -1 = unknown.
  virtual int64_t PendingRecords() { return -1; }
};

/// What connectors get to work with.
struct ConnectorContext {
  JobId job_id;
  std::string job_name;
  std::string operator_uid;
  uint32_t subtask = 0;
  uint32_t parallelism = 1;
  uint32_t max_parallelism = 1024;
  const FormatRegistry* formats = nullptr;
  Env* env = nullptr;
  OperatorMetrics* metrics = nullptr;          // null in the job manager
  std::shared_ptr<ObjectStore> staging_store;  // sinks
  std::string staging_prefix;
};

/// Writes one subtask's rows. On the task's thread; never blocks. Exactly-once sinks stage what they get
/// until Prepare.
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  virtual Status Write(const Batch& batch) = 0;
  /// True = no room now: the task stops reading until the wake-up.
  virtual bool IsFull() const { return false; }
  virtual void SetWakeup(std::function<void()> wakeup) {}
  /// The epoch's barrier: ends what was written since the last one. The returned work runs on the I/O pool
  /// before the snapshot is acknowledged: it makes the output durable (at-least-once: flush) or stages it,
  /// and gives what the committer needs. Writes after Prepare belong to the next epoch and may come before
  /// the work has run.
  struct Staged {
    std::vector<std::string> committables;  // Committable.content
    std::vector<proto::StoredFile> files;   // staged objects they refer to
  };
  virtual Result<std::function<Result<Staged>()>> Prepare(Epoch epoch) = 0;
};

enum class CommitResult : uint8_t { kDone, kAlreadyDone };

/// What a sink's subtask starts from.
struct SinkRecovery {
  Epoch epoch;                                  // 0 = fresh start
  std::span<const proto::Committable> pending;  // what it left to commit: Commit follows for each
  bool allow_rollback = false;                  // output of later epochs may appear twice
  JobId taken_by{};                             // the job whose epoch it is; another one's with its savepoint
};

/// Publishes what an epoch staged, once its epoch is durable. One a sink subtask, on the I/O pool, one call
/// at a time; may block. Idempotent: after recovery every committable of the restored epoch is committed
/// again.
class Committer {
 public:
  virtual ~Committer() = default;
  /// Ascending by epoch within a lane. External errors are retried by the job's restart.
  virtual Result<CommitResult> Commit(const proto::Committable& committable) = 0;
  /// Before the first Commit. Refuses with kOutputAhead when output of later epochs is already published and
  /// `allow_rollback` is not set.
  virtual Status Recover(const SinkRecovery& recovery) { return Status::Ok(); }
};

/// Makes the parts of one connector. Adding a connector is one folder, one registry line, one page of docs.
struct ConnectorFactory {
  ConnectorDescriptor descriptor;
  /// Checks at submit, against the outside (broker reachable, topic there, limits, ACLs, path exists).
  /// Blocks.
  std::function<Status(const proto::SourceConfig&, const ConnectorContext&)> preflight_source;
  std::function<Status(const proto::SinkConfig&, const ConnectorContext&)> preflight_sink;
  /// `restored_splits`: ids that snapshots already hold; `enumerator_state`: of SplitEnumerator::Snapshot.
  std::function<Result<std::unique_ptr<SplitEnumerator>>(const proto::SourceConfig&, const ConnectorContext&,
                                                         const std::vector<std::string>& restored_splits,
                                                         const std::string& enumerator_state)>
      create_enumerator;
  /// `schema`: physical, then metadata columns.
  std::function<Result<std::unique_ptr<SplitReader>>(const proto::SourceConfig&, const ConnectorContext&,
                                                     SchemaPtr schema)>
      create_reader;
  std::function<Result<std::unique_ptr<SinkWriter>>(const proto::SinkConfig&, const ConnectorContext&,
                                                    SchemaPtr schema)>
      create_writer;
  /// Null for sinks that publish nothing later (at-least-once, none).
  std::function<Result<std::unique_ptr<Committer>>(const proto::SinkConfig&, const ConnectorContext&)>
      create_committer;
};

}  // namespace millrace
