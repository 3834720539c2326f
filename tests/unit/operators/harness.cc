#include "tests/unit/operators/harness.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "core/row/key_hash.h"
#include "core/temporal/civil.h"
#include "core/types/proto_conversion.h"
#include "state/keyed_state.h"
#include "tests/unit/operators/memory_store.h"

namespace millrace {
namespace {

constexpr uint32_t kMaxParallelism = 128;

std::string NewDirectory() {
  static std::atomic<int> counter{0};
  return testing::TempDir() + "harness-" + std::to_string(getpid()) + "-" + std::to_string(counter++);
}

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

class Harness::Collector final : public Output, public OperatorMetrics {
 public:
  explicit Collector(Harness& harness) : harness_(harness) {}
  Status Emit(Batch batch) override {
    for (std::string& row : FormatRows(batch)) harness_.events_.push_back(std::move(row));
    harness_.batches_.push_back(std::move(batch));
    return Status::Ok();
  }
  Status EmitWatermark(Watermark watermark) override {
    harness_.events_.push_back("watermark " + std::to_string(watermark.micros));
    return Status::Ok();
  }
  Status EmitIdle(Idle idle) override {
    harness_.events_.push_back(idle.idle ? "idle" : "active");
    return Status::Ok();
  }
  void AddLateRecords(uint64_t count) override { harness_.late_records_ += count; }
  void AddBadRecords(uint64_t) override {}
  void AddBytesIn(uint64_t) override {}
  void AddBytesOut(uint64_t) override {}
  void SetSourceLag(int64_t, int64_t) override {}

 private:
  Harness& harness_;
};

class Harness::Subtask final : public OperatorContext {
 public:
  Subtask(Harness& harness, uint32_t index) : harness_(harness), index_(index) {}

  Status Open() {
    if (harness_.options_.keyed) {
      KeyedStateOptions options;
      options.operator_uid = "op";
      options.subtask = index_;
      options.max_parallelism = kMaxParallelism;
      options.key_groups = KeyGroupRangeOf(kMaxParallelism, parallelism(), index_);
      options.local_directory =
          harness_.directory_ + "/" + std::to_string(harness_.attempt_) + "-" + std::to_string(index_);
      options.store_prefix = "shared/op";
      options.unique_suffix = "g1a" + std::to_string(harness_.attempt_) + "s" + std::to_string(index_);
      std::vector<const proto::SubtaskSnapshot*> snapshots;
      if (harness_.restore_) {
        for (const auto& snapshot : harness_.restore_->subtasks()) snapshots.push_back(&snapshot);
      }
      ASSIGN_OR_RETURN(state_, KeyedState::Open(std::move(options), snapshots, harness_.store_,
                                                *harness_.memory_, harness_.env()));
    }
    ASSIGN_OR_RETURN(op_, harness_.factory_.create(harness_.config_));
    return op_->Open(*this);
  }
  ~Subtask() override { op_.reset(); }

  Operator& op() { return *op_; }
  Status Process(uint32_t input, const Batch& batch) {
    RETURN_IF_ERROR(op_->Process(input, batch, *harness_.collector_));
    return state_ ? state_->Relieve() : Status::Ok();
  }
  Status FireTimers() {
    while (!timers_.empty() && *timers_.begin() <= harness_.now_micros_) {
      const int64_t micros = *timers_.begin();
      timers_.erase(timers_.begin());
      RETURN_IF_ERROR(op_->OnProcessingTime(micros, *harness_.collector_));
    }
    return Status::Ok();
  }
  Status RunBlocking() {
    std::vector<std::pair<std::function<Status()>, std::function<Status(Status)>>> work;
    work.swap(blocking_);
    for (auto& [run, done] : work) RETURN_IF_ERROR(done(run()));
    return Status::Ok();
  }
  size_t num_blocking() const { return blocking_.size(); }
  Status Checkpoint(Epoch epoch, proto::SubtaskSnapshot* out) {
    PendingSnapshot snapshot(epoch);
    RETURN_IF_ERROR(op_->Snapshot(snapshot));
    RETURN_IF_ERROR(snapshot.RunBlocking());
    *out = snapshot.content();
    out->set_subtask(index_);
    if (state_ == nullptr) return Status::Ok();
    return state_->Freeze(epoch)->Write(out);
  }

  const JobId& job_id() const override { return job_id_; }
  const std::string& operator_uid() const override { return uid_; }
  uint32_t subtask() const override { return index_; }
  uint32_t parallelism() const override { return harness_.options_.parallelism; }
  uint32_t max_parallelism() const override { return kMaxParallelism; }
  std::string JobOption(const std::string& name) const override {
    const auto found = harness_.options_.job_options.find(name);
    return found == harness_.options_.job_options.end() ? "" : found->second;
  }
  const SessionSettings& session() const override { return session_; }
  const SchemaPtr& input_schema(uint32_t input) const override { return harness_.inputs_[input]; }
  const SchemaPtr& output_schema() const override { return harness_.output_schema_; }
  KeyedState& keyed_state() override { return *state_; }
  const proto::OperatorRestore* restore() const override { return harness_.restore_.get(); }
  int64_t ProcessingTimeMicros() const override { return harness_.now_micros_; }
  void RegisterProcessingTimer(int64_t micros) override { timers_.insert(micros); }
  void RunBlocking(std::function<Status()> work, std::function<Status(Status)> done) override {
    blocking_.emplace_back(std::move(work), std::move(done));
  }
  std::function<void()> Wakeup() override {
    return [] {};
  }
  OperatorMetrics& metrics() override { return *harness_.collector_; }
  ResultSink* result_sink() override { return nullptr; }
  std::shared_ptr<ObjectStore> staging_store() override { return harness_.store_; }
  std::string staging_prefix() const override { return "staging/op"; }
  Env& env() override { return harness_.env(); }

