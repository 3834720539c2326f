#include "operators/connectors/kafka/librdkafka_fetcher.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/env/env.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/partition_check.h"

namespace millrace {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

std::string Place(const std::string& topic, int32_t partition) {
  return "topic '" + topic + "' partition " + std::to_string(partition);
}

KafkaTimestampType TimestampTypeOf(rd_kafka_timestamp_type_t type) {
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME:
      return KafkaTimestampType::kCreateTime;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME:
      return KafkaTimestampType::kLogAppendTime;
    default:
      return KafkaTimestampType::kNone;
  }
}

/// The library's settings for throughput; the table's own come over them.
void SetDefault(std::map<std::string, std::string>* properties, const char* key, const char* value) {
  properties->emplace(key, value);
}

/// A message's headers, borrowed from it.
std::vector<FetchedHeader> HeadersOf(const rd_kafka_message_t& message) {
  std::vector<FetchedHeader> headers;
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(&message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return headers;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  while (rd_kafka_header_get_all(list, headers.size(), &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR)
    headers.push_back({name, {static_cast<const char*>(value), size}, value == nullptr});
  return headers;
}

}  // namespace

void LibrdkafkaFetcher::Shared::Wake() {
  std::lock_guard lock(mutex);
  if (wakeup) wakeup();
}

struct LibrdkafkaFetcher::PollContext {
  LibrdkafkaFetcher* self;
  FetchedRecords* fetched;
  size_t num_records_max;
  size_t num_seen = 0;
  bool is_full = false;
  Status status;
};

LibrdkafkaFetcher::LibrdkafkaFetcher(Env* env, KafkaOptions options, bool with_headers)
    : env_(env),
      options_(std::move(options)),
      with_headers_(with_headers),
      shared_(std::make_shared<Shared>()) {
  check_ = std::make_shared<PartitionCheck>(env_, options_);
}

Result<std::unique_ptr<LibrdkafkaFetcher>> LibrdkafkaFetcher::Create(const KafkaOptions& options, Env* env,
                                                                     bool with_headers) {
  std::unique_ptr<LibrdkafkaFetcher> fetcher(new LibrdkafkaFetcher(env, options, with_headers));
  KafkaClientConfig config;
  config.properties = BaseProperties(options, false);
  auto& properties = config.properties;
  SetDefault(&properties, "isolation.level", "read_committed");
  SetDefault(&properties, "queued.min.messages", "1000000");
  SetDefault(&properties, "queued.max.messages.kbytes", "65536");
  SetDefault(&properties, "fetch.message.max.bytes", "1048576");
  SetDefault(&properties, "fetch.wait.max.ms", "500");
  properties["group.id"] = options.group_id.empty() ? "millrace-source" : options.group_id;
  properties["enable.auto.commit"] = "false";
  properties["enable.auto.offset.store"] = "false";
  properties["auto.offset.reset"] = "error";
  properties["enable.partition.eof"] = "true";
  config.opaque = fetcher->shared_;
  config.on_error = [](rd_kafka_t*, int, const char*, void* opaque) {
    static_cast<Shared*>(opaque)->hinted = true;
  };
  RETURN_IF_ERROR(fetcher->Start(std::move(config)));
  return fetcher;
}

Status LibrdkafkaFetcher::Start(KafkaClientConfig config) {
  ASSIGN_OR_RETURN(handle_, KafkaHandle::Create(std::move(config), options_.bootstrap_servers));
  // The main queue (errors) stays apart from the records': rd_kafka_poll serves it.
  records_.reset(rd_kafka_queue_get_consumer(handle_->get()));
  events_.reset(rd_kafka_queue_get_main(handle_->get()));
  const auto wake = [](rd_kafka_t*, void* opaque) { static_cast<Shared*>(opaque)->Wake(); };
  rd_kafka_queue_cb_event_enable(records_.get(), wake, shared_.get());
  rd_kafka_queue_cb_event_enable(events_.get(), wake, shared_.get());
  return Status::Ok();
}

LibrdkafkaFetcher::~LibrdkafkaFetcher() {
  check_->Stop();
  {
    std::lock_guard lock(shared_->mutex);
    shared_->wakeup = nullptr;
  }
  if (records_ != nullptr) rd_kafka_queue_cb_event_enable(records_.get(), nullptr, nullptr);
  if (events_ != nullptr) rd_kafka_queue_cb_event_enable(events_.get(), nullptr, nullptr);
}

void LibrdkafkaFetcher::SetWakeup(std::function<void()> wakeup) {
  std::lock_guard lock(shared_->mutex);
  shared_->wakeup = std::move(wakeup);
}

Status LibrdkafkaFetcher::Assign(uint32_t partition, const KafkaPosition& position) {
  if (assigned_.size() <= partition) assigned_.resize(partition + 1);
  assigned_[partition] = {position.topic, position.partition};
  numbers_[{position.topic, position.partition}] = partition;
  last_topic_ = nullptr;
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), position.topic.c_str(), position.partition)->offset =
      position.next_offset;
  const KafkaOwned<rd_kafka_error_t> error(rd_kafka_incremental_assign(handle_->get(), list.get()));
  if (error != nullptr) {
    return KafkaError(rd_kafka_error_code(error.get()),
                      "partition cannot be assigned, " + Place(position.topic, position.partition),
                      options_.bootstrap_servers, rd_kafka_error_string(error.get()));
  }
  check_->Add(position.topic, position.partition);
  shared_->hinted = true;  // whether it exists is looked up once
  return Status::Ok();
}

