#include "operators/aggregate/group_aggregate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "operators/aggregate/aggregate_set.h"
#include "operators/aggregate/change_rows.h"
#include "operators/aggregate/key_rows.h"
#include "operators/aggregate/local_group_aggregate.h"
#include "operators/api/error_codes.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kSweepRows = 4096;

// state: payload of the table "groups", version 1.
struct GroupHeader {
  uint32_t touched = 0;  // within a batch: number in touched_ + 1; else 0
  uint32_t reserved = 0;
  int64_t num_rows = 0;        // sum of weights; the group is there while it is positive
  int64_t written_micros = 0;  // processing time of the last input, with a state TTL
};

/// SINGLE and GLOBAL.
class GroupAggregate final : public Operator {
 public:
  explicit GroupAggregate(proto::GroupAggregateConfig config) : config_(std::move(config)) {}

  Status Open(OperatorContext& context) override;
  Status Process(uint32_t, const Batch& batch, Output& output) override;
  Status OnProcessingTime(int64_t micros, Output&) override;

 private:
  struct Touched {
    RowRef row;
    uint8_t* payload;
    uint32_t batch_row;  // the first of its rows in the batch
    bool existed;
  };

  bool is_global() const { return config_.phase() == proto::GLOBAL; }
  Status FindGroups(const Batch& batch);
  void Forget(RowRef row, uint8_t* payload);
  Status ExpireTouched();
  void CountRows(const Batch& batch);
  void AppendResults(std::vector<ColumnBuilder>* results);
  Status EmitChanges(const Batch& batch, std::vector<ColumnBuilder>* results, Output& output);
  Status EndBatch();
  Status SweepExpired();
  bool IsExpired(const GroupHeader& header) const {
    return ttl_micros_ > 0 && header.written_micros != 0 &&
           header.written_micros + ttl_micros_ <= now_micros_;
  }

  const proto::GroupAggregateConfig config_;
  OperatorContext* context_ = nullptr;
  SchemaPtr schema_;
  std::vector<uint32_t> key_columns_;  // of the input
  std::optional<AggregateSet> aggregates_;
  KeyedTable* table_ = nullptr;
  std::optional<TableBlobs<KeyedTable>> blobs_;
  std::optional<KeyBatch> keys_;
  std::optional<KeyRows> key_rows_;
  int64_t ttl_micros_ = 0;
  int64_t now_micros_ = 0;

  // Of one batch.
  std::vector<RowRef> rows_;
  std::vector<uint8_t> inserted_;
  std::vector<uint8_t*> payloads_;
  std::vector<uint32_t> row_numbers_;
  std::vector<int8_t> weights_;
  std::vector<Touched> touched_;
  std::vector<uint8_t*> touched_payloads_;
  std::vector<RowRef> touched_rows_;
};

Status GroupAggregate::Open(OperatorContext& context) {
  context_ = &context;
  schema_ = context.output_schema();
  const Schema& input = *context.input_schema(0);
  AggregateSet::Options options;
  options.header_bytes = sizeof(GroupHeader);
  options.retracts = config_.input_updating();
  options.insert_only = !options.retracts;
  key_columns_.assign(config_.keys().begin(), config_.keys().end());
  if (is_global()) {
    key_columns_ = FirstColumns(key_columns_.size());
    options.first_column = static_cast<uint32_t>(key_columns_.size());
  }
  ASSIGN_OR_RETURN(std::vector<DataType> key_types, ColumnTypes(input, key_columns_));
  ASSIGN_OR_RETURN(aggregates_, AggregateSet::Create(config_.aggregates(), input, options));
  if (schema_->size() != key_columns_.size() + aggregates_->num_results() ||
      (is_global() && aggregates_->end_column() + 1 != input.size())) {
    return Status(kBadOperatorConfig, "the columns of a GROUP BY do not fit its keys and calls");
  }
  TableSpec spec;
  spec.name = "groups";
  spec.key_types = key_types;
  spec.value_types = aggregates_->state_types();
  spec.fixed_bytes = aggregates_->fixed_bytes();
  spec.num_blobs = aggregates_->num_blobs();
  ASSIGN_OR_RETURN(table_, context.keyed_state().OpenTable(spec));
  RETURN_IF_ERROR(aggregates_->Open(context.keyed_state(), key_types));
  blobs_.emplace(*table_);
  keys_.emplace(key_types, context.max_parallelism());
  key_rows_.emplace(key_types, context.max_parallelism());
  ttl_micros_ = config_.state_ttl_ms() * 1000;
  if (ttl_micros_ > 0) context.RegisterProcessingTimer(context.ProcessingTimeMicros() + ttl_micros_);
  return Status::Ok();
}

