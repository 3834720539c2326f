// Latency from topic to topic through a pipeline that copies column `due_us`: writes records at a fixed rate
// to one topic, reads another (read_committed) and prints the distribution of the time from when a record was
// due to be written to when the reader had it. A record that is written late counts from when it was due, so
// that a stall of the pipeline or of the writer is in the figures of all records it held up (no coordinated
// omission).
//
//   kafka_latency BOOTSTRAP IN_TOPIC OUT_TOPIC RATE_PER_S WARM_UP_S SECONDS TICK_US
//
// Prints one JSON object. The times are CLOCK_REALTIME of one machine.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int64_t kDrainMicros = 10'000'000;  // how long the last records may take
constexpr int kPollMs = 100;

int64_t NowMicros() {
  timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

void SleepUntil(int64_t micros) {
  const timespec due{micros / 1'000'000, micros % 1'000'000 * 1000};
  while (clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &due, nullptr) != 0) {
  }
}

[[noreturn]] void Fail(const std::string& what) {
  fmt::print(stderr, "kafka_latency: {}\n", what);
  std::exit(1);
}

rd_kafka_t* MakeClient(rd_kafka_type_t type, const std::map<std::string, std::string>& properties) {
  char text[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [key, value] : properties) {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), text, sizeof(text)) != RD_KAFKA_CONF_OK)
      Fail(text);
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, text, sizeof(text));
  if (client == nullptr) Fail(text);
  return client;
}

struct Plan {
  std::string bootstrap;
  std::string in_topic;
  std::string out_topic;
  int64_t rate_per_s;
  int64_t warm_up_records;
  int64_t num_records;  // warm-up included
  int64_t tick_micros;
  int64_t begin_micros = 0;

  int64_t DueMicros(int64_t record) const { return begin_micros + record * 1'000'000 / rate_per_s; }
};

/// Writes every record that is due, once a tick.
void Write(const Plan& plan) {
  rd_kafka_t* client = MakeClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", plan.bootstrap},
                                                      {"linger.ms", "0"},
                                                      {"acks", "1"},
                                                      {"queue.buffering.max.messages", "1000000"},
                                                      {"delivery.report.only.error", "true"}});
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, plan.in_topic.c_str(), nullptr);
  char value[256];
  int64_t record = 0;
  for (int64_t tick = plan.begin_micros; record < plan.num_records; tick += plan.tick_micros) {
    SleepUntil(tick);
    for (const int64_t now = NowMicros(); record < plan.num_records && plan.DueMicros(record) <= now;
         ++record) {
      const int length = std::snprintf(
          value, sizeof(value),
          "{\"due_us\": %lld, \"seq\": %lld, \"channel\": \"channel-%lld\", \"price\": %lld, "
          "\"note\": \"a text of the length that is usual in an event\"}",
          static_cast<long long>(plan.DueMicros(record)), static_cast<long long>(record),
          static_cast<long long>(record % 977), static_cast<long long>(record * 7919 % 100'000));
      while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value,
                              static_cast<size_t>(length), nullptr, 0, nullptr) != 0) {
        if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
          Fail(rd_kafka_err2str(rd_kafka_last_error()));
        rd_kafka_poll(client, 1);
      }
    }
    rd_kafka_poll(client, 0);
  }
  if (rd_kafka_flush(client, 30'000) != RD_KAFKA_RESP_ERR_NO_ERROR) Fail("records cannot be delivered");
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
}

int64_t NumberAfter(const rd_kafka_message_t& message, const char* name) {
  const std::string_view text(static_cast<const char*>(message.payload), message.len);
  const size_t found = text.find(name);
  if (found == std::string_view::npos) Fail("a record has not the field " + std::string(name));
  return std::strtoll(text.data() + found + std::strlen(name), nullptr, 10);
}

/// The latencies of all records behind the warm-up, unsorted.
std::vector<int64_t> Read(const Plan& plan, rd_kafka_t* client) {
  std::vector<int64_t> latencies;
  latencies.reserve(static_cast<size_t>(plan.num_records));
  std::vector<bool> is_seen(static_cast<size_t>(plan.num_records));
  int64_t num_seen = 0;
  const int64_t deadline = plan.DueMicros(plan.num_records) + kDrainMicros;
  while (num_seen < plan.num_records && NowMicros() < deadline) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client, kPollMs);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const int64_t now = NowMicros();
      const int64_t record = NumberAfter(*message, "\"seq\":");
      if (record < 0 || record >= plan.num_records)
        Fail("a record is not of this run: the topics must be new");
      if (is_seen[static_cast<size_t>(record)]) Fail("a record came twice");
      is_seen[static_cast<size_t>(record)] = true;
      ++num_seen;
      if (record >= plan.warm_up_records) latencies.push_back(now - NumberAfter(*message, "\"due_us\":"));
    }
    rd_kafka_message_destroy(message);
  }
  if (num_seen < plan.num_records)
    Fail(fmt::format("{} of {} records did not come", plan.num_records - num_seen, plan.num_records));
  return latencies;
}

