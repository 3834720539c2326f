#include "tests/unit/operators/operator_subtask.h"

#include "state/keyed_state.h"

namespace millrace {
namespace {

class PendingSnapshot final : public OperatorSnapshot {
 public:
  explicit PendingSnapshot(Epoch epoch) : epoch_(epoch) {}
  Epoch epoch() const override { return epoch_; }
  proto::SubtaskSnapshot& content() override { return content_; }
  void AddBlocking(std::function<Status(proto::SubtaskSnapshot&)> work) override {
    work_.push_back(std::move(work));
  }
  Status RunBlocking() {
    for (const auto& work : work_) RETURN_IF_ERROR(work(content_));
    return Status::Ok();
  }

 private:
  const Epoch epoch_;
  proto::SubtaskSnapshot content_;
  std::vector<std::function<Status(proto::SubtaskSnapshot&)>> work_;
};

}  // namespace

Status OperatorSubtask::Open() {
  if (host_.keyed) RETURN_IF_ERROR(OpenState());
  ASSIGN_OR_RETURN(op_, host_.factory.create(host_.config));
  return op_->Open(*this);
}

Status OperatorSubtask::OpenState() {
  KeyedStateOptions options;
  options.operator_uid = uid_;
  options.subtask = index_;
  options.max_parallelism = max_parallelism();
  options.key_groups = KeyGroupRangeOf(max_parallelism(), parallelism(), index_);
  options.local_directory =
      host_.directory + "/" + std::to_string(host_.attempt) + "-" + std::to_string(index_);
  options.store_prefix = "shared/op";
  options.unique_suffix = "g1a" + std::to_string(host_.attempt) + "s" + std::to_string(index_);
  std::vector<const proto::SubtaskSnapshot*> snapshots;
  if (host_.restore) {
    for (const auto& snapshot : host_.restore->subtasks()) snapshots.push_back(&snapshot);
  }
  ASSIGN_OR_RETURN(state_,
                   KeyedState::Open(std::move(options), snapshots, host_.store, host_.memory, host_.env));
  return Status::Ok();
}

Status OperatorSubtask::Process(uint32_t input, const Batch& batch, Output& output) {
  RETURN_IF_ERROR(op_->Process(input, batch, output));
  return state_ ? state_->Relieve() : Status::Ok();
}

Status OperatorSubtask::FireTimers(Output& output) {
  while (!timers_.empty() && *timers_.begin() <= host_.now_micros) {
    const int64_t micros = *timers_.begin();
    timers_.erase(timers_.begin());
    RETURN_IF_ERROR(op_->OnProcessingTime(micros, output));
  }
  return Status::Ok();
}

Status OperatorSubtask::RunBlocking() {
  std::vector<std::pair<std::function<Status()>, std::function<Status(Status)>>> work;
  work.swap(blocking_);
  for (auto& [run, done] : work) RETURN_IF_ERROR(done(run()));
  return Status::Ok();
}

Status OperatorSubtask::Checkpoint(Epoch epoch, proto::SubtaskSnapshot* out) {
  PendingSnapshot snapshot(epoch);
  RETURN_IF_ERROR(op_->Snapshot(snapshot));
  RETURN_IF_ERROR(snapshot.RunBlocking());
  *out = snapshot.content();
  out->set_subtask(index_);
  return state_ ? state_->Freeze(epoch)->Write(out) : Status::Ok();
}

std::string OperatorSubtask::JobOption(const std::string& name) const {
  const auto found = host_.job_options.find(name);
  return found == host_.job_options.end() ? "" : found->second;
}

}  // namespace millrace