Status GroupAggregate::Process(uint32_t, const Batch& batch, Output& output) {
  if (batch.NumSelected() == 0) return Status::Ok();
  now_micros_ = context_->ProcessingTimeMicros();
  RETURN_IF_ERROR(FindGroups(batch));
  RETURN_IF_ERROR(ExpireTouched());
  std::vector<ColumnBuilder> results;
  for (size_t i = key_columns_.size(); i < schema_->size(); ++i) results.emplace_back(schema_->type(i));
  AppendResults(&results);
  CountRows(batch);
  const GroupedRows in{{rows_.size(), payloads_.data(), rows_.data(), &*blobs_},
                       row_numbers_.data(),
                       batch.weights ? weights_.data() : nullptr};
  if (is_global()) {
    aggregates_->UpdateFromColumns(batch, in);
  } else {
    RETURN_IF_ERROR(aggregates_->Update(batch, *keys_, in));
  }
  AppendResults(&results);
  RETURN_IF_ERROR(EmitChanges(batch, &results, output));
  return EndBatch();
}

Status GroupAggregate::FindGroups(const Batch& batch) {
  keys_->Build(batch, key_columns_);
  RETURN_IF_ERROR(table_->FindOrInsert(*keys_, &rows_, &inserted_));
  const uint32_t size = keys_->size();
  payloads_.resize(size);
  row_numbers_.resize(size);
  touched_.clear();
  touched_payloads_.clear();
  touched_rows_.clear();
  for (uint32_t i = 0; i < size; ++i) {
    row_numbers_[i] = keys_->row(i);
    payloads_[i] = table_->MutableFixed(rows_[i]);
    if (LoadAs<uint32_t>(payloads_[i]) != 0) continue;
    touched_.push_back({rows_[i], payloads_[i], row_numbers_[i], false});
    touched_payloads_.push_back(payloads_[i]);
    touched_rows_.push_back(rows_[i]);
    StoreAs<uint32_t>(payloads_[i], static_cast<uint32_t>(touched_.size()));
  }
  return Status::Ok();
}

/// Empties a group that stays in the table.
void GroupAggregate::Forget(RowRef row, uint8_t* payload) {
  const auto touched = LoadAs<uint32_t>(payload);
  std::memset(payload, 0, aggregates_->fixed_bytes());
  StoreAs<uint32_t>(payload, touched);
  for (uint32_t slot = 0; slot < aggregates_->num_blobs(); ++slot) table_->SetBlob(row, slot, {});
}

Status GroupAggregate::ExpireTouched() {
  for (Touched& group : touched_) {
    if (!IsExpired(LoadAs<GroupHeader>(group.payload))) continue;
    RETURN_IF_ERROR(key_rows_->Add(table_->Key(group.row)));
    Forget(group.row, group.payload);
  }
  if (key_rows_->size() > 0) {
    key_rows_->Finish();
    RETURN_IF_ERROR(aggregates_->EraseValues(key_rows_->keys(), {}));
  }
  for (Touched& group : touched_) group.existed = LoadAs<GroupHeader>(group.payload).num_rows > 0;
  return Status::Ok();
}

void GroupAggregate::CountRows(const Batch& batch) {
  weights_.resize(rows_.size());
  std::optional<ColumnReader> counts;  // GLOBAL: rows behind each row of LOCAL
  if (is_global()) counts.emplace(*batch.columns[aggregates_->end_column()]);
  for (size_t i = 0; i < rows_.size(); ++i) {
    weights_[i] = batch.Weight(row_numbers_[i]);
    auto header = LoadAs<GroupHeader>(payloads_[i]);
    header.num_rows += weights_[i] * (counts ? counts->Value<int64_t>(row_numbers_[i]) : 1);
    header.written_micros = now_micros_;
    StoreAs(payloads_[i], header);
  }
}

