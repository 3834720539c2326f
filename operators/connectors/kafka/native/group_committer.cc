#include "operators/connectors/kafka/native/group_committer.h"

#include <utility>

#include "core/env/env.h"
#include "operators/api/error_codes.h"

namespace millrace {
namespace {

constexpr int kAttempts = 2;  // the coordinator may have moved, or closed an idle connection

Status Failed(const char* what, int16_t error) {
  return Status(kOutsideUnreachable, std::string(what) + ", error " + std::to_string(error));
}

}  // namespace

void GroupCommitter::Commit(std::vector<CommittedOffset> offsets) {
  std::lock_guard lock(mutex_);
  waiting_ = std::move(offsets);
  if (std::exchange(is_running_, true)) return;
  env_->io().Submit([self = shared_from_this()] { self->Run(); });
}

void GroupCommitter::Run() {
  while (true) {
    std::vector<CommittedOffset> offsets;
    {
      std::lock_guard lock(mutex_);
      if (!waiting_) {
        is_running_ = false;
        return;
      }
      offsets = std::move(*waiting_);
      waiting_.reset();
    }
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      if (CommitOnce(offsets).ok()) break;
      connection_.reset();
    }
  }
}

Status GroupCommitter::CommitOnce(const std::vector<CommittedOffset>& offsets) {
  if (connection_ == nullptr) RETURN_IF_ERROR(ConnectToCoordinator());
  ASSIGN_OR_RETURN(const int16_t version, connection_->VersionOf(KafkaApi::kOffsetCommit));
  ASSIGN_OR_RETURN(const auto response, connection_->Ask(KafkaApi::kOffsetCommit, version,
                                                         EncodeOffsetCommit(version, group_, offsets)));
  ASSIGN_OR_RETURN(const int16_t error, ParseOffsetCommit(response.body, version));
  return error == 0 ? Status::Ok() : Failed("offsets are not committed", error);
}

Status GroupCommitter::ConnectToCoordinator() {
  Status failure(kOutsideUnreachable, "there is no broker to ask");
  for (const BrokerAddress& broker : settings_.bootstrap) {
    Result<std::unique_ptr<BrokerConnection>> any = BrokerConnection::Open(broker, settings_, env_);
    if (!any.ok()) {
      failure = any.status();
      continue;
    }
    ASSIGN_OR_RETURN(const int16_t version, (*any)->VersionOf(KafkaApi::kFindCoordinator));
    ASSIGN_OR_RETURN(const auto response,
                     (*any)->Ask(KafkaApi::kFindCoordinator, version, EncodeFindCoordinator(group_)));
    int16_t error = 0;
    ASSIGN_OR_RETURN(const BrokerAddress coordinator, ParseFindCoordinator(response.body, &error));
    if (error != 0) return Failed("group has no coordinator", error);
    ASSIGN_OR_RETURN(connection_, BrokerConnection::Open(coordinator, settings_, env_));
    return Status::Ok();
  }
  return failure;
}

}  // namespace millrace