Status LibrdkafkaFetcher::Unassign(uint32_t partition) {
  Assigned& assigned = assigned_[partition];
  if (assigned.partition < 0) return Status::Ok();
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), assigned.topic.c_str(), assigned.partition);
  numbers_.erase({assigned.topic, assigned.partition});
  assigned.partition = -1;
  last_topic_ = nullptr;
  const KafkaOwned<rd_kafka_error_t> error(rd_kafka_incremental_unassign(handle_->get(), list.get()));
  if (error == nullptr) return Status::Ok();
  return KafkaError(rd_kafka_error_code(error.get()),
                    "partition cannot be given back, topic '" + assigned.topic + "'",
                    options_.bootstrap_servers, rd_kafka_error_string(error.get()));
}

Result<bool> LibrdkafkaFetcher::Poll(uint32_t num_records_max, FetchedRecords* fetched) {
  RETURN_IF_ERROR(check_->status());
  PollContext context{this, fetched, num_records_max};
  rd_kafka_consume_callback_queue(records_.get(), 0, &OnMessage, &context);
  RETURN_IF_ERROR(context.status);
  if (context.is_full) return true;
  rd_kafka_poll(handle_->get(), 0);
  if (shared_->hinted.exchange(false)) check_->Start([shared = shared_] { shared->Wake(); });
  return context.num_seen > 0;
}

void LibrdkafkaFetcher::OnMessage(rd_kafka_message_t* message, void* opaque) {
  auto* context = static_cast<PollContext*>(opaque);
  LibrdkafkaFetcher* self = context->self;
  ++context->num_seen;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (context->status.ok()) context->status = self->TakeError(*message, context->fetched);
  } else if (const int64_t number = self->NumberOf(*message); number >= 0) {
    self->TakeRecord(*message, static_cast<uint32_t>(number), context->fetched);
  }
  if (context->fetched->num_records() >= context->num_records_max) {
    context->is_full = true;
    rd_kafka_yield(self->handle_->get());
  }
}

int64_t LibrdkafkaFetcher::NumberOf(const rd_kafka_message_t& message) {
  if (message.rkt == nullptr) return -1;
  if (message.rkt == last_topic_ && message.partition == last_partition_) return last_number_;
  const auto found = numbers_.find({rd_kafka_topic_name(message.rkt), message.partition});
  last_topic_ = message.rkt;
  last_partition_ = message.partition;
  last_number_ = found == numbers_.end() ? -1 : static_cast<int64_t>(found->second);
  return last_number_;
}

