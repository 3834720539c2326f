#include "tests/unit/operators/harness.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>

#include "core/row/key_hash.h"
#include "core/temporal/civil.h"
#include "core/types/proto_conversion.h"
#include "tests/unit/operators/memory_store.h"

namespace millrace {
namespace {

constexpr uint32_t kMaxParallelism = OperatorHost::kMaxParallelism;

std::string NewDirectory() {
  static std::atomic<int> counter{0};
  return testing::TempDir() + "harness-" + std::to_string(getpid()) + "-" + std::to_string(counter++);
}

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

Harness::Harness(const OperatorFactory& factory, HarnessOptions options)
    : keys_(std::move(options.keys)),
      env_(CreateSystemEnv(1)),
      memory_(std::make_unique<MemoryBudget>(options.memory_bytes)),
      collector_(std::make_unique<Collector>(*this)) {
  proto::Operator config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(options.config, &config));
  config.set_uid("op");
  std::vector<SchemaPtr> inputs;
  for (const std::string& input : options.inputs) inputs.push_back(ParseSchema(input));
  const SchemaPtr output = ParseSchema(options.output);
  ToProto(*output, config.mutable_output());
  host_ = std::make_unique<OperatorHost>(OperatorHost{.factory = factory,
                                                      .config = std::move(config),
                                                      .inputs = std::move(inputs),
                                                      .output_schema = output,
                                                      .env = *env_,
                                                      .store = std::make_shared<MemoryStore>(*env_),
                                                      .memory = *memory_,
                                                      .metrics = *collector_,
                                                      .directory = NewDirectory(),
                                                      .keyed = options.keyed,
                                                      .parallelism = options.parallelism,
                                                      .job_options = std::move(options.job_options)});
}

Harness::~Harness() {
  subtasks_.clear();
  (void)env_->files().RemoveRecursively(host_->directory);
}

Status Harness::Open() {
  if (!subtasks_.empty()) return Status::Ok();
  for (uint32_t i = 0; i < host_->parallelism; ++i) {
    subtasks_.push_back(std::make_unique<OperatorSubtask>(*host_, i));
    RETURN_IF_ERROR(subtasks_.back()->Open());
  }
  return Status::Ok();
}

Status Harness::Push(const std::vector<std::string>& rows, uint32_t input) {
  return PushBatch(ParseRows(host_->inputs[input], rows), input);
}

Status Harness::PushBatch(const Batch& batch, uint32_t input) {
  RETURN_IF_ERROR(Open());
  const uint32_t parallelism = host_->parallelism;
  if (keys_.size() <= input || parallelism == 1) return subtasks_[0]->Process(input, batch, *collector_);
  std::vector<uint64_t> hashes;
  HashRows(batch, keys_[input], &hashes);
  std::vector<Selection> rows(parallelism);
  batch.ForEachRow([&](uint32_t row) {
    rows[SubtaskOfKeyGroup(kMaxParallelism, parallelism, KeyGroupOfHash(hashes[row], kMaxParallelism))]
        .push_back(row);
  });
  for (uint32_t i = 0; i < parallelism; ++i) {
    if (rows[i].empty()) continue;
    Batch routed = batch;
    routed.selection = std::make_shared<const Selection>(std::move(rows[i]));
    RETURN_IF_ERROR(subtasks_[i]->Process(input, routed, *collector_));
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
  host_->now_micros = micros;
  for (auto& subtask : subtasks_) RETURN_IF_ERROR(subtask->FireTimers(*collector_));
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
  ++host_->attempt;
  host_->restore = std::make_unique<proto::OperatorRestore>(checkpoint);
  host_->parallelism = parallelism;
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
