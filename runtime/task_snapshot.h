#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "operators/api/operator.h"
#include "proto/checkpoint.pb.h"

namespace millrace {

/// The snapshot of one operator subtask on its way: filled at the barrier, completed by blocking work on the
/// I/O pool.
class PendingOperatorSnapshot final : public OperatorSnapshot {
 public:
  PendingOperatorSnapshot(Epoch epoch, std::string uid, uint32_t subtask)
      : epoch_(epoch), uid_(std::move(uid)) {
    content_.set_subtask(subtask);
  }

  Epoch epoch() const override { return epoch_; }
  proto::SubtaskSnapshot& content() override { return content_; }
  void AddBlocking(std::function<Status(proto::SubtaskSnapshot&)> work) override {
    work_.push_back(std::move(work));
  }

  const std::string& uid() const { return uid_; }
  void set_frozen(std::unique_ptr<FrozenState> frozen) { frozen_ = std::move(frozen); }
  /// Runs the blocking work, then writes the keyed state. On the I/O pool, once. The keyed state is written
  /// even when the work failed, so that what was frozen is never lost to the next epoch.
  Status Complete() {
    Status result;
    for (auto& work : work_) {
      if (result.ok()) result = work(content_);
    }
    if (frozen_ != nullptr) {
      Status written = frozen_->Write(&content_);
      if (result.ok()) result = written;
    }
    return result;
  }

 private:
  const Epoch epoch_;
  const std::string uid_;
  proto::SubtaskSnapshot content_;
  std::vector<std::function<Status(proto::SubtaskSnapshot&)>> work_;
  std::unique_ptr<FrozenState> frozen_;
};

}  // namespace millrace