void LibrdkafkaFetcher::TakeRecord(const rd_kafka_message_t& message, uint32_t partition,
                                   FetchedRecords* fetched) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t timestamp_ms = rd_kafka_message_timestamp(&message, &type);
  std::vector<FetchedHeader> headers;
  if (with_headers_) headers = HeadersOf(message);
  size_t size = message.key_len + message.len;
  for (const FetchedHeader& header : headers) size += header.name.size() + header.value.size();
  char* room = Allocate(size);
  const auto copy = [&room](const void* bytes, size_t num_bytes) {
    if (num_bytes > 0) std::memcpy(room, bytes, num_bytes);
    room += num_bytes;
    return std::string_view(room - num_bytes, num_bytes);
  };
  fetched->ContinueRun(partition, TimestampTypeOf(type), block_);
  fetched->keys.push_back({copy(message.key, message.key_len), message.key == nullptr});
  fetched->values.push_back({copy(message.payload, message.len), message.payload == nullptr});
  fetched->offsets.push_back(message.offset);
  fetched->timestamps_ms.push_back(timestamp_ms);
  if (!with_headers_) return;
  for (FetchedHeader& header : headers) {
    header.name = copy(header.name.data(), header.name.size());
    header.value = copy(header.value.data(), header.value.size());
    fetched->headers.push_back(header);
  }
  fetched->header_ends.push_back(static_cast<uint32_t>(fetched->headers.size()));
}

char* LibrdkafkaFetcher::Allocate(size_t size) {
  if (block_ == nullptr || block_used_ + size > block_->size()) {
    block_ = Buffer::Allocate(std::max(size, kBlockBytes));
    block_used_ = 0;
  }
  char* const room = reinterpret_cast<char*>(block_->mutable_data()) + block_used_;
  block_used_ += size;
  return room;
}

Status LibrdkafkaFetcher::TakeError(const rd_kafka_message_t& message, FetchedRecords* fetched) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      if (const int64_t number = NumberOf(message); number >= 0) {
        fetched->ends.push_back({static_cast<uint32_t>(number), message.offset});
      }
      return Status::Ok();
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return NumberOf(message) < 0 ? Status::Ok() : PositionLost(message);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return KafkaError(message.err, "records cannot be read", options_.bootstrap_servers);
    default:
      // The rest is either passing or found by the check: brokers away, topics gone, rights for a group
      // nobody joins.
      shared_->hinted = true;
      return Status::Ok();
  }
}

Status LibrdkafkaFetcher::PositionLost(const rd_kafka_message_t& message) {
  const std::string topic = rd_kafka_topic_name(message.rkt);
  std::string available = "unknown";
  int64_t begin = 0;
  int64_t end = 0;
  // Blocks for a moment, but the source ends here.
  if (rd_kafka_query_watermark_offsets(handle_->get(), topic.c_str(), message.partition, &begin, &end,
                                       5000) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    available = std::to_string(begin) + " to " + std::to_string(end);
  }
  return millrace::PositionLost({topic, message.partition, message.offset, {}}, available);
}

int64_t LibrdkafkaFetcher::EndOffset(uint32_t partition) {
  const Assigned& assigned = assigned_[partition];
  int64_t begin = RD_KAFKA_OFFSET_INVALID;
  int64_t end = RD_KAFKA_OFFSET_INVALID;
  if (assigned.partition < 0) return -1;
  const rd_kafka_resp_err_t error = rd_kafka_get_watermark_offsets(handle_->get(), assigned.topic.c_str(),
                                                                   assigned.partition, &begin, &end);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR && end >= 0 ? end : -1;
}

void LibrdkafkaFetcher::CommitToGroup(std::span<const KafkaPosition> positions) {
  if (positions.empty()) return;
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(
      rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const KafkaPosition& position : positions) {
    rd_kafka_topic_partition_list_add(list.get(), position.topic.c_str(), position.partition)->offset =
        position.next_offset;
  }
  static_cast<void>(rd_kafka_commit(handle_->get(), list.get(), 1));
}

}  // namespace millrace
