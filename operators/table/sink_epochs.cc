#include "operators/table/sink_epochs.h"

#include <utility>

namespace millrace {

void SinkEpochs::Restore(const std::vector<proto::Committable>& committables,
                         const std::vector<proto::StoredFile>& files) {
  if (committables.empty()) return;
  std::lock_guard lock(mutex_);
  for (const proto::Committable& committable : committables) {
    pending_[committable.epoch()].committables.push_back(committable);
  }
  pending_[committables.front().epoch()].files = files;
}

void SinkEpochs::Add(Epoch epoch, Work work) {
  std::lock_guard lock(mutex_);
  pending_[epoch.value].work = std::move(work);
}

Status SinkEpochs::Stage(Epoch epoch, proto::SubtaskSnapshot* out) {
  std::lock_guard staging(staging_mutex_);
  while (true) {
    uint64_t number = 0;
    Work work;
    {
      std::lock_guard lock(mutex_);
      RETURN_IF_ERROR(error_);
      for (auto& [pending_number, pending] : pending_) {
        if (pending_number > epoch.value || work) break;
        number = pending_number;
        work = std::exchange(pending.work, nullptr);
      }
    }
    if (!work) break;
    Result<SinkWriter::Staged> staged = work();
    std::lock_guard lock(mutex_);
    if (!staged.ok()) {
      error_ = staged.status();
      return error_;
    }
    Pending& pending = pending_[number];
    for (std::string& content : staged->committables) {
      proto::Committable& committable = pending.committables.emplace_back();
      committable.set_sink_uid(sink_uid_);
      committable.set_lane(lane_);
      committable.set_epoch(number);
      committable.set_content(std::move(content));
    }
    pending.files = std::move(staged->files);
  }
  std::lock_guard lock(mutex_);
  for (const auto& [number, pending] : pending_) {
    if (number > epoch.value) break;
    for (const proto::Committable& committable : pending.committables) *out->add_committables() = committable;
    for (const proto::StoredFile& file : pending.files) *out->add_staged_files() = file;
  }
  return Status::Ok();
}

std::vector<proto::Committable> SinkEpochs::Staged(Epoch epoch) const {
  std::lock_guard lock(mutex_);
  std::vector<proto::Committable> staged;
  for (const auto& [number, pending] : pending_) {
    if (number > epoch.value) break;
    staged.insert(staged.end(), pending.committables.begin(), pending.committables.end());
  }
  return staged;
}

void SinkEpochs::Remove(Epoch epoch) {
  std::lock_guard lock(mutex_);
  pending_.erase(pending_.begin(), pending_.upper_bound(epoch.value));
}

Status SinkEpochs::error() const {
  std::lock_guard lock(mutex_);
  return error_;
}

}  // namespace millrace
