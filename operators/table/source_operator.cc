#include "operators/table/source_operator.h"

#include <map>
#include <optional>
#include <utility>

#include "core/descriptor/error_codes.h"
#include "core/types/proto_conversion.h"
#include "operators/api/connector.h"
#include "operators/api/error_codes.h"
#include "operators/api/registry.h"
#include "operators/stateless/expressions.h"
#include "operators/table/connector_context.h"
#include "operators/table/event_time.h"
#include "proto/checkpoint.pb.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kPollRowsMax = 4096;

class TableSource final : public SourceOperator {
 public:
  TableSource(const Registry& registry, proto::SourceConfig config)
      : registry_(registry), config_(std::move(config)) {}

  Status Open(OperatorContext& context) override;
  Result<Poll> PollNext(Output& output) override;
  Status AddSplits(const std::vector<std::string>& serialized_splits, bool no_more) override;
  Status OnProcessingTime(int64_t, Output& output) override {
    return event_time_ ? event_time_->OnProcessingTime(output) : Status::Ok();
  }
  Status Snapshot(OperatorSnapshot& snapshot) override;
  Status OnEpochDurable(Epoch epoch) override {
    reader_->OnEpochDurable(epoch);
    return Status::Ok();
  }

 private:
  Status ReadSchema(SchemaPtr* read);
  Status EmitRows(Output& output);
  Result<Batch> ComputeColumns(Batch read) const;
  void ReportLag();

  const Registry& registry_;
  const proto::SourceConfig config_;
  OperatorContext* context_ = nullptr;
  SchemaPtr schema_;
  std::unique_ptr<SplitReader> reader_;
  std::optional<BatchBuilder> builder_;
  std::optional<Expressions> columns_;
  std::optional<Expressions> filter_;
  std::unique_ptr<EventTime> event_time_;  // null: the table has no watermark
  std::map<std::string, uint32_t> split_indices_;
  bool has_assignment_ = false;
  bool no_more_splits_ = false;
  std::vector<SplitRows> runs_;
  std::vector<uint32_t> ended_;
};

Status TableSource::Open(OperatorContext& context) {
  context_ = &context;
  schema_ = context.output_schema();
  const ConnectorFactory* connector = registry_.FindConnector(config_.connector());
  if (connector == nullptr || !connector->create_reader) {
    return Status(kUnknownConnector, "no connector to read from of this name: '" + config_.connector() + "'");
  }
  SchemaPtr read;
  RETURN_IF_ERROR(ReadSchema(&read));
  ASSIGN_OR_RETURN(reader_,
                   connector->create_reader(config_, MakeConnectorContext(registry_, context), read));
  reader_->SetWakeup(context.Wakeup());
  builder_.emplace(read);
  ASSIGN_OR_RETURN(columns_, Expressions::Build(config_.columns(), *read, context));
  if (config_.has_watermark()) {
    ASSIGN_OR_RETURN(event_time_, EventTime::Create(config_.watermark(), *schema_, context));
  }
  if (config_.has_filter()) {
    const proto::Expression* filter = &config_.filter();
    ASSIGN_OR_RETURN(filter_, Expressions::Build({&filter, 1}, *schema_, context));
  }
  return Status::Ok();
}

Status TableSource::ReadSchema(SchemaPtr* read) {
  ASSIGN_OR_RETURN(Schema schema, FromProto(config_.physical()));
  schema.event_time.reset();
  for (const proto::MetadataColumn& metadata : config_.metadata()) {
    ASSIGN_OR_RETURN(DataType type, FromProto(metadata.field().type()));
    schema.fields.push_back({metadata.field().name(), std::move(type)});
  }
  const size_t num_columns =
      config_.columns_size() > 0 ? static_cast<size_t>(config_.columns_size()) : schema.size();
  if (num_columns != schema_->size()) {
    return Status(kBadOperatorConfig, "a source computes " + std::to_string(num_columns) +
                                          " columns for a schema of " + std::to_string(schema_->size()));
  }
  *read = std::make_shared<const Schema>(std::move(schema));
  return Status::Ok();
}

