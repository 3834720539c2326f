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

Status KafkaSplitReader::DecodeFetched(BatchBuilder& builder, std::vector<SplitRows>* runs) {
  uint64_t num_bytes = 0;
  for (size_t i = 0; i < fetched_.runs.size(); ++i) {
    const FetchedRun& run = fetched_.runs[i];
    Partition& partition = partitions_[run.partition];
    const size_t end = EndBeforeStop(run, fetched_.EndOf(i));
    if (end > run.first) RETURN_IF_ERROR(DecodeRun(run, end, builder, runs));
    for (size_t record = run.first; record < end; ++record)
      num_bytes += fetched_.keys[record].bytes.size() + fetched_.values[record].bytes.size();
    int64_t& next = partition.position.next_offset;
    if (end > run.first) next = fetched_.offsets[end - 1] + 1;
    if (end < fetched_.EndOf(i)) next = std::max(next, *partition.position.stop_offset);
  }
  if (context_.metrics != nullptr && num_bytes > 0) context_.metrics->AddBytesIn(num_bytes);
  return Status::Ok();
}

size_t KafkaSplitReader::EndBeforeStop(const FetchedRun& run, size_t end) const {
  const KafkaPosition& position = partitions_[run.partition].position;
  if (!position.stop_offset) return end;
  const auto begin = fetched_.offsets.begin();
  const auto first = begin + static_cast<ptrdiff_t>(run.first);
  const auto stop = std::lower_bound(first, begin + static_cast<ptrdiff_t>(end), *position.stop_offset);
  return static_cast<size_t>(stop - begin);
}

Status KafkaSplitReader::DecodeRun(const FetchedRun& run, size_t end, BatchBuilder& builder,
                                   std::vector<SplitRows>* runs) {
  const KafkaPosition& position = partitions_[run.partition].position;
  if (runs->empty() || runs->back().split != run.partition)
    runs->push_back({run.partition, builder.num_rows()});
  size_t bad_record = run.first;
  const Status decoded =
      decoder_->Decode(fetched_, run, end, position.topic, position.partition, builder, &bad_record);
  if (decoded.ok()) return decoded;
  if (context_.metrics != nullptr) context_.metrics->AddBadRecords(1);
  return decoded.WithContext("topic '" + position.topic + "' partition " +
                             std::to_string(position.partition) + " offset " +
                             std::to_string(fetched_.offsets[bad_record]));
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
