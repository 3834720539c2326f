#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "operators/api/operator.h"
#include "operators/api/registry.h"
#include "proto/job_graph.pb.h"
#include "proto/worker.pb.h"
#include "runtime/probe.h"

namespace millrace {

class MemoryBudget;

/// What all tasks of one job attempt share. Outlives the tasks; immutable but for what the pointers lead to.
struct JobServices {
  JobId job_id;
  std::string job_name;
  Generation generation;
  uint32_t attempt = 0;
  uint32_t max_parallelism = 1024;
  std::map<std::string, std::string> options;
  SessionSettings session;
  std::string local_directory;  // of this attempt: RocksDB databases live below it
  const Registry* registry = nullptr;
  std::shared_ptr<ObjectStore> store;  // the job's checkpoint root
  MemoryBudget* memory = nullptr;
  ResultSink* results = nullptr;  // may be null
  Env* env = nullptr;
};

/// What an operator's context needs of its task.
class TaskMailbox {
 public:
  virtual ~TaskMailbox() = default;
  /// Runs `mail` on the task's thread soon. From any thread; dropped when the task has ended.
  virtual void Post(std::function<Status()> mail) = 0;
  virtual void Wakeup() = 0;
  virtual void RunBlocking(std::function<void()> work) = 0;
  virtual int64_t ProcessingTimeMicros() const = 0;
  virtual void RegisterProcessingTimer(size_t operator_index, int64_t micros) = 0;
};

/// One operator of a task's chain with its context, keyed state and probe, and the output that leads to it.
/// Owned by the task; everything on the task's thread but Prepare (I/O pool, before the first turn).
class ChainedOperator final : public OperatorContext, public Output {
 public:
  ChainedOperator(const JobServices& services, TaskMailbox& task, const proto::TaskDescriptor& descriptor,
                  size_t index);
  ~ChainedOperator() override;

  /// Makes the operator and opens its keyed state. Blocks.
  Status Prepare();
  /// `upstream`: the probe of the operator before this one in the chain; null for the first.
  void Connect(OperatorProbe* upstream, Output* next) {
    upstream_probe_ = upstream;
    next_ = next;
  }
  Status OpenOperator() { return operator_->Open(*this); }

  Operator& op() { return *operator_; }
  /// Null but for sources.
  SourceOperator* source() { return source_; }
  OperatorProbe& probe() { return *probe_; }
  const std::shared_ptr<OperatorProbe>& shared_probe() const { return probe_; }
  const proto::Operator& config() const { return config_; }
  Output& next() { return *next_; }
  KeyedState* keyed_state_or_null() { return keyed_state_.get(); }

  /// Counts, processes, relieves memory.
  Status ProcessRows(uint32_t input, const Batch& batch);
  Status ProcessWatermark(Watermark watermark);

  // Output of the operator before this one in the chain.
  Status Emit(Batch batch) override;
  Status EmitWatermark(Watermark watermark) override;
  Status EmitIdle(Idle idle) override;

  // OperatorContext.
  const JobId& job_id() const override { return services_.job_id; }
  const std::string& operator_uid() const override { return config_.uid(); }
  uint32_t subtask() const override { return descriptor_.subtask(); }
  uint32_t parallelism() const override { return descriptor_.parallelism(); }
  uint32_t max_parallelism() const override { return services_.max_parallelism; }
  std::string JobOption(const std::string& name) const override;
  const SessionSettings& session() const override { return services_.session; }
  const SchemaPtr& input_schema(uint32_t input) const override;
  const SchemaPtr& output_schema() const override { return output_schema_; }
  KeyedState& keyed_state() override;
  const proto::OperatorRestore* restore() const override { return restore_; }
  int64_t ProcessingTimeMicros() const override { return task_.ProcessingTimeMicros(); }
  void RegisterProcessingTimer(int64_t micros) override { task_.RegisterProcessingTimer(index_, micros); }
  void RunBlocking(std::function<Status()> work, std::function<Status(Status)> done) override;
  std::function<void()> Wakeup() override;
  OperatorMetrics& metrics() override { return *probe_; }
  ResultSink* result_sink() override { return services_.results; }
  std::shared_ptr<ObjectStore> staging_store() override { return services_.store; }
  std::string staging_prefix() const override;
  Env& env() override { return *services_.env; }

 private:
  Status PrepareSchemas();
  Status OpenKeyedState();

  const JobServices& services_;
  TaskMailbox& task_;
  const proto::TaskDescriptor& descriptor_;
  const proto::Operator& config_;
  const size_t index_;
  const proto::OperatorRestore* restore_ = nullptr;
  std::vector<SchemaPtr> input_schemas_;
  SchemaPtr output_schema_;
  std::shared_ptr<OperatorProbe> probe_ = std::make_shared<OperatorProbe>();
  std::unique_ptr<KeyedState> keyed_state_;
  std::unique_ptr<Operator> operator_;  // before the state it points into
  SourceOperator* source_ = nullptr;
  Output* next_ = nullptr;
  OperatorProbe* upstream_probe_ = nullptr;
  Watermark last_watermark_;
};

}  // namespace millrace
