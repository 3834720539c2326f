#include "operators/connectors/kafka/record_producer.h"

#include <chrono>
#include <thread>
#include <utility>

#include "operators/api/error_codes.h"

namespace millrace {
namespace {

constexpr int kDestroyWaitMs = 5000;
constexpr int kPollMs = 10;

}  // namespace

Result<std::unique_ptr<RecordProducer>> RecordProducer::Create(const KafkaOptions& options,
                                                               const std::string& transactional_id,
                                                               uint32_t lane) {
  std::unique_ptr<RecordProducer> producer(new RecordProducer(options));
  producer->shared_->brokers = options.bootstrap_servers;
  producer->shared_->lane = lane;
  KafkaClientConfig config;
  config.type = RD_KAFKA_PRODUCER;
  config.properties = BaseProperties(options, true);
  auto& properties = config.properties;
  properties.emplace("linger.ms", "1");  // batches fill within it under load
  properties.emplace("batch.size", "200000");
  properties.emplace("queue.buffering.max.messages", "500000");
  properties.emplace("queue.buffering.max.kbytes", "65536");
  if (options.partitioner == KafkaPartitioner::kDefault) {
    properties["partitioner"] = "murmur2_random";  // as the Java client does
  } else {
    properties["sticky.partitioning.linger.ms"] =
        "0";  // else records without key never come to the partitioner
  }
  properties["enable.idempotence"] = "true";
  properties["delivery.report.only.error"] = "true";
  if (!transactional_id.empty()) {
    properties["transactional.id"] = transactional_id;
    properties["transaction.timeout.ms"] = std::to_string(options.transaction_timeout_ms);
    // A record must not outlive its transaction.
    properties.erase("delivery.timeout.ms");
  }
  config.opaque = producer->shared_;
  config.on_delivery = [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    auto* shared = static_cast<Shared*>(opaque);
    std::lock_guard lock(shared->mutex);
    if (!shared->error.ok()) return;
    const std::string topic = message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt);
    shared->error =
        KafkaError(message->err, "record was not delivered to topic '" + topic + "'", shared->brokers);
  };
  ASSIGN_OR_RETURN(producer->handle_, KafkaHandle::Create(std::move(config), options.bootstrap_servers));
  return producer;
}

rd_kafka_topic_t* RecordProducer::TopicOf(std::string_view name) {
  if (name.empty()) name = options_.topics.front();
  std::lock_guard lock(mutex_);
  const auto found = topics_.find(name);
  if (found != topics_.end()) return found->second.get();
  rd_kafka_topic_conf_t* conf = nullptr;
  using Partitioner = int32_t (*)(const rd_kafka_topic_t*, const void*, size_t, int32_t, void*, void*);
  Partitioner partitioner = nullptr;
  if (options_.partitioner == KafkaPartitioner::kFixed) {
    partitioner = [](const rd_kafka_topic_t*, const void*, size_t, int32_t count, void* shared, void*) {
      return static_cast<int32_t>(static_cast<Shared*>(shared)->lane % static_cast<uint32_t>(count));
    };
  } else if (options_.partitioner == KafkaPartitioner::kRoundRobin) {
    partitioner = [](const rd_kafka_topic_t*, const void*, size_t, int32_t count, void* shared, void*) {
      return static_cast<int32_t>(static_cast<Shared*>(shared)->next_partition.fetch_add(1) %
                                  static_cast<uint32_t>(count));
    };
  }
  if (partitioner != nullptr) {
    conf = rd_kafka_default_topic_conf_dup(client());
    rd_kafka_topic_conf_set_opaque(conf, shared_.get());
    rd_kafka_topic_conf_set_partitioner_cb(conf, partitioner);
  }
  KafkaOwned<rd_kafka_topic_t> topic(rd_kafka_topic_new(client(), std::string(name).c_str(), conf));
  return topics_.emplace(std::string(name), std::move(topic)).first->second.get();
}

