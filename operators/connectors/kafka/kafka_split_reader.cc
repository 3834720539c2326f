#include "operators/connectors/kafka/kafka_split_reader.h"

#include <algorithm>
#include <utility>

#include "core/env/env.h"
#include "operators/api/error_codes.h"
#include "operators/api/operator.h"
#include "operators/connectors/kafka/seeded_bug.h"

namespace millrace {
namespace {

constexpr int64_t kPendingNanos = 500'000'000;
constexpr size_t kSnapshotsMax = 64;

}  // namespace

KafkaSplitReader::KafkaSplitReader(const ConnectorContext& context, KafkaFetcherFactory make_fetcher,
                                   std::unique_ptr<KafkaRecordDecoder> decoder, bool commit_to_group)
    : context_(context),
      make_fetcher_(std::move(make_fetcher)),
      decoder_(std::move(decoder)),
      commit_to_group_(commit_to_group) {
}

void KafkaSplitReader::SetWakeup(std::function<void()> wakeup) {
  wakeup_ = std::move(wakeup);
  if (fetcher_ != nullptr) fetcher_->SetWakeup(wakeup_);
}

Status KafkaSplitReader::AddSplits(std::span<const Split> splits) {
  for (const Split& split : splits) {
    Partition partition;
    partition.split = split;
    ASSIGN_OR_RETURN(partition.position, DecodeKafkaPosition(split.position));
    if (HasSeededBug(SeededBug::kOffsetPlusOne) && partition.position.next_offset > 0)
      ++partition.position.next_offset;
    if (!partition.IsAtStop()) {
      if (fetcher_ == nullptr) {
        ASSIGN_OR_RETURN(fetcher_, make_fetcher_());
        fetcher_->SetWakeup(wakeup_);
      }
      RETURN_IF_ERROR(fetcher_->Assign(static_cast<uint32_t>(partitions_.size()), partition.position));
      partition.is_assigned = true;
    }
    partitions_.push_back(std::move(partition));
  }
  return Status::Ok();
}

Result<ReadState> KafkaSplitReader::PollNext(uint32_t max_rows, BatchBuilder& builder,
                                             std::vector<SplitRows>* runs, std::vector<uint32_t>* ended) {
  bool has_more = false;
  if (fetcher_ != nullptr) {
    fetched_.Clear();
    ASSIGN_OR_RETURN(has_more, fetcher_->Poll(max_rows, &fetched_));
    RETURN_IF_ERROR(DecodeFetched(builder, runs));
    for (const FetchedRecords::End& end : fetched_.ends) {
      int64_t& next = partitions_[end.partition].position.next_offset;
      next = std::max(next, end.next_offset);
    }
  }
  RETURN_IF_ERROR(EndPartitions(ended));
  if (num_ended_ == partitions_.size()) return ReadState::kEnd;
  return has_more ? ReadState::kReady : ReadState::kIdle;
}

size_t KafkaSplitReader::EndOfRun(size_t first) const {
  const FetchedRecord& head = fetched_.records[first];
  const KafkaPosition& position = partitions_[head.partition].position;
  size_t end = first;
  while (end < fetched_.records.size()) {
    const FetchedRecord& record = fetched_.records[end];
    if (record.partition != head.partition || record.block != head.block) break;
    if (position.stop_offset && record.offset >= *position.stop_offset) break;
    ++end;
  }
  return end;
}

Status KafkaSplitReader::DecodeFetched(BatchBuilder& builder, std::vector<SplitRows>* runs) {
  uint64_t num_bytes = 0;
  for (size_t first = 0; first < fetched_.records.size();) {
    const FetchedRecord& head = fetched_.records[first];
    Partition& partition = partitions_[head.partition];
    const size_t end = EndOfRun(first);
    if (end == first) {  // behind the stop
      partition.position.next_offset =
          std::max(partition.position.next_offset, *partition.position.stop_offset);
      ++first;
      continue;
    }
    if (runs->empty() || runs->back().split != head.partition)
      runs->push_back({head.partition, builder.num_rows()});
    size_t bad_record = first;
    const Status decoded = decoder_->Decode(fetched_, first, end, partition.position.topic,
                                            partition.position.partition, builder, &bad_record);
    if (!decoded.ok()) {
      if (context_.metrics != nullptr) context_.metrics->AddBadRecords(1);
      return decoded.WithContext("topic '" + partition.position.topic + "' partition " +
                                 std::to_string(partition.position.partition) + " offset " +
                                 std::to_string(fetched_.records[bad_record].offset));
    }
    for (size_t i = first; i < end; ++i)
      num_bytes += fetched_.records[i].key.size() + fetched_.records[i].value.size();
    partition.position.next_offset = fetched_.records[end - 1].offset + 1;
    first = end;
  }
  if (context_.metrics != nullptr && num_bytes > 0) context_.metrics->AddBytesIn(num_bytes);
  return Status::Ok();
}

Status KafkaSplitReader::EndPartitions(std::vector<uint32_t>* ended) {
  for (uint32_t i = 0; i < partitions_.size(); ++i) {
    Partition& partition = partitions_[i];
    if (partition.has_ended || !partition.IsAtStop()) continue;
    partition.has_ended = true;
    ++num_ended_;
    ended->push_back(i);
    if (partition.is_assigned) RETURN_IF_ERROR(fetcher_->Unassign(i));
  }
  return Status::Ok();
}

std::vector<Split> KafkaSplitReader::Snapshot() {
  std::vector<Split> splits;
  for (const Partition& partition : partitions_) {
    if (partition.has_ended) continue;
    Split split = partition.split;
    split.position = EncodeKafkaPosition(partition.position);
    splits.push_back(std::move(split));
  }
  return splits;
}

std::vector<Split> KafkaSplitReader::SnapshotAt(Epoch epoch) {
  if (commit_to_group_) {
    Snapshotted snapshot{epoch, {}};
    for (const Partition& partition : partitions_) {
      if (partition.is_assigned) snapshot.positions.push_back(partition.position);
    }
    snapshots_.push_back(std::move(snapshot));
    if (snapshots_.size() > kSnapshotsMax) snapshots_.pop_front();
  }
  return Snapshot();
}

void KafkaSplitReader::OnEpochDurable(Epoch epoch) {
  std::vector<KafkaPosition> durable;
  while (!snapshots_.empty() && snapshots_.front().epoch <= epoch) {
    durable = std::move(snapshots_.front().positions);
    snapshots_.pop_front();
  }
  if (fetcher_ != nullptr) fetcher_->CommitToGroup(durable);
}

int64_t KafkaSplitReader::PendingRecords() {
  const int64_t now = context_.env->clock().MonotonicNanos();
  if (pending_nanos_ != 0 && now - pending_nanos_ < kPendingNanos) return pending_;
  pending_nanos_ = now;
  pending_ = 0;
  for (uint32_t i = 0; i < partitions_.size(); ++i) {
    const Partition& partition = partitions_[i];
    if (partition.has_ended || !partition.is_assigned) continue;
    int64_t end = fetcher_->EndOffset(i);
    if (end < 0) return pending_ = -1;
    if (partition.position.stop_offset) end = std::min(end, *partition.position.stop_offset);
    pending_ += std::max<int64_t>(0, end - partition.position.next_offset);
  }
  return pending_;
}

}  // namespace millrace