int NumPartitions(rd_kafka_t* client, const std::string& topic_name) {
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, topic_name.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client, 0, topic, &metadata, 10'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
    Fail("no metadata");
  const int count = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(topic);
  return count;
}

rd_kafka_t* OpenReader(const Plan& plan) {
  rd_kafka_t* client = MakeClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", plan.bootstrap},
                                                      {"group.id", "kafka-latency"},
                                                      {"isolation.level", "read_committed"},
                                                      {"enable.auto.commit", "false"},
                                                      {"auto.offset.reset", "earliest"}});
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(4);
  const int count = NumPartitions(client, plan.out_topic);
  for (int partition = 0; partition < count; ++partition)
    rd_kafka_topic_partition_list_add(list, plan.out_topic.c_str(), partition)->offset = 0;
  if (rd_kafka_assign(client, list) != RD_KAFKA_RESP_ERR_NO_ERROR) Fail("partitions cannot be read");
  rd_kafka_topic_partition_list_destroy(list);
  return client;
}

void Print(std::vector<int64_t> latencies) {
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double share) {
    const auto index = static_cast<size_t>(share * static_cast<double>(latencies.size() - 1));
    return static_cast<double>(latencies[index]) / 1000;
  };
  fmt::print(
      "{{\"records\": {}, \"p50_ms\": {:.2f}, \"p90_ms\": {:.2f}, \"p99_ms\": {:.2f}, \"p99.9_ms\": {:.2f}, "
      "\"max_ms\": {:.2f}}}\n",
      latencies.size(), at(0.5), at(0.9), at(0.99), at(0.999), at(1));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) Fail("needs BOOTSTRAP IN_TOPIC OUT_TOPIC RATE_PER_S WARM_UP_S SECONDS TICK_US");
  Plan plan{
      .bootstrap = argv[1], .in_topic = argv[2], .out_topic = argv[3], .rate_per_s = std::atoll(argv[4])};
  plan.warm_up_records = plan.rate_per_s * std::atoll(argv[5]);
  plan.num_records = plan.warm_up_records + plan.rate_per_s * std::atoll(argv[6]);
  plan.tick_micros = std::atoll(argv[7]);
  if (plan.rate_per_s <= 0 || plan.num_records <= plan.warm_up_records || plan.tick_micros <= 0)
    Fail("rate, seconds and tick are positive numbers");
  rd_kafka_t* reader = OpenReader(plan);
  plan.begin_micros = NowMicros() + 500'000;
  std::thread writer([&plan] { Write(plan); });
  std::vector<int64_t> latencies = Read(plan, reader);
  writer.join();
  Print(std::move(latencies));
  rd_kafka_consumer_close(reader);
  rd_kafka_destroy(reader);
  return 0;
}
