#include "operators/connectors/kafka/kafka_committer.h"

#include <set>
#include <utility>

#include "core/error_codes.h"
#include "core/row/key_hash.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/seeded_bug.h"
#include "proto/checkpoint.pb.h"
#include "proto/kafka_sink.pb.h"
#include "state/object_store.h"

namespace millrace {
namespace {

constexpr uint32_t kVersion = 1;
constexpr int kRoomTimeoutMs = 60'000;
constexpr uint64_t kSkippedEvery = 5;  // SeededBug::kCommitSkipped

std::string LaneText(const SinkIdentity& identity, uint32_t lane) {
  return "transactional id '" + identity.TransactionalId(lane) + "'";
}

Result<proto::KafkaCommittable> Read(const proto::Committable& committable) {
  proto::KafkaCommittable content;
  if (content.ParseFromString(committable.content()) && content.version() == kVersion) return content;
  return Status(kCorruptBytes,
                "what a Kafka sink has staged cannot be read: epoch " + std::to_string(committable.epoch()));
}

/// Errors that come again however often it is tried.
bool IsFinal(const Status& status) {
  const ErrorCode code = status.code();
  return code == kOutsideRefused || code == kOutsideMissing || code == kCorruptBytes ||
         code == kFileNotFound || code == kOutputAhead || code == kCommitFailed;
}

}  // namespace

KafkaCommitter::KafkaCommitter(const ConnectorContext& context, KafkaOptions options)
    : context_(context),
      options_(std::move(options)),
      identity_{options_.transactional_id_prefix, context.operator_uid} {
}

KafkaCommitter::~KafkaCommitter() = default;

KafkaCommitter::Sink& KafkaCommitter::SinkOf(const SinkIdentity& identity) {
  Sink& sink = sinks_[identity];
  if (sink.markers == nullptr) {
    sink.identity = identity;
    sink.options = options_;
    sink.markers = MakeProgressMarkers(options_, identity);
  }
  return sink;
}

KafkaLane& KafkaCommitter::LaneOf(Sink& sink, uint32_t lane) {
  std::unique_ptr<KafkaLane>& found = sink.lanes[lane];
  if (found == nullptr)
    found = std::make_unique<KafkaLane>(sink.options, sink.identity, lane, sink.markers.get());
  return *found;
}

Status KafkaCommitter::Retry(KafkaLane& lane, const std::string& what,
                             const std::function<Status()>& step) const {
  for (int attempt = 1;; ++attempt) {
    Status status = lane.is_open() ? Status::Ok() : lane.Open();
    if (status.ok()) status = step();
    if (status.ok()) return status;
    lane.Close();
    if (IsFinal(status)) return status;
    if (attempt == kAttemptsMax) {
      return Status(status.code() == kSinkFenced ? kSinkFenced : kCommitFailed, status.message())
          .WithSuggestion(status.suggestion())
          .WithContext("output cannot be published after " + std::to_string(attempt) + " attempts, " + what);
    }
  }
}

Status KafkaCommitter::Recover(const SinkRecovery& recovery) {
  recovered_epoch_ = recovery.epoch.value;
  allow_rollback_ = recovery.allow_rollback;
  std::set<uint32_t> pending;
  for (const proto::Committable& committable : recovery.pending) {
    ASSIGN_OR_RETURN(const proto::KafkaCommittable content, Read(committable));
    if (SinkIdentity{content.transactional_id_prefix(), content.sink_uid()} == identity_)
      pending.insert(content.lane());
  }
  Sink& sink = SinkOf(identity_);
  ASSIGN_OR_RETURN(const uint32_t num_lanes, sink.markers->EnsureLanes(context_.parallelism));
  for (uint32_t lane = context_.subtask; lane < num_lanes; lane += context_.parallelism) {
    RETURN_IF_ERROR(Retry(LaneOf(sink, lane), LaneText(identity_, lane),
                          [&] { return RecoverLane(sink, lane, pending.contains(lane)); }));
    // Lanes of a former, larger parallelism: opened to fence and to look at; what they staged opens them
    // again.
    if (lane >= context_.parallelism) LaneOf(sink, lane).Close();
  }
  return Status::Ok();
}

Status KafkaCommitter::RecoverLane(Sink& sink, uint32_t lane_number, bool is_pending) {
  KafkaLane& lane = LaneOf(sink, lane_number);
  const std::optional<ProgressMarker>& marker = lane.marker();
  const bool is_own = marker && marker->job_id == context_.job_id.value;
  // A lane that committed nothing yet and has nothing to commit is new: marked before it stages anything. One
  // that has, but no marker, has lost it: Commit decides.
  if (!marker && is_pending) return Status::Ok();
  const bool is_fresh = recovered_epoch_ == 0 && !is_own;
  if (!marker || is_fresh) return lane.Commit({recovered_epoch_, context_.job_id.value}, nullptr);
  if (marker->epoch > recovered_epoch_) {
    if (!allow_rollback_) {
      return Status(kOutputAhead, "output of later epochs is published already, " +
                                      LaneText(sink.identity, lane_number) + ": published up to epoch " +
                                      std::to_string(marker->epoch) + ", the job starts from epoch " +
                                      std::to_string(recovered_epoch_))
          .WithSuggestion(
              "restore the latest checkpoint, or allow output rollback if readers can bear it twice");
    }
    return lane.Commit({recovered_epoch_, context_.job_id.value}, nullptr);
  }
  // Claimed for this job, so that the one it was restored from cannot go on beside it.
  return is_own ? Status::Ok() : lane.Commit({marker->epoch, context_.job_id.value}, nullptr);
}

Result<bool> KafkaCommitter::IsPublished(const KafkaLane& lane, uint64_t epoch) const {
  const std::optional<ProgressMarker>& marker = lane.marker();
  const bool was_restored = epoch <= recovered_epoch_;
  if (!marker) {
    if (was_restored && !allow_rollback_ && !HasSeededBug(SeededBug::kMarkerIgnored)) {
      return Status(kOutputAhead, "progress of the sink is lost, so that output of epoch " +
                                      std::to_string(epoch) + " may be published already")
          .WithSuggestion(
              "restore topic or group of the progress, or allow output rollback if readers can bear it "
              "twice");
    }
    return false;
  }
  if (!was_restored && marker->job_id != context_.job_id.value) {
    return Status(kSinkFenced, "another job publishes this sink's output: job " + marker->job_id)
        .WithSuggestion("no other job may use the same 'sink.transactional-id-prefix'");
  }
  return marker->epoch >= epoch;
}

Result<CommitResult> KafkaCommitter::Commit(const proto::Committable& committable) {
  ASSIGN_OR_RETURN(const proto::KafkaCommittable content, Read(committable));
  if (HasSeededBug(SeededBug::kCommitSkipped) && content.epoch() % kSkippedEvery == 0)
    return CommitResult::kDone;
  const SinkIdentity identity{content.transactional_id_prefix(), content.sink_uid()};
  Sink& sink = SinkOf(identity);
  KafkaLane& lane = LaneOf(sink, content.lane());
  CommitResult result = CommitResult::kDone;
  RETURN_IF_ERROR(Retry(lane, LaneText(identity, content.lane()), [&]() -> Status {
    ASSIGN_OR_RETURN(result, CommitOnce(lane, content.epoch(), content));
    return Status::Ok();
  }));
  const bool is_passing = !(identity == identity_) || content.lane() >= context_.parallelism;
  if (is_passing) lane.Close();
  return result;
}

Result<CommitResult> KafkaCommitter::CommitOnce(KafkaLane& lane, uint64_t epoch,
                                                const proto::KafkaCommittable& content) {
  ASSIGN_OR_RETURN(const bool published, IsPublished(lane, epoch));
  if (published) return CommitResult::kAlreadyDone;
  RETURN_IF_ERROR(lane.Commit({epoch, context_.job_id.value},
                              [&](RecordProducer& producer) { return ProduceSegments(content, producer); }));
  return CommitResult::kDone;
}

Status KafkaCommitter::ProduceSegments(const proto::KafkaCommittable& content,
                                       RecordProducer& producer) const {
  uint64_t num_records = 0;
  KafkaRecord record;
  for (const proto::StoredFile& file : content.segments()) {
    ASSIGN_OR_RETURN(const std::string bytes, context_.staging_store->Get(file.path()));
    if (bytes.size() != file.length() || HashBytes(bytes) != file.checksum()) {
      return Status(kCorruptBytes,
                    "a staged segment is damaged: '" + context_.staging_store->Uri(file.path()) + "'");
    }
    ASSIGN_OR_RETURN(SegmentReader reader, SegmentReader::Open(bytes));
    for (; !reader.IsAtEnd(); ++num_records) {
      RETURN_IF_ERROR(reader.Next(&record));
      RETURN_IF_ERROR(producer.Produce(record, kRoomTimeoutMs));
    }
  }
  if (num_records == content.num_records()) return Status::Ok();
  return Status(kCorruptBytes,
                "staged segments hold another number of records: " + std::to_string(num_records) +
                    " instead of " + std::to_string(content.num_records()));
}

}  // namespace millrace
