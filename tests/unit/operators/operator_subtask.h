#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/env/env.h"
#include "operators/api/operator.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"
#include "proto/worker.pb.h"
#include "state/memory_budget.h"

namespace millrace {

/// What the subtasks of one operator share, in place of a job and its worker. Outlives them.
struct OperatorHost {
  static constexpr uint32_t kMaxParallelism = 128;

  const OperatorFactory& factory;
  proto::Operator config;
  std::vector<SchemaPtr> inputs;
  SchemaPtr output_schema;
  Env& env;
  std::shared_ptr<ObjectStore> store;
  MemoryBudget& memory;
  OperatorMetrics& metrics;
  std::string directory;  // local files of the keyed state
  bool keyed = true;
  uint32_t parallelism = 1;
  std::map<std::string, std::string> job_options;
  int64_t now_micros = 1'000'000;
  uint32_t attempt = 0;  // differs before and after a restore
  std::unique_ptr<proto::OperatorRestore> restore;
};

/// One subtask of an operator on real keyed state, driven by hand instead of by a task. Blocking work and
/// timers wait until they are run. Single-owner.
class OperatorSubtask final : public OperatorContext {
 public:
  OperatorSubtask(OperatorHost& host, uint32_t index) : host_(host), index_(index) {}
  ~OperatorSubtask() override { op_.reset(); }

  Status Open();
  Operator& op() { return *op_; }
  Status Process(uint32_t input, const Batch& batch, Output& output);
  /// Calls OnProcessingTime for what is due at the host's time.
  Status FireTimers(Output& output);
  /// Runs the work given to RunBlocking so far, each followed by its `done`.
  Status RunBlocking();
  size_t num_blocking() const { return blocking_.size(); }
  /// Takes a snapshot and does its blocking work.
  Status Checkpoint(Epoch epoch, proto::SubtaskSnapshot* out);

  const JobId& job_id() const override { return job_id_; }
  const std::string& operator_uid() const override { return uid_; }
  uint32_t subtask() const override { return index_; }
  uint32_t parallelism() const override { return host_.parallelism; }
  uint32_t max_parallelism() const override { return OperatorHost::kMaxParallelism; }
  std::string JobOption(const std::string& name) const override;
  const SessionSettings& session() const override { return session_; }
  const SchemaPtr& input_schema(uint32_t input) const override { return host_.inputs[input]; }
  const SchemaPtr& output_schema() const override { return host_.output_schema; }
  KeyedState& keyed_state() override { return *state_; }
  const proto::OperatorRestore* restore() const override { return host_.restore.get(); }
  int64_t ProcessingTimeMicros() const override { return host_.now_micros; }
  void RegisterProcessingTimer(int64_t micros) override { timers_.insert(micros); }
  void RunBlocking(std::function<Status()> work, std::function<Status(Status)> done) override {
    blocking_.emplace_back(std::move(work), std::move(done));
  }
  std::function<void()> Wakeup() override {
    return [] {};
  }
  OperatorMetrics& metrics() override { return host_.metrics; }
  ResultSink* result_sink() override { return nullptr; }
  std::shared_ptr<ObjectStore> staging_store() override { return host_.store; }
  std::string staging_prefix() const override { return "staging/op"; }
  Env& env() override { return host_.env; }

 private:
  Status OpenState();

  OperatorHost& host_;
  const uint32_t index_;
  const JobId job_id_{"00000000000000000000000000000001"};
  const std::string uid_ = "op";
  const SessionSettings session_;
  std::unique_ptr<KeyedState> state_;
  std::unique_ptr<Operator> op_;
  std::multiset<int64_t> timers_;
  std::vector<std::pair<std::function<Status()>, std::function<Status(Status)>>> blocking_;
};

}  // namespace millrace
