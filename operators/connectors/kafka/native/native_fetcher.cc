#include "operators/connectors/kafka/native/native_fetcher.h"

#include <algorithm>
#include <utility>

#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/kafka_handle.h"
#include "operators/connectors/kafka/native/broker_questions.h"

namespace millrace {
namespace {

constexpr int kResponsesAPollMax = 4;  // records may be left out by the thousand, and a task has other work
constexpr int64_t kTickMs = 5000;      // lost answers and old metadata are noticed so late

}  // namespace

NativeFetcher::NativeFetcher(NativeContext context, bool with_headers, const std::string& group_id)
    : context_(std::move(context)),
      record_options_{context_.settings.check_crcs, with_headers, context_.settings.read_committed},
      group_(std::make_shared<GroupCommitter>(group_id, context_.settings, context_.env)),
      leaders_(context_, [this] { TakeLeaders(); }) {
}

Result<std::unique_ptr<NativeFetcher>> NativeFetcher::Create(const KafkaOptions& options, Env* env,
                                                             std::shared_ptr<SocketReadiness> readiness,
                                                             bool with_headers) {
  ASSIGN_OR_RETURN(KafkaClientSettings settings, KafkaClientSettings::From(options));
  NativeContext context{env, std::move(settings), std::move(readiness), std::make_shared<TaskMailbox>()};
  return std::unique_ptr<NativeFetcher>(
      new NativeFetcher(std::move(context), with_headers, options.group_id));
}

NativeFetcher::~NativeFetcher() {
  context_.mailbox->Close();
}

void NativeFetcher::SetWakeup(std::function<void()> wakeup) {
  context_.mailbox->SetWakeup(std::move(wakeup));
}

Status NativeFetcher::Assign(uint32_t partition, const KafkaPosition& position) {
  if (partitions_.size() <= partition) partitions_.resize(partition + 1);
  Partition& assigned = partitions_[partition];
  assigned = {};
  assigned.topic = position.topic;
  assigned.partition = position.partition;
  assigned.next_offset = position.next_offset;
  assigned.is_assigned = true;
  leaders_.Want(position.topic, position.partition);
  return KeepFetching();
}

Status NativeFetcher::Unassign(uint32_t partition) {
  Partition& assigned = partitions_[partition];
  if (!assigned.is_assigned) return Status::Ok();
  assigned.is_assigned = false;
  leaders_.Forget(assigned.topic, assigned.partition);
  return Status::Ok();
}

Result<bool> NativeFetcher::Poll(uint32_t num_records_max, FetchedRecords* fetched) {
  context_.mailbox->RunAll();
  RETURN_IF_ERROR(KeepFetching());
  RETURN_IF_ERROR(HandOut(num_records_max, fetched));
  for (int i = 0; i < kResponsesAPollMax && fetched->num_records() < num_records_max; ++i) {
    ASSIGN_OR_RETURN(const bool is_received, ReceiveResponse());
    if (!is_received) {
      for (auto& [broker, link] : links_) link.ArmWakeup();
      return false;
    }
    RETURN_IF_ERROR(HandOut(num_records_max, fetched));
  }
  return true;
}

Status NativeFetcher::KeepFetching() {
  RETURN_IF_ERROR(leaders_.verdict());
  RETURN_IF_ERROR(verdict_);
  const int64_t now_nanos = context_.NowNanos();
  if (now_nanos >= tick_nanos_) {
    tick_nanos_ = now_nanos + kTickMs * 1'000'000;
    context_.WakeAfter(kTickMs + 1);
  }
  leaders_.Tick(now_nanos);
  for (auto& [broker, link] : links_) {
    RETURN_IF_ERROR(link.verdict());
    BrokerConnection* const connection = link.connection();
    if (connection == nullptr || connection->num_outstanding() == 0) {
      RETURN_IF_ERROR(SendFetch(broker, link, now_nanos));
      continue;
    }
    const int64_t patience_ms = context_.settings.request_timeout_ms + context_.settings.fetch_wait_ms_max;
    if (now_nanos - link.asked_nanos > patience_ms * 1'000'000) {
      link.Drop();
    } else if (connection->is_sending() && !connection->Flush().ok()) {
      link.Drop();
    }
  }
  return Status::Ok();
}

void NativeFetcher::AddLink(int32_t broker) {
  const BrokerAddress& address = leaders_.metadata().brokers.at(broker);
  links_.try_emplace(broker, address, context_, [this] { leaders_.Refresh(); });
}

void NativeFetcher::TakeLeaders() {
  const ClusterMetadata& metadata = leaders_.metadata();
  for (auto& [broker, link] : links_) {
    if (const auto found = metadata.brokers.find(broker); found != metadata.brokers.end())
      link.MoveTo(found->second);
  }
  for (Partition& partition : partitions_) {
    if (!partition.is_assigned) continue;
    const auto topic = metadata.topics.find(partition.topic);
    if (topic == metadata.topics.end()) continue;
    const auto found = topic->second.partitions.find(partition.partition);
    if (found == topic->second.partitions.end()) continue;
    partition.topic_id = topic->second.id;
    // A broker that lags behind tells of a former leader.
    const bool is_older = found->second.leader_epoch < partition.leader_epoch;
    if (found->second.error == 0 && !is_older && metadata.brokers.contains(found->second.leader)) {
      partition.leader = found->second.leader;
      partition.leader_epoch = found->second.leader_epoch;
      AddLink(partition.leader);
    }
    if (!metadata.brokers.contains(partition.closest_replica)) partition.closest_replica = -1;
    if (partition.leader < 0) leaders_.Refresh();
  }
}

Status NativeFetcher::SendFetch(int32_t broker, BrokerLink& link, int64_t now_nanos) {
  FetchRequest request;
  const size_t num_partitions = partitions_.size();
  bool has_topic_ids = true;
  link.asked.clear();
  ++link.rotation;
  for (size_t i = 0; i < num_partitions; ++i) {
    const auto number = static_cast<uint32_t>((i + link.rotation) % num_partitions);
    const Partition& partition = partitions_[number];
    if (!partition.is_assigned || partition.source() != broker) continue;
    if (partition.paused_until_nanos > now_nanos) continue;
    link.asked.push_back({number, partition.next_offset});
    has_topic_ids &= partition.topic_id != KafkaUuid{};
    request.partitions.push_back({partition.topic, partition.topic_id, partition.partition,
                                  partition.leader_epoch, partition.next_offset,
                                  partition.last_fetched_epoch});
  }
  if (request.partitions.empty()) return Status::Ok();
  link.KeepOpen(now_nanos);
  if (link.connection() == nullptr) return Status::Ok();
  ASSIGN_OR_RETURN(int16_t version, link.connection()->VersionOf(KafkaApi::kFetch));
  if (!has_topic_ids) version = std::min<int16_t>(version, 12);
  request.wait_ms_max = context_.settings.fetch_wait_ms_max;
  request.bytes_min = context_.settings.fetch_bytes_min;
  request.bytes_max = context_.settings.fetch_bytes_max;
  request.partition_bytes_max = context_.settings.partition_bytes_max;
  request.read_committed = context_.settings.read_committed;
  request.rack = context_.settings.rack;
  link.asked_nanos = now_nanos;
  if (!link.connection()->Send(KafkaApi::kFetch, version, EncodeFetchRequest(version, request)).ok()) {
    link.Drop();
  }
  return Status::Ok();
}

Result<bool> NativeFetcher::ReceiveResponse() {
  auto next = links_.lower_bound(next_link_);
  for (size_t i = 0; i < links_.size(); ++i, ++next) {
    if (next == links_.end()) next = links_.begin();
    auto& [broker, link] = *next;
    if (link.connection() == nullptr || link.connection()->num_outstanding() == 0) continue;
    const auto received = link.connection()->Receive(response_blocks_);
    if (!received.ok()) {
      if (received.status().code() == kOutsideRefused) return received.status();
      link.Drop();
      continue;
    }
    if (!received->has_value()) continue;
    next_link_ = broker + 1;
    RETURN_IF_ERROR(TakeResponse(broker, link, **received));
    return true;
  }
  return false;
}

Status NativeFetcher::TakeResponse(int32_t broker, BrokerLink& link,
                                   const BrokerConnection::Response& response) {
  ASSIGN_OR_RETURN(FetchResponse fetch, ParseFetchResponse(response.body, response.version));
  if (fetch.error != 0) {
    link.Drop();
    return Status::Ok();
  }
  link.Confirm();
  const std::vector<BrokerLink::Asked> asked = std::exchange(link.asked, {});
  size_t at = 0;  // the answer's order is that of the question
  for (FetchedPartition& fetched : fetch.partitions) {
    for (size_t tried = 0; tried < asked.size(); ++tried, at = (at + 1) % asked.size()) {
      const Partition& partition = partitions_[asked[at].number];
      const bool is_topic =
          fetched.topic.empty() ? fetched.topic_id == partition.topic_id : fetched.topic == partition.topic;
      if (!is_topic || fetched.partition != partition.partition) continue;
      // It may have been given back, and assigned at another offset, meanwhile.
      if (partition.is_assigned && partition.next_offset == asked[at].offset)
        RETURN_IF_ERROR(TakePartition(asked[at].number, fetched, response.block));
      break;
    }
  }
  return SendFetch(broker, link, context_.NowNanos());
}

Status NativeFetcher::TakePartition(uint32_t number, FetchedPartition& fetched,
                                    const std::shared_ptr<Buffer>& block) {
  Partition& partition = partitions_[number];
  if (fetched.error != 0) return TakeError(number, fetched.error);
  leaders_.Confirm();
  if (fetched.diverging_end_offset) {
    LosePosition(number, fetched.diverging_end_offset);
    return Status::Ok();
  }
  if (fetched.preferred_read_replica >= 0 &&
      leaders_.metadata().brokers.contains(fetched.preferred_read_replica)) {
    partition.closest_replica = fetched.preferred_read_replica;
    AddLink(partition.closest_replica);
    return Status::Ok();
  }
  partition.end_offset =
      context_.settings.read_committed ? fetched.last_stable_offset : fetched.high_watermark;
  RecordSet set{
      partition.topic, partition.partition, number, partition.next_offset, fetched.records, block, {}};
  set.aborted = std::move(fetched.aborted);
  if (const RecordSetEnd end = FindEnd(fetched.records); end.next_offset > partition.next_offset) {
    partition.next_offset = end.next_offset;
    partition.last_fetched_epoch = end.leader_epoch;
  }
  pending_.push_back(
      {RecordSetReader(std::move(set), record_options_, &decompressor_, &pieces_), partition.end_offset});
  return Status::Ok();
}

Status NativeFetcher::TakeError(uint32_t number, int16_t error) {
  Partition& partition = partitions_[number];
  const bool was_leader = partition.closest_replica < 0;
  partition.closest_replica = -1;
  switch (error) {
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      if (was_leader) LosePosition(number, std::nullopt);
      return Status::Ok();
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE:
      return KafkaError(static_cast<rd_kafka_resp_err_t>(error), "records cannot be read",
                        context_.settings.bootstrap_servers);
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
      partition.leader_epoch = -1;  // whatever is told next counts, even if it is lower
      break;
    default:
      break;
  }
  // The rest passes, or the directory finds what is missing.
  partition.paused_until_nanos = context_.NowNanos() + context_.settings.fetch_error_backoff_ms * 1'000'000;
  context_.WakeAfter(context_.settings.fetch_error_backoff_ms + 1);
  leaders_.Refresh();
  return Status::Ok();
}

void NativeFetcher::LosePosition(uint32_t number, std::optional<int64_t> cut_at) {
  Partition& partition = partitions_[number];
  partition.is_assigned = false;
  context_.RunOutside(
      [leader = links_.at(partition.leader).address(), topic = partition.topic,
       partition = partition.partition, settings = context_.settings,
       env = context_.env] { return AskForOffsetRange(leader, topic, partition, settings, env); },
      [this, position = KafkaPosition{partition.topic, partition.partition, partition.next_offset, {}},
       cut_at](const Result<std::pair<int64_t, int64_t>>& range) {
        std::string available = "unknown";
        if (range.ok()) {
          available = std::to_string(range->first) + " to " +
                      std::to_string(cut_at ? std::min(*cut_at, range->second) : range->second);
        }
        verdict_ = PositionLost(position, available);
      });
}

Status NativeFetcher::HandOut(uint32_t num_records_max, FetchedRecords* fetched) {
  while (!pending_.empty() && fetched->num_records() < num_records_max) {
    Pending& first = pending_.front();
    const uint32_t number = first.reader.set().number;
    if (partitions_[number].is_assigned) {
      RETURN_IF_ERROR(first.reader.Take(num_records_max, fetched));
      if (!first.reader.is_at_end()) continue;
      if (first.reader.next_offset() >= first.end_offset)
        fetched->ends.push_back({number, first.reader.next_offset()});
    }
    pending_.pop_front();
  }
  return Status::Ok();
}

int64_t NativeFetcher::EndOffset(uint32_t partition) {
  return partitions_[partition].end_offset;
}

void NativeFetcher::CommitToGroup(std::span<const KafkaPosition> positions) {
  std::vector<CommittedOffset> offsets;
  for (const KafkaPosition& position : positions)
    offsets.push_back({position.topic, position.partition, position.next_offset});
  if (!offsets.empty()) group_->Commit(std::move(offsets));
}

}  // namespace millrace
