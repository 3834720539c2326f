#include "operators/connectors/kafka/producing_writer.h"

#include <chrono>
#include <utility>

#include "core/env/env.h"
#include "operators/api/operator.h"
#include "proto/checkpoint.pb.h"

namespace millrace {
namespace {

constexpr auto kRetryDelay = std::chrono::milliseconds(5);
constexpr int kFlushTimeoutMs = 300'000;

}  // namespace

ProducingWriter::ProducingWriter(const ConnectorContext& context, std::unique_ptr<KafkaRecordEncoder> encoder,
                                 std::unique_ptr<RecordProducer> producer, bool wait_for_delivery)
    : context_(context), encoder_(std::move(encoder)), shared_(std::make_shared<Shared>()) {
  shared_->producer = std::move(producer);
  shared_->wait_for_delivery = wait_for_delivery;
}

ProducingWriter::~ProducingWriter() {
  std::lock_guard lock(shared_->mutex);
  shared_->wakeup = nullptr;
}

void ProducingWriter::SetWakeup(std::function<void()> wakeup) {
  std::lock_guard lock(shared_->mutex);
  shared_->wakeup = std::move(wakeup);
}

Status ProducingWriter::Shared::Add(const KafkaRecord& record) {
  std::lock_guard lock(mutex);
  RETURN_IF_ERROR(error);
  if (overflow.empty()) {
    ASSIGN_OR_RETURN(const bool sent, producer->TryProduce(record));
    if (sent) return Status::Ok();
  }
  std::string segment;
  BeginSegment(&segment);
  AppendRecord(record, &segment);
  overflow.push_back(std::move(segment));
  return Status::Ok();
}

void ProducingWriter::Shared::DrainLocked() {
  KafkaRecord record;
  while (error.ok() && !overflow.empty()) {
    Result<SegmentReader> reader = SegmentReader::Open(overflow.front());
    error = reader.ok() ? reader->Next(&record) : reader.status();
    if (!error.ok()) return;
    const Result<bool> sent = producer->TryProduce(record);
    error = sent.status();
    if (!sent.ok() || !*sent) return;
    overflow.pop_front();
  }
}

Status ProducingWriter::Write(const Batch& batch) {
  uint64_t num_bytes = 0;
  RETURN_IF_ERROR(encoder_->Encode(batch, [&](const KafkaRecord& record) {
    num_bytes += (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
    return shared_->Add(record);
  }));
  if (context_.metrics != nullptr) context_.metrics->AddBytesOut(num_bytes);
  rd_kafka_poll(shared_->producer->client(), 0);
  return shared_->wait_for_delivery ? shared_->producer->error() : Status::Ok();
}

bool ProducingWriter::IsFull() const {
  std::lock_guard lock(shared_->mutex);
  if (!shared_->is_flushing) shared_->DrainLocked();
  if (!shared_->error.ok()) return false;  // the next Write or Prepare tells
  if (shared_->overflow.empty() && !shared_->is_flushing) return false;
  if (!shared_->overflow.empty() && !shared_->has_timer) {
    shared_->has_timer = true;
    context_.env->io().SubmitAfter(kRetryDelay, [shared = shared_] {
      std::lock_guard timer_lock(shared->mutex);
      shared->has_timer = false;
      if (shared->wakeup) shared->wakeup();
    });
  }
  return true;
}

Status ProducingWriter::Shared::Flush() {
  std::deque<std::string> rest;
  {
    std::lock_guard lock(mutex);
    rest.swap(overflow);
  }
  Status status;
  for (const std::string& segment : rest) {
    KafkaRecord record;
    Result<SegmentReader> reader = SegmentReader::Open(segment);
    if (status.ok()) status = reader.ok() ? reader->Next(&record) : reader.status();
    if (status.ok()) status = producer->Produce(record, kFlushTimeoutMs);
  }
  if (status.ok()) status = producer->Flush(kFlushTimeoutMs);
  if (!wait_for_delivery) status = Status::Ok();
  std::lock_guard lock(mutex);
  is_flushing = false;
  if (error.ok()) error = status;
  if (wakeup) wakeup();
  return status;
}

Result<std::function<Result<SinkWriter::Staged>()>> ProducingWriter::Prepare(Epoch) {
  // No rows are taken until the work has run: a flush waits for everything that was handed over.
  std::lock_guard lock(shared_->mutex);
  RETURN_IF_ERROR(shared_->error);
  shared_->is_flushing = true;
  return std::function<Result<Staged>()>([shared = shared_]() -> Result<Staged> {
    RETURN_IF_ERROR(shared->Flush());
    return Staged{};
  });
}

}  // namespace millrace
