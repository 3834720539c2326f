#include "operators/table/sink_operator.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "core/descriptor/error_codes.h"
#include "core/env/fail_point.h"
#include "core/types/proto_conversion.h"
#include "operators/api/connector.h"
#include "operators/api/error_codes.h"
#include "operators/api/registry.h"
#include "operators/table/connector_context.h"
#include "operators/table/row_constraints.h"
#include "operators/table/sink_epochs.h"
#include "operators/table/upsert_rows.h"
#include "proto/job_graph.pb.h"
#include "proto/worker.pb.h"

namespace millrace {
namespace {

constexpr char kAllowRollbackOption[] = "millrace.restore.allow-output-rollback";
constexpr char kNotNullOption[] = "table.exec.sink.not-null-enforcer";

Status CommitAll(Committer& committer, const std::vector<proto::Committable>& committables) {
  RETURN_IF_ERROR(HitFailPoint("sink.before_commit"));
  for (const proto::Committable& committable : committables) {
    ASSIGN_OR_RETURN([[maybe_unused]] const CommitResult result, committer.Commit(committable));
  }
  return HitFailPoint("sink.after_commit");
}

class TableSink final : public Operator {
 public:
  TableSink(const Registry& registry, proto::SinkConfig config)
      : registry_(registry), config_(std::move(config)) {}

  Status Open(OperatorContext& context) override;
  Status Process(uint32_t, const Batch& batch, Output&) override;
  bool HasRoom() const override { return !recovering_ && !writer_->IsFull(); }
  Status OnWatermark(Watermark, Output&) override { return Status::Ok(); }
  Status OnIdle(Idle, Output&) override { return Status::Ok(); }
  Status Snapshot(OperatorSnapshot& snapshot) override;
  Status OnEpochDurable(Epoch epoch) override;
  /// The output of the epoch goes with the next one, unless it could not be staged.
  Status OnEpochAborted(Epoch) override { return epochs_->error(); }

 private:
  Status CheckKey(const Schema& schema) const;
  void Recover();
  std::vector<proto::Committable> RestoreCommittables();
  void CommitNext();