Status TableSource::AddSplits(const std::vector<std::string>& serialized_splits, bool no_more) {
  std::vector<Split> splits;
  for (const std::string& bytes : serialized_splits) {
    proto::SplitState state;
    if (!state.ParseFromString(bytes)) return Status(kInternalError, "a split cannot be parsed");
    splits.push_back({state.split_id(), state.position(), state.watermark_micros()});
  }
  RETURN_IF_ERROR(reader_->AddSplits(splits));
  for (const Split& split : splits) {
    split_indices_[split.id] = static_cast<uint32_t>(split_indices_.size());
    if (event_time_) event_time_->AddSplit(split);
  }
  has_assignment_ = true;
  no_more_splits_ |= no_more;
  return Status::Ok();
}

Result<SourceOperator::Poll> TableSource::PollNext(Output& output) {
  // Before the first assignment nobody knows whether this subtask is idle.
  if (!has_assignment_) return Poll::kIdle;
  runs_.clear();
  ended_.clear();
  ASSIGN_OR_RETURN(const ReadState state, reader_->PollNext(kPollRowsMax, *builder_, &runs_, &ended_));
  if (builder_->num_rows() > 0) RETURN_IF_ERROR(EmitRows(output));
  if (event_time_) {
    for (uint32_t split : ended_) event_time_->EndSplit(split);
    RETURN_IF_ERROR(event_time_->AfterPoll(state == ReadState::kIdle, output));
  }
  ReportLag();
  if (state == ReadState::kReady) return Poll::kMore;
  if (state == ReadState::kIdle || !no_more_splits_) return Poll::kIdle;
  RETURN_IF_ERROR(output.EmitWatermark(Watermark{Watermark::kMax}));
  return Poll::kEnd;
}

Status TableSource::EmitRows(Output& output) {
  ASSIGN_OR_RETURN(const Batch batch, ComputeColumns(builder_->Finish()));
  SelectionPtr passing;
  if (filter_) {
    ASSIGN_OR_RETURN(Selection selected, filter_->SelectTrue(0, batch, RowsOf(batch)));
    if (selected.size() < batch.num_rows) passing = std::make_shared<const Selection>(std::move(selected));
  }
  if (event_time_) return event_time_->Emit(batch, passing, runs_, output);
  Batch filtered = batch;
  filtered.selection = std::move(passing);
  return output.Emit(std::move(filtered));
}

Result<Batch> TableSource::ComputeColumns(Batch read) const {
  Batch batch = read;
  batch.schema = schema_;
  if (columns_->size() == 0) return batch;
  const Selection rows = RowsOf(read);
  SharedValues shared = columns_->Share(rows);
  batch.columns.clear();
  for (size_t i = 0; i < columns_->size(); ++i) {
    ASSIGN_OR_RETURN(ColumnPtr column, columns_->Evaluate(i, read, rows, shared));
    batch.columns.push_back(std::move(column));
  }
  return batch;
}

void TableSource::ReportLag() {
  const int64_t pending = reader_->PendingRecords();
  if (pending < 0) return;
  int64_t age_ms = -1;
  if (event_time_ && event_time_->newest_micros() != Watermark::kMin) {
    age_ms = (context_->ProcessingTimeMicros() - event_time_->newest_micros()) / 1000;
  }
  context_->metrics().SetSourceLag(pending, age_ms < 0 ? -1 : age_ms);
}

Status TableSource::Snapshot(OperatorSnapshot& snapshot) {
  for (const Split& split : reader_->SnapshotAt(snapshot.epoch())) {
    proto::SplitState* state = snapshot.content().add_splits();
    state->set_split_id(split.id);
    state->set_position(split.position);
    const auto index = split_indices_.find(split.id);
    const bool tracked = event_time_ && index != split_indices_.end();
    state->set_watermark_micros(tracked ? event_time_->watermark(index->second) : split.watermark_micros);
  }
  return Status::Ok();
}

}  // namespace

OperatorFactory TableSourceFactory(const Registry& registry) {
  return {.kind = "source",
          .keyed = false,
          .create = [&registry](const proto::Operator& config) -> Result<std::unique_ptr<Operator>> {
            return std::unique_ptr<Operator>(std::make_unique<TableSource>(registry, config.source()));
          }};
}

}  // namespace millrace
