#include "operators/connectors/kafka/staging_writer.h"

#include <utility>

#include "core/env/env.h"
#include "core/env/fail_point.h"
#include "core/row/key_hash.h"
#include "operators/api/operator.h"
#include "proto/checkpoint.pb.h"
#include "proto/kafka_sink.pb.h"
#include "state/object_store.h"

namespace millrace {
namespace {

constexpr uint32_t kVersion = 1;

}  // namespace

StagingWriter::StagingWriter(const ConnectorContext& context, const KafkaOptions& options,
                             std::unique_ptr<KafkaRecordEncoder> encoder, size_t segment_bytes)
    : context_(context),
      transactional_id_prefix_(options.transactional_id_prefix),
      encoder_(std::move(encoder)),
      segment_bytes_(segment_bytes),
      io_(std::make_shared<OrderedIo>(&context.env->io())) {
}

StagingWriter::~StagingWriter() {
  io_->Stop();
}

Status StagingWriter::Write(const Batch& batch) {
  RETURN_IF_ERROR(io_->status());
  uint64_t num_bytes = 0;
  RETURN_IF_ERROR(encoder_->Encode(batch, [&](const KafkaRecord& record) {
    if (filling_.empty()) BeginSegment(&filling_);
    const size_t before = filling_.size();
    AppendRecord(record, &filling_);
    num_bytes += filling_.size() - before;
    ++num_records_;
    if (filling_.size() >= segment_bytes_) Seal();
    return Status::Ok();
  }));
  if (context_.metrics != nullptr) context_.metrics->AddBytesOut(num_bytes);
  return Status::Ok();
}

void StagingWriter::Seal() {
  if (filling_.empty()) return;
  Segment segment{context_.staging_prefix + "/" + std::to_string(num_segments_++) + ".records",
                  filling_.size(), HashBytes(filling_)};
  auto bytes = std::make_shared<const std::string>(std::exchange(filling_, {}));
  io_->Add(bytes->size(),
           [store = context_.staging_store, path = segment.path, bytes] { return store->Put(path, *bytes); });
  sealed_.push_back(std::move(segment));
}

Result<std::function<Result<SinkWriter::Staged>()>> StagingWriter::Prepare(Epoch epoch) {
  RETURN_IF_ERROR(io_->status());
  Seal();
  Staged staged;
  proto::KafkaCommittable committable;
  committable.set_version(kVersion);
  committable.set_transactional_id_prefix(transactional_id_prefix_);
  committable.set_sink_uid(context_.operator_uid);
  committable.set_lane(context_.subtask);
  committable.set_epoch(epoch.value);
  committable.set_num_records(std::exchange(num_records_, 0));
  for (const Segment& segment : std::exchange(sealed_, {})) {
    proto::StoredFile* file = committable.add_segments();
    file->set_path(segment.path);
    file->set_length(segment.length);
    file->set_checksum(segment.checksum);
    staged.files.push_back(*file);
  }
  if (!staged.files.empty()) staged.committables.push_back(committable.SerializeAsString());
  return std::function<Result<Staged>()>([io = io_, staged = std::move(staged)]() -> Result<Staged> {
    RETURN_IF_ERROR(io->RunPending());
    RETURN_IF_ERROR(HitFailPoint("kafka.after_stage"));
    return staged;
  });
}

}  // namespace millrace