 private:
  Harness& harness_;
  const uint32_t index_;
  const JobId job_id_{"00000000000000000000000000000001"};
  const std::string uid_ = "op";
  const SessionSettings session_;
  std::unique_ptr<KeyedState> state_;
  std::unique_ptr<Operator> op_;
  std::multiset<int64_t> timers_;
  std::vector<std::pair<std::function<Status()>, std::function<Status(Status)>>> blocking_;
};

Harness::Harness(const OperatorFactory& factory, HarnessOptions options)
    : factory_(factory), options_(std::move(options)), env_(CreateSystemEnv(1)), directory_(NewDirectory()) {
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(options_.config, &config_));
  config_.set_uid("op");
  for (const std::string& input : options_.inputs) inputs_.push_back(ParseSchema(input));
  output_schema_ = ParseSchema(options_.output);
  ToProto(*output_schema_, config_.mutable_output());
  store_ = std::make_shared<MemoryStore>(*env_);
  memory_ = std::make_unique<MemoryBudget>(options_.memory_bytes);
  collector_ = std::make_unique<Collector>(*this);
}

Harness::~Harness() {
  subtasks_.clear();
  (void)env_->files().RemoveRecursively(directory_);
}

Status Harness::Open() {
  if (!subtasks_.empty()) return Status::Ok();
  for (uint32_t i = 0; i < options_.parallelism; ++i) {
    subtasks_.push_back(std::make_unique<Subtask>(*this, i));
    RETURN_IF_ERROR(subtasks_.back()->Open());
  }
  return Status::Ok();
}

Status Harness::Push(const std::vector<std::string>& rows, uint32_t input) {
  return PushBatch(ParseRows(inputs_[input], rows), input);
}

Status Harness::PushBatch(const Batch& batch, uint32_t input) {
  RETURN_IF_ERROR(Open());
  if (options_.keys.size() <= input || options_.parallelism == 1) return subtasks_[0]->Process(input, batch);
  std::vector<uint64_t> hashes;
  HashRows(batch, options_.keys[input], &hashes);
  std::vector<Selection> rows(options_.parallelism);
  batch.ForEachRow([&](uint32_t row) {
    rows[SubtaskOfKeyGroup(kMaxParallelism, options_.parallelism,
                           KeyGroupOfHash(hashes[row], kMaxParallelism))]
        .push_back(row);
  });
  for (uint32_t i = 0; i < options_.parallelism; ++i) {
    if (rows[i].empty()) continue;
    Batch routed = batch;
    routed.selection = std::make_shared<const Selection>(std::move(rows[i]));
    RETURN_IF_ERROR(subtasks_[i]->Process(input, routed));
  }
  return Status::Ok();
}

Status Harness::AdvanceWatermark(const std::string& timestamp) {
  return AdvanceWatermark(Watermark{ParseTimestamp(timestamp)->Micros()});
}

Status Harness::AdvanceWatermark(Watermark watermark) {
  RETURN_IF_ERROR(Open());
  for (auto& subtask : subtasks_) RETURN_IF_ERROR(subtask->op().OnWatermark(watermark, *collector_));
  return Status::Ok();
}

Status Harness::Finish() {
  RETURN_IF_ERROR(Open());
  for (auto& subtask : subtasks_) RETURN_IF_ERROR(subtask->op().Finish(*collector_));
  return Status::Ok();
}

Status Harness::SetTime(int64_t micros) {
  RETURN_IF_ERROR(Open());
  now_micros_ = micros;
  for (auto& subtask : subtasks_) RETURN_IF_ERROR(subtask->FireTimers());
  return Status::Ok();
}

Status Harness::RunBlocking() {
  for (auto& subtask : subtasks_) RETURN_IF_ERROR(subtask->RunBlocking());
  return Status::Ok();
}

size_t Harness::num_blocking() const {
  size_t count = 0;
  for (const auto& subtask : subtasks_) count += subtask->num_blocking();
  return count;
}

Result<proto::OperatorRestore> Harness::Checkpoint(uint64_t epoch) {
  RETURN_IF_ERROR(Open());
  proto::OperatorRestore checkpoint;
  checkpoint.set_uid("op");
  checkpoint.set_epoch(epoch);
  for (auto& subtask : subtasks_)
    RETURN_IF_ERROR(subtask->Checkpoint(Epoch{epoch}, checkpoint.add_subtasks()));
  return checkpoint;
}

Status Harness::NotifyDurable(uint64_t epoch) {
  for (auto& subtask : subtasks_) RETURN_IF_ERROR(subtask->op().OnEpochDurable(Epoch{epoch}));
  return Status::Ok();
}

Status Harness::Restore(const proto::OperatorRestore& checkpoint, uint32_t parallelism) {
  subtasks_.clear();
  ++attempt_;
  restore_ = std::make_unique<proto::OperatorRestore>(checkpoint);
  options_.parallelism = parallelism;
  return Open();
}

std::vector<std::string> Harness::TakeEvents() {
  std::vector<std::string> events;
  events.swap(events_);
  batches_.clear();
  return events;
}

std::vector<std::string> Harness::TakeRows() {
  std::vector<std::string> rows;
  for (std::string& event : TakeEvents()) {
    if (event[0] == '+' || event[0] == '-') rows.push_back(std::move(event));
  }
  return rows;
}

Operator& Harness::subtask(uint32_t index) {
  EXPECT_TRUE(Open().ok());
  return subtasks_[index]->op();
}

Output& Harness::output() {
  return *collector_;
}

}  // namespace millrace