void GroupAggregate::AppendResults(std::vector<ColumnBuilder>* results) {
  const Groups groups{touched_.size(), touched_payloads_.data(), touched_rows_.data(), &*blobs_};
  for (size_t call = 0; call < results->size(); ++call) {
    (*results)[call].Reserve(static_cast<uint32_t>(2 * touched_.size()));  // before and after the batch
    aggregates_->AppendResult(call, groups, (*results)[call]);
  }
}

Status GroupAggregate::EmitChanges(const Batch& batch, std::vector<ColumnBuilder>* results, Output& output) {
  const auto count = static_cast<uint32_t>(touched_.size());
  std::vector<ColumnPtr> columns;
  // With a state TTL equal results go out too: they keep the state of operators below alive, as in Flink.
  std::vector<uint8_t> distinct(count, ttl_micros_ > 0 ? 1 : 0);
  for (ColumnBuilder& builder : *results) {
    columns.push_back(builder.Finish());
    MarkDistinctHalves(*columns.back(), count, &distinct);
  }
  auto key_rows = std::make_shared<Selection>();
  auto result_rows = std::make_shared<Selection>();
  std::vector<int8_t> weights;
  bool all_new = true;
  for (uint32_t g = 0; g < count; ++g) {
    const bool exists = LoadAs<GroupHeader>(touched_[g].payload).num_rows > 0;
    const bool existed = touched_[g].existed;
    if (existed && exists && distinct[g] == 0) continue;
    if (existed) {
      key_rows->push_back(touched_[g].batch_row);
      result_rows->push_back(g);
      weights.push_back(-1);
      all_new = false;
    }
    if (exists) {
      key_rows->push_back(touched_[g].batch_row);
      result_rows->push_back(count + g);
      weights.push_back(1);
    }
  }
  if (weights.empty()) return Status::Ok();
  Batch changes;
  changes.schema = schema_;
  changes.num_rows = static_cast<uint32_t>(weights.size());
  Batch keys;
  keys.num_rows = batch.num_rows;
  for (uint32_t column : key_columns_) keys.columns.push_back(batch.columns[column]);
  changes.columns = Take(keys, key_rows).columns;
  for (ColumnPtr& column : columns)
    changes.columns.push_back(Column::Dictionary(std::move(column), result_rows));
  if (!all_new) changes.weights = WeightColumn(weights);
  return output.Emit(std::move(changes));
}

Status GroupAggregate::EndBatch() {
  for (const Touched& group : touched_) {
    StoreAs<uint32_t>(group.payload, 0);
    if (LoadAs<GroupHeader>(group.payload).num_rows == 0) table_->Erase(group.row);
  }
  return Status::Ok();
}

Status GroupAggregate::OnProcessingTime(int64_t, Output&) {
  if (ttl_micros_ == 0) return Status::Ok();
  now_micros_ = context_->ProcessingTimeMicros();
  context_->RegisterProcessingTimer(now_micros_ + ttl_micros_);
  return SweepExpired();
}

Status GroupAggregate::SweepExpired() {
  RETURN_IF_ERROR(table_->ForEach([&](RowRef row) {
    return IsExpired(LoadAs<GroupHeader>(table_->Fixed(row))) ? key_rows_->Add(table_->Key(row))
                                                              : Status::Ok();
  }));
  if (key_rows_->size() == 0) return Status::Ok();
  const Batch all = key_rows_->Finish();
  const std::vector<uint32_t> columns = FirstColumns(all.columns.size());
  for (uint32_t first = 0; first < all.num_rows; first += kSweepRows) {
    keys_->Build(Slice(all, first, std::min(kSweepRows, all.num_rows - first)), columns);
    RETURN_IF_ERROR(aggregates_->EraseValues(*keys_, {}));
    RETURN_IF_ERROR(table_->Find(*keys_, &rows_));
    for (RowRef row : rows_) {
      if (row) table_->Erase(row);
    }
  }
  return Status::Ok();
}

}  // namespace

OperatorFactory GroupAggregateFactory() {
  return {.kind = "group_aggregate",
          .keyed = true,
          .create = [](const proto::Operator& config) -> Result<std::unique_ptr<Operator>> {
            if (config.group_aggregate().phase() == proto::LOCAL)
              return MakeLocalGroupAggregate(config.group_aggregate());
            return std::unique_ptr<Operator>(std::make_unique<GroupAggregate>(config.group_aggregate()));
          }};
}

}  // namespace millrace
