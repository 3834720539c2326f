#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "core/status.h"
#include "operators/connectors/kafka/kafka_options.h"

namespace millrace {

class Env;

/// Asks the brokers, on the I/O pool, whether the partitions being read are there. Thread-safe; runs one
/// check at a time.
class PartitionCheck : public std::enable_shared_from_this<PartitionCheck> {
 public:
  /// Brokers that answer none of so many questions, each waited for up to 10 s, are unreachable.
  static constexpr int kAttemptsMax = 6;

  PartitionCheck(Env* env, KafkaOptions options) : env_(env), options_(std::move(options)) {}

  void Add(const std::string& topic, int32_t partition);
  /// Starts a check unless one is running. `on_failure` is called on the pool when there is a verdict to
  /// fetch.
  void Start(std::function<void()> on_failure);
  /// The verdict: kOutsideMissing or kOutsideUnreachable, ok while there is none.
  Status status() const;
  /// The brokers gave records: they can be reached.
  void Stop();

 private:
  Status Ask();

  Env* const env_;
  const KafkaOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, std::set<int32_t>> partitions_;  // guarded by mutex_, as all below
  bool is_running_ = false;
  bool is_stopped_ = false;
  Status status_;
};

}  // namespace millrace
