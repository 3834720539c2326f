#include "operators/connectors/kafka/kafka_lane.h"

#include <utility>

#include "core/env/fail_point.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/seeded_bug.h"

namespace millrace {
namespace {

constexpr int kInitTimeoutMs = 20'000;
constexpr int kInitAttempts = 4;
constexpr int kLearnTimeoutMs = 10'000;
constexpr int kCommitTimeoutMs = 60'000;
constexpr int kFlushMs = 5000;

}  // namespace

Status KafkaLane::TakeError(rd_kafka_error_t* raw, const char* what) const {
  const KafkaOwned<rd_kafka_error_t> error(raw);
  if (error == nullptr) return Status::Ok();
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
  const std::string text = rd_kafka_error_string(error.get());
  if (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
      code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH) {
    return Status(kSinkFenced, std::string(what) + ", another producer took over transactional id '" +
                                   identity_.TransactionalId(lane_) + "': " + text)
        .WithSuggestion("no other job may use the same 'sink.transactional-id-prefix'");
  }
  return KafkaError(code, what, options_.bootstrap_servers, text);
}

Status KafkaLane::InitTransactions(RecordProducer& producer) {
  for (int attempt = 1;; ++attempt) {
    rd_kafka_error_t* error = rd_kafka_init_transactions(producer.client(), kInitTimeoutMs);
    // A call that timed out is gone on with on the same client.
    const bool again = error != nullptr && rd_kafka_error_is_retriable(error) != 0 && attempt < kInitAttempts;
    const Status status = TakeError(error, "transactions cannot be begun");
    if (!again) return status;
  }
}

Status KafkaLane::Open() {
  Close();
  RETURN_IF_ERROR(HitFailPoint("kafka.before_init"));
  ASSIGN_OR_RETURN(producer_, RecordProducer::Create(options_, identity_.TransactionalId(lane_), lane_));
  RETURN_IF_ERROR(InitTransactions(*producer_));
  RETURN_IF_ERROR(HitFailPoint("kafka.after_init"));
  ASSIGN_OR_RETURN(marker_, markers_->Read(lane_));
  if (HasSeededBug(SeededBug::kMarkerIgnored)) marker_.reset();
  return producer_->LearnTopics(kLearnTimeoutMs);
}

KafkaLane::~KafkaLane() {
  RecordProducer::DiscardLater(std::move(producer_), kFlushMs);
}

void KafkaLane::Close() {
  RecordProducer::Discard(std::move(producer_), kFlushMs);
  producer_ = nullptr;
  marker_.reset();
}

Status KafkaLane::Commit(const ProgressMarker& marker,
                         const std::function<Status(RecordProducer&)>& produce) {
  rd_kafka_t* client = producer_->client();
  RETURN_IF_ERROR(TakeError(rd_kafka_begin_transaction(client), "transaction cannot be begun"));
  RETURN_IF_ERROR(HitFailPoint("kafka.after_begin"));
  if (produce) RETURN_IF_ERROR(produce(*producer_));
  RETURN_IF_ERROR(HitFailPoint("kafka.after_produce"));
  RETURN_IF_ERROR(markers_->Append(*producer_, lane_, marker));
  RETURN_IF_ERROR(HitFailPoint("kafka.after_marker"));
  RETURN_IF_ERROR(HitFailPoint("kafka.before_commit"));
  // The client tells of failed deliveries by its own error, too; the commit's alone would not name the topic.
  rd_kafka_error_t* error = rd_kafka_commit_transaction(client, kCommitTimeoutMs);
  const Status committed = TakeError(error, "transaction cannot be committed");
  if (!committed.ok()) {
    const Status delivery = producer_->error();
    return !delivery.ok() && delivery.code() == kOutsideRefused ? delivery : committed;
  }
  RETURN_IF_ERROR(HitFailPoint("kafka.after_commit"));
  marker_ = marker;
  return Status::Ok();
}

}  // namespace millrace
