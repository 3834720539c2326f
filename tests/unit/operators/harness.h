#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/operators/operator_subtask.h"
#include "tests/unit/operators/text_rows.h"

/// Ends the test unless a Status is ok.
#define ASSERT_OK(expression)                            \
  do {                                                   \
    const Status ok_status = (expression);               \
    ASSERT_TRUE(ok_status.ok()) << ok_status.ToString(); \
  } while (false)

namespace millrace {

/// What to run and how.
struct HarnessOptions {
  std::string config;               // text protobuf of proto::Operator, schemas excluded
  std::vector<std::string> inputs;  // schemas of the inputs
  std::string output;               // schema
  std::vector<std::vector<uint32_t>>
      keys;  // columns by which each input is routed; all rows to the first without
  std::map<std::string, std::string> job_options;
  uint32_t parallelism = 1;
  uint64_t memory_bytes = uint64_t{256} << 20;
  bool keyed = true;
};

/// Runs all subtasks of one operator over rows as text, through the real state: rows are routed by key,
/// watermarks go to every subtask, a checkpoint can be taken and restored at another parallelism. Time stands
/// still but for SetTime. Blocking work runs when RunBlocking() is called.
class Harness {
 public:
  /// `factory` must outlive this.
  Harness(const OperatorFactory& factory, HarnessOptions options);
  ~Harness();

  /// Makes and opens the subtasks; called by Push and the others when needed.
  Status Open();
  Status Push(const std::vector<std::string>& rows, uint32_t input = 0);
  Status PushBatch(const Batch& batch, uint32_t input = 0);
  Status AdvanceWatermark(const std::string& timestamp);
  Status AdvanceWatermark(Watermark watermark);
  Status Finish();
  Status SetTime(int64_t micros);
  /// Runs the work given to RunBlocking, then its `done`.
  Status RunBlocking();
  size_t num_blocking() const;

  /// Takes a checkpoint of all subtasks and runs its blocking work.
  Result<proto::OperatorRestore> Checkpoint(uint64_t epoch);
  Status NotifyDurable(uint64_t epoch);
  /// Ends all subtasks and starts from the checkpoint.
  Status Restore(const proto::OperatorRestore& checkpoint, uint32_t parallelism);

  /// Rows, "watermark <micros>", "idle", "active" since the last call, in order.
  std::vector<std::string> TakeEvents();
  /// Rows only.
  std::vector<std::string> TakeRows();
  const std::vector<Batch>& batches() const { return batches_; }
  uint64_t late_records() const { return late_records_; }

  Operator& subtask(uint32_t index);
  Output& output();
  Env& env() { return *env_; }

 private:
  class Collector;

  const std::vector<std::vector<uint32_t>> keys_;
  std::unique_ptr<Env> env_;
  std::unique_ptr<MemoryBudget> memory_;
  std::unique_ptr<Collector> collector_;
  std::unique_ptr<OperatorHost> host_;
  std::vector<std::unique_ptr<OperatorSubtask>> subtasks_;
  std::vector<std::string> events_;
  std::vector<Batch> batches_;
  uint64_t late_records_ = 0;
};

}  // namespace millrace
