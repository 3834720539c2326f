#include "tests/unit/kafka/kafka_broker.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "core/check.h"
#include "operators/connectors/kafka/kafka_cluster.h"
#include "operators/connectors/kafka/kafka_handle.h"
#include "operators/connectors/kafka/kafka_options.h"

namespace millrace {
namespace {

constexpr int kTimeoutMs = 30'000;

std::string Run(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  CHECK(pipe != nullptr);
  std::string output;
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) output += buffer.data();
  const int status = pclose(pipe);
  if (status != 0) {
    std::fprintf(stderr, "command failed with status %d: %s\n", status, command.c_str());
    std::abort();
  }
  return output;
}

const std::string kScript = std::string(MILLRACE_SOURCE_DIR) + "/scripts/kafka";

class BrokerEnvironment : public ::testing::Environment {
 public:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "millrace-kafka-XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    directory_ = name;
    const std::string output = Run(kScript + " start --dir " + directory_);
    bootstrap_ = output.substr(0, output.find('\n'));
  }
  void TearDown() override {
    Run(kScript + " stop --kill --dir " + directory_);
    std::filesystem::remove_all(directory_);
  }

  std::string directory_;
  std::string bootstrap_;
};

// Owned by GoogleTest.
BrokerEnvironment* const broker =
    static_cast<BrokerEnvironment*>(::testing::AddGlobalTestEnvironment(new BrokerEnvironment));

std::unique_ptr<KafkaHandle> MakeClient(rd_kafka_type_t type, std::map<std::string, std::string> properties) {
  KafkaClientConfig config;
  config.type = type;
  config.properties = std::move(properties);
  config.properties["bootstrap.servers"] = KafkaBroker::bootstrap();
  auto handle = KafkaHandle::Create(std::move(config), KafkaBroker::bootstrap());
  CHECK(handle.ok());
  return std::move(*handle);
}

KafkaOptions OptionsOfBroker() {
  KafkaOptions options;
  options.bootstrap_servers = KafkaBroker::bootstrap();
  return options;
}

}  // namespace

const std::string& KafkaBroker::bootstrap() {
  return broker->bootstrap_;
}

std::string KafkaBroker::NewTopic(int num_partitions) {
  static int number = 0;
  const std::string topic = "topic-" + std::to_string(++number);
  Run(kScript + " topic create " + topic + " --bootstrap " + bootstrap() + " --partitions " +
      std::to_string(num_partitions) + " >&2");
  return topic;
}

void KafkaBroker::DeleteTopic(const std::string& topic) {
  Run(kScript + " topic delete " + topic + " --bootstrap " + bootstrap() + " >&2");
}

void KafkaBroker::AddPartitions(const std::string& topic, int num_partitions) {
  const auto cluster = KafkaCluster::Connect(OptionsOfBroker(), "");
  CHECK(cluster.ok());
  CHECK((*cluster)->EnsureCompactedTopic(topic, num_partitions).ok());
}

void KafkaBroker::DeleteRecords(const std::string& topic, int partition, int64_t before_offset) {
  const auto client = MakeClient(RD_KAFKA_PRODUCER, {});
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = before_offset;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list.get());
  const KafkaOwned<rd_kafka_queue_t> queue(rd_kafka_queue_new(client->get()));
  rd_kafka_DeleteRecords(client->get(), &request, 1, nullptr, queue.get());
  rd_kafka_DeleteRecords_destroy(request);
  const KafkaOwned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), kTimeoutMs));
  CHECK(event != nullptr && rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

namespace {

void Write(rd_kafka_t* client, const std::string& topic, int partition,
           const std::vector<TestRecord>& records) {
  for (const TestRecord& record : records) {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers)
      rd_kafka_header_add(headers, name.c_str(), -1, value.data(), static_cast<ssize_t>(value.size()));
    const auto data = [](const auto& text) { return text ? const_cast<char*>(text->c_str()) : nullptr; };
    const auto size = [](const auto& text) { return text ? text->size() : 0; };
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        client, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(data(record.key), size(record.key)),
        RD_KAFKA_V_VALUE(data(record.value), size(record.value)), RD_KAFKA_V_TIMESTAMP(record.timestamp_ms),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    CHECK(error == RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  CHECK(rd_kafka_flush(client, kTimeoutMs) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

}  // namespace

void KafkaBroker::Produce(const std::string& topic, int partition, const std::vector<TestRecord>& records,
                          const std::string& compression) {
  const auto client =
      MakeClient(RD_KAFKA_PRODUCER,
                 {{"enable.idempotence", "true"}, {"linger.ms", "5"}, {"compression.codec", compression}});
  Write(client->get(), topic, partition, records);
}

void KafkaBroker::ProduceInTransaction(const std::string& topic, int partition,
                                       const std::vector<TestRecord>& records, bool is_committed) {
  const auto client = MakeClient(RD_KAFKA_PRODUCER, {{"transactional.id", "of-" + topic}});
  const auto check = [](rd_kafka_error_t* error) { CHECK(error == nullptr); };
  check(rd_kafka_init_transactions(client->get(), kTimeoutMs));
  check(rd_kafka_begin_transaction(client->get()));
  Write(client->get(), topic, partition, records);
  check(is_committed ? rd_kafka_commit_transaction(client->get(), kTimeoutMs)
                     : rd_kafka_abort_transaction(client->get(), kTimeoutMs));
}

std::vector<std::string> KafkaBroker::ReadAll(const std::string& topic, bool committed) {
  const auto client =
      MakeClient(RD_KAFKA_CONSUMER, {{"group.id", "test"},
                                     {"enable.partition.eof", "true"},
                                     {"fetch.wait.max.ms", "10"},
                                     {"isolation.level", committed ? "read_committed" : "read_uncommitted"}});
  const auto cluster = KafkaCluster::Connect(OptionsOfBroker(), "");
  CHECK(cluster.ok());
  const auto counts = (*cluster)->Partitions({topic});
  CHECK(counts.ok());
  const int num_partitions = counts->at(topic);
  rd_kafka_poll_set_consumer(client->get());
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(num_partitions));
  for (int i = 0; i < num_partitions; ++i) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  CHECK(rd_kafka_assign(client->get(), list.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);
  std::vector<std::vector<std::string>> found(static_cast<size_t>(num_partitions));
  for (int num_ended = 0, polls = 0; num_ended < num_partitions && polls < 100'000; ++polls) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client->get(), 1000);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ++num_ended;
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const std::string key(static_cast<const char*>(message->key), message->key_len);
      const std::string value(static_cast<const char*>(message->payload), message->len);
      found[static_cast<size_t>(message->partition)].push_back(
          key + "=" + (message->payload == nullptr ? "null" : value));
    }
    rd_kafka_message_destroy(message);
  }
  std::vector<std::string> all;
  for (const auto& partition : found) all.insert(all.end(), partition.begin(), partition.end());
  return all;
}

}  // namespace millrace