Status RecordProducer::Send(rd_kafka_topic_t* topic, const KafkaRecord& record, bool* sent) {
  // The client tells a NULL from an empty text by the pointer.
  static char empty = 0;
  const auto bytes = [](const std::optional<std::string_view>& text) {
    return !text ? nullptr : text->empty() ? &empty : const_cast<char*>(text->data());
  };
  const auto size = [](const std::optional<std::string_view>& text) { return text ? text->size() : 0; };
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (record.headers.empty() && record.timestamp_ms < 0) {
    if (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, bytes(record.value),
                         size(record.value), bytes(record.key), size(record.key), nullptr) != 0) {
      error = rd_kafka_last_error();
    }
  } else {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), bytes(value),
                          static_cast<ssize_t>(size(value)));
    }
    error = rd_kafka_producev(client(), RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(RD_KAFKA_PARTITION_UA),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_VALUE(bytes(record.value), size(record.value)),
                              RD_KAFKA_V_KEY(bytes(record.key), size(record.key)),
                              RD_KAFKA_V_TIMESTAMP(record.timestamp_ms < 0 ? 0 : record.timestamp_ms),
                              RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_headers_destroy(headers);
  }
  *sent = error == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (*sent || error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Status::Ok();
  if (Status known = this->error(); !known.ok()) return known;
  return KafkaError(
      error,
      "record of " + std::to_string(size(record.key) + size(record.value)) + " bytes cannot be written",
      brokers());
}

Result<bool> RecordProducer::TryProduce(const KafkaRecord& record) {
  rd_kafka_topic_t* topic = TopicOf(record.topic);
  if (topic == nullptr) {
    return KafkaError(rd_kafka_last_error(), "topic cannot be written: '" + std::string(record.topic) + "'",
                      brokers());
  }
  bool sent = false;
  RETURN_IF_ERROR(Send(topic, record, &sent));
  if (!sent) rd_kafka_poll(client(), 0);
  return sent;
}

Status RecordProducer::Produce(const KafkaRecord& record, int timeout_ms) {
  for (int waited_ms = 0; waited_ms <= timeout_ms; waited_ms += kPollMs) {
    ASSIGN_OR_RETURN(const bool sent, TryProduce(record));
    if (sent) return Status::Ok();
    rd_kafka_poll(client(), kPollMs);
    RETURN_IF_ERROR(error());
  }
  return KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, "records cannot be delivered", brokers());
}

Status RecordProducer::Flush(int timeout_ms) {
  const rd_kafka_resp_err_t flushed = rd_kafka_flush(client(), timeout_ms);
  RETURN_IF_ERROR(error());
  if (flushed == RD_KAFKA_RESP_ERR_NO_ERROR) return Status::Ok();
  return KafkaError(flushed, "records cannot be delivered", brokers());
}

Status RecordProducer::LearnTopics(int timeout_ms) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  for (const std::string& name : options_.topics) {
    rd_kafka_topic_t* topic = TopicOf(name);
    while (true) {
      const rd_kafka_metadata_t* answer = nullptr;
      rd_kafka_resp_err_t error = rd_kafka_metadata(client(), 0, topic, &answer, timeout_ms);
      const KafkaOwned<const rd_kafka_metadata_t> metadata(answer);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1) {
        error = metadata->topics[0].err;
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topics[0].partition_cnt > 0) break;
      }
      // A new topic has no leader for a moment.
      if (Clock::now() >= deadline)
        return KafkaError(error, "topic cannot be looked at: '" + name + "'", brokers());
      rd_kafka_poll(client(), kPollMs);
    }
  }
  return Status::Ok();
}

Status RecordProducer::error() const {
  {
    std::lock_guard lock(shared_->mutex);
    if (!shared_->error.ok()) return shared_->error;
  }
  char text[512];
  const rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(client(), text, sizeof(text));
  if (fatal == RD_KAFKA_RESP_ERR_NO_ERROR) return Status::Ok();
  return KafkaError(fatal, "the producer broke down", brokers(), text);
}

void RecordProducer::Discard(std::unique_ptr<RecordProducer> producer, int flush_ms) {
  if (producer == nullptr) return;
  rd_kafka_flush(producer->client(), flush_ms);
  producer->topics_.clear();
  KafkaHandle::DestroyAndWait(std::move(producer->handle_), kDestroyWaitMs);
}

void RecordProducer::DiscardLater(std::unique_ptr<RecordProducer> producer, int flush_ms) {
  if (producer == nullptr) return;
  std::thread([producer = std::move(producer), flush_ms]() mutable {
    Discard(std::move(producer), flush_ms);
  }).detach();
}

}  // namespace millrace
