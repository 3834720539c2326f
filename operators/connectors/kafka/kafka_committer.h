#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "operators/api/connector.h"
#include "operators/connectors/kafka/kafka_lane.h"
#include "operators/connectors/kafka/kafka_options.h"
#include "operators/connectors/kafka/progress_marker.h"

namespace millrace::proto {
class KafkaCommittable;
}

namespace millrace {

/// Publishes staged epochs: one short transaction of an epoch's records and the marker of its lane. Whatever
/// goes wrong, the lane is opened anew, its marker read, and the epoch skipped or written again. On the I/O
/// pool.
class KafkaCommitter : public Committer {
 public:
  static constexpr int kAttemptsMax = 6;

  KafkaCommitter(const ConnectorContext& context, KafkaOptions options);
  ~KafkaCommitter() override;

  Result<CommitResult> Commit(const proto::Committable& committable) override;
  Status Recover(const SinkRecovery& recovery) override;

 private:
  /// The lanes of one identity. There is more than one only while epochs of an earlier
  /// 'sink.transactional-id-prefix' are being published after a restore.
  struct Sink {
    SinkIdentity identity;
    KafkaOptions options;
    std::unique_ptr<ProgressMarkers> markers;
    std::map<uint32_t, std::unique_ptr<KafkaLane>> lanes;
  };
  Sink& SinkOf(const SinkIdentity& identity);
  KafkaLane& LaneOf(Sink& sink, uint32_t lane);

  /// Opens the lane and brings its marker in line with what the job starts from; `is_pending`: with an epoch
  /// of the lane to commit.
  Status RecoverLane(Sink& sink, uint32_t lane, bool is_pending);
  /// Whether the open lane's marker says that the epoch is out. kSinkFenced when another job has it now.
  Result<bool> IsPublished(const KafkaLane& lane, uint64_t epoch) const;
  Result<CommitResult> CommitOnce(KafkaLane& lane, uint64_t epoch, const proto::KafkaCommittable& content);
  Status ProduceSegments(const proto::KafkaCommittable& content, RecordProducer& producer) const;
  /// Runs `step` with an open lane until it works, a bounded number of times; then kCommitFailed.
  Status Retry(KafkaLane& lane, const std::string& what, const std::function<Status()>& step) const;

  const ConnectorContext context_;
  const KafkaOptions options_;
  const SinkIdentity identity_;
  std::map<SinkIdentity, Sink> sinks_;
  uint64_t recovered_epoch_ = 0;
  bool allow_rollback_ = false;
};

}  // namespace millrace
