#include "operators/connectors/kafka/partition_check.h"

#include <chrono>

#include "core/env/env.h"
#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/kafka_cluster.h"

namespace millrace {

void PartitionCheck::Add(const std::string& topic, int32_t partition) {
  std::lock_guard lock(mutex_);
  partitions_[topic].insert(partition);
}

void PartitionCheck::Start(std::function<void()> on_failure) {
  {
    std::lock_guard lock(mutex_);
    if (is_running_ || is_stopped_ || !status_.ok()) return;
    is_running_ = true;
  }
  env_->io().Submit([self = shared_from_this(), on_failure = std::move(on_failure)] {
    Status status = self->Ask();
    const bool failed = !status.ok();
    {
      std::lock_guard lock(self->mutex_);
      self->is_running_ = false;
      self->status_ = std::move(status);
    }
    if (failed) on_failure();
  });
}

Status PartitionCheck::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

void PartitionCheck::Stop() {
  std::lock_guard lock(mutex_);
  is_stopped_ = true;
}

Status PartitionCheck::Ask() {
  std::map<std::string, std::set<int32_t>> partitions;
  {
    std::lock_guard lock(mutex_);
    partitions = partitions_;
  }
  std::vector<std::string> topics;
  for (const auto& [topic, numbers] : partitions) topics.push_back(topic);
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(const std::unique_ptr<KafkaCluster> cluster, KafkaCluster::Connect(options_, ""));
    const auto counts = cluster->Partitions(topics);
    if (!counts.ok()) {
      std::lock_guard lock(mutex_);
      if (is_stopped_) return Status::Ok();
      if (!(counts.status().code() == kOutsideUnreachable) || attempt == kAttemptsMax) return counts.status();
      continue;
    }
    for (const auto& [topic, numbers] : partitions) {
      const int32_t last = *numbers.rbegin();
      if (last < counts->at(topic)) continue;
      return Status(kOutsideMissing, "partition does not exist: topic '" + topic + "' partition " +
                                         std::to_string(last) + ", brokers '" + options_.bootstrap_servers +
                                         "'")
          .WithSuggestion(
              "the topic was made anew with fewer partitions: start the job without its checkpoint");
    }
    return Status::Ok();
  }
}

}  // namespace millrace
