#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/status.h"
#include "operators/connectors/kafka/native/broker_connection.h"

namespace millrace {

/// Commits offsets to a group that nobody joins, one request at a time on the I/O pool: of offsets that
/// come meanwhile only the last are committed. Nobody waits, and a failure is no error: the next commit says
/// it anew. Thread-safe.
class GroupCommitter : public std::enable_shared_from_this<GroupCommitter> {
 public:
  GroupCommitter(std::string group, KafkaClientSettings settings, Env* env)
      : group_(std::move(group)), settings_(std::move(settings)), env_(env) {}

  void Commit(std::vector<CommittedOffset> offsets);

 private:
  void Run();
  Status CommitOnce(const std::vector<CommittedOffset>& offsets);
  Status ConnectToCoordinator();

  const std::string group_;
  const KafkaClientSettings settings_;
  Env* const env_;
  std::unique_ptr<BrokerConnection> connection_;  // to the coordinator; of the running commit
  std::mutex mutex_;
  std::optional<std::vector<CommittedOffset>> waiting_;  // guarded by mutex_, as all below
  bool is_running_ = false;
};

}  // namespace millrace