  const Registry& registry_;
  const proto::SinkConfig config_;
  OperatorContext* context_ = nullptr;
  std::optional<RowConstraints> constraints_;
  std::optional<UpsertRows> upserts_;
  std::unique_ptr<SinkWriter> writer_;
  std::unique_ptr<Committer> committer_;  // null: the sink publishes as it writes
  std::shared_ptr<SinkEpochs> epochs_;    // shared with snapshots under way
  bool recovering_ = false;
  bool committing_ = false;
  std::deque<Epoch> to_commit_;  // durable, ascending
};

Status TableSink::Open(OperatorContext& context) {
  context_ = &context;
  const ConnectorFactory* connector = registry_.FindConnector(config_.connector());
  if (connector == nullptr || !connector->create_writer) {
    return Status(kUnknownConnector, "no connector to write to of this name: '" + config_.connector() + "'");
  }
  ASSIGN_OR_RETURN(Schema declared, FromProto(config_.schema()));
  const SchemaPtr schema = std::make_shared<const Schema>(std::move(declared));
  if (schema->size() != context.input_schema(0)->size()) {
    return Status(kBadOperatorConfig, "the input of a sink does not fit its table: " +
                                          std::to_string(context.input_schema(0)->size()) + " columns for " +
                                          std::to_string(schema->size()));
  }
  RETURN_IF_ERROR(CheckKey(*schema));
  ASSIGN_OR_RETURN(constraints_, RowConstraints::Create(*schema, context.JobOption(kNotNullOption)));
  if (config_.input_updating() && connector->descriptor.upsert_sink && config_.primary_key_size() > 0) {
    upserts_.emplace(std::vector<uint32_t>(config_.primary_key().begin(), config_.primary_key().end()),
                     *schema);
  }
  const ConnectorContext connector_context = MakeConnectorContext(registry_, context);
  epochs_ = std::make_shared<SinkEpochs>(context.operator_uid(), context.subtask());
  ASSIGN_OR_RETURN(writer_, connector->create_writer(config_, connector_context, schema));
  writer_->SetWakeup(context.Wakeup());
  if (connector->create_committer) {
    ASSIGN_OR_RETURN(committer_, connector->create_committer(config_, connector_context));
  }
  if (committer_) Recover();
  return Status::Ok();
}

Status TableSink::CheckKey(const Schema& schema) const {
  for (uint32_t column : config_.primary_key()) {
    if (column >= schema.size()) {
      return Status(kBadOperatorConfig,
                    "the primary key of a sink is a column that it has not: " + std::to_string(column));
    }
  }
  return Status::Ok();
}

/// What was durable is published before anything newer; no rows are taken before it is known that they may
/// follow.
void TableSink::Recover() {
  recovering_ = true;
  const Epoch epoch{context_->restore() != nullptr ? context_->restore()->epoch() : 0};
  const JobId taken_by{context_->restore() != nullptr ? context_->restore()->job_id() : ""};
  const bool allow_rollback = context_->JobOption(kAllowRollbackOption) == "true";
  context_->RunBlocking(
      [committer = committer_.get(), epoch, allow_rollback, taken_by,
       restored = RestoreCommittables()]() -> Status {
        RETURN_IF_ERROR(committer->Recover({epoch, restored, allow_rollback, taken_by}));
        return restored.empty() ? Status::Ok() : CommitAll(*committer, restored);
      },
      [this, epoch](Status status) {
        RETURN_IF_ERROR(status);
        recovering_ = false;
        epochs_->Remove(epoch);
        CommitNext();
        return Status::Ok();
      });
}

/// Of the lanes that fall to this subtask, ascending by epoch.
std::vector<proto::Committable> TableSink::RestoreCommittables() {
  std::vector<proto::Committable> restored;
  if (context_->restore() == nullptr) return restored;
  std::vector<proto::StoredFile> files;
  for (const proto::SubtaskSnapshot& snapshot : context_->restore()->subtasks()) {
    const size_t num_before = restored.size();
    for (const proto::Committable& committable : snapshot.committables()) {
      if (committable.lane() % context_->parallelism() == context_->subtask())
        restored.push_back(committable);
    }
    if (restored.size() == num_before) continue;
    files.insert(files.end(), snapshot.staged_files().begin(), snapshot.staged_files().end());
  }
  std::stable_sort(restored.begin(), restored.end(),
                   [](const proto::Committable& a, const proto::Committable& b) {
                     return std::pair(a.epoch(), a.lane()) < std::pair(b.epoch(), b.lane());
                   });
  epochs_->Restore(restored, files);
  return restored;
}

Status TableSink::Process(uint32_t, const Batch& batch, Output&) {
  ASSIGN_OR_RETURN(Batch rows, constraints_->Check(batch));
  if (upserts_ && rows.weights) rows = upserts_->Reduce(rows);
  if (rows.NumSelected() == 0) return Status::Ok();
  return writer_->Write(rows);
}

Status TableSink::Snapshot(OperatorSnapshot& snapshot) {
  RETURN_IF_ERROR(epochs_->error());
  const Epoch epoch = snapshot.epoch();
  ASSIGN_OR_RETURN(SinkEpochs::Work work, writer_->Prepare(epoch));
  epochs_->Add(epoch, std::move(work));
  snapshot.AddBlocking(
      [epochs = epochs_, epoch](proto::SubtaskSnapshot& content) { return epochs->Stage(epoch, &content); });
  return Status::Ok();
}

Status TableSink::OnEpochDurable(Epoch epoch) {
  if (committer_ == nullptr) {
    epochs_->Remove(epoch);
    return Status::Ok();
  }
  to_commit_.push_back(epoch);
  CommitNext();
  return Status::Ok();
}

/// One commit at a time: a later epoch stands for the ones before it.
void TableSink::CommitNext() {
  if (recovering_ || committing_ || to_commit_.empty()) return;
  const Epoch epoch = to_commit_.back();
  to_commit_.clear();
  std::vector<proto::Committable> committables = epochs_->Staged(epoch);
  if (committables.empty()) {
    epochs_->Remove(epoch);
    return;
  }
  committing_ = true;
  context_->RunBlocking(
      [committer = committer_.get(), committables = std::move(committables)] {
        return CommitAll(*committer, committables);
      },
      [this, epoch](Status status) {
        RETURN_IF_ERROR(status);
        committing_ = false;
        epochs_->Remove(epoch);
        CommitNext();
        return Status::Ok();
      });
}

}  // namespace

OperatorFactory TableSinkFactory(const Registry& registry) {
  return {.kind = "sink",
          .keyed = false,
          .create = [&registry](const proto::Operator& config) -> Result<std::unique_ptr<Operator>> {
            return std::unique_ptr<Operator>(std::make_unique<TableSink>(registry, config.sink()));
          }};
}

}  // namespace millrace
