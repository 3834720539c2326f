#include "operators/changelog/changelog_normalize.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "operators/aggregate/change_rows.h"
#include "operators/aggregate/key_rows.h"
#include "operators/aggregate/scratch_groups.h"
#include "operators/api/error_codes.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

// state: payload of the table "rows", version 1; blob 0 is the row (row codec over all columns).
struct KeptRow {
  int64_t written_micros = 0;
  int64_t is_set = 0;  // 0 only within a batch
};

class ChangelogNormalize final : public Operator {
 public:
  explicit ChangelogNormalize(proto::ChangelogNormalizeConfig config)
      : config_(std::move(config)),
        key_columns_(config_.keys().begin(), config_.keys().end()),
        groups_(0, 0) {}

  Status Open(OperatorContext& context) override;
  Status Process(uint32_t, const Batch& batch, Output& output) override;
  Status OnProcessingTime(int64_t, Output&) override;

 private:
  void FindLastRows(const Batch& batch);
  Status Change(const Batch& batch, std::span<const ColumnReader> readers, uint32_t row, RowRef kept,
                BatchBuilder& old_rows);
  Batch BuildChanges(const Batch& batch, const Batch& old_rows);
  bool IsExpired(const KeptRow& kept) const {
    return ttl_micros_ > 0 && kept.written_micros + ttl_micros_ <= context_->ProcessingTimeMicros();
  }

  const proto::ChangelogNormalizeConfig config_;
  const std::vector<uint32_t> key_columns_;
  OperatorContext* context_ = nullptr;
  SchemaPtr schema_;
  KeyedTable* table_ = nullptr;
  std::optional<KeyBatch> keys_;
  std::optional<RowCodec> codec_;
  int64_t ttl_micros_ = 0;
  ScratchGroups groups_;

  // Of one batch.
  std::vector<uint32_t> last_rows_;  // of each key, in the batch
  std::vector<RowRef> rows_;
  std::vector<uint8_t> inserted_;
  std::string bytes_;
  /// Rows of the output: of the batch, or (taken back) of the old rows.
  struct ChangeRow {
    uint32_t row;
    bool old;
  };
  std::vector<ChangeRow> changes_;
};

Status ChangelogNormalize::Open(OperatorContext& context) {
  context_ = &context;
  schema_ = context.output_schema();
  const Schema& input = *context.input_schema(0);
  ASSIGN_OR_RETURN(std::vector<DataType> key_types, ColumnTypes(input, key_columns_));
  if (key_types.empty() || schema_->size() != input.size()) {
    return Status(kBadOperatorConfig,
                  "changelog normalisation needs a key, and an output with the columns of its input");
  }
  std::vector<DataType> types;
  for (const Field& field : schema_->fields) types.push_back(field.type.WithNullable(true));
  TableSpec spec;
  spec.name = "rows";
  spec.key_types = key_types;
  spec.value_types = types;
  spec.fixed_bytes = sizeof(KeptRow);
  spec.num_blobs = 1;
  ASSIGN_OR_RETURN(table_, context.keyed_state().OpenTable(spec));
  keys_.emplace(key_types, context.max_parallelism());
  codec_.emplace(std::move(types));
  ttl_micros_ = config_.state_ttl_ms() * 1000;
  if (ttl_micros_ > 0) context.RegisterProcessingTimer(context.ProcessingTimeMicros() + ttl_micros_);
  return Status::Ok();
}

Status ChangelogNormalize::Process(uint32_t, const Batch& batch, Output& output) {
  FindLastRows(batch);
  if (last_rows_.empty()) return Status::Ok();
  Batch last = batch;
  last.selection = std::make_shared<const Selection>(last_rows_);
  keys_->Build(last, key_columns_);
  RETURN_IF_ERROR(table_->FindOrInsert(*keys_, &rows_, &inserted_));
  std::vector<ColumnReader> readers;
  for (const ColumnPtr& column : batch.columns) readers.emplace_back(*column);
  BatchBuilder old_rows(schema_);
  changes_.clear();
  for (uint32_t i = 0; i < keys_->size(); ++i) {
    RETURN_IF_ERROR(Change(batch, readers, keys_->row(i), rows_[i], old_rows));
  }
  if (changes_.empty()) return Status::Ok();
  return output.Emit(BuildChanges(batch, old_rows.Finish()));
}

/// Only the last row of a key counts.
void ChangelogNormalize::FindLastRows(const Batch& batch) {
  keys_->Build(batch, key_columns_);
  groups_.Clear();
  last_rows_.clear();
  for (uint32_t i = 0; i < keys_->size(); ++i) {
    const uint32_t group = groups_.Add(keys_->hash(i), keys_->key(i));
    if (group == last_rows_.size()) last_rows_.push_back(0);
    last_rows_[group] = keys_->row(i);
  }
  std::sort(last_rows_.begin(), last_rows_.end());
}

Status ChangelogNormalize::Change(const Batch& batch, std::span<const ColumnReader> readers, uint32_t row,
                                  RowRef kept, BatchBuilder& old_rows) {
  auto state = LoadAs<KeptRow>(table_->Fixed(kept));
  const bool existed = state.is_set != 0 && !IsExpired(state);
  const bool exists = batch.Weight(row) > 0;
  bytes_.clear();
  if (exists) codec_->Encode(readers, row, &bytes_);
  const std::string_view old_bytes = table_->Blob(kept, 0);
  const bool same = existed && exists && old_bytes == bytes_;
  if (existed && (!same || ttl_micros_ > 0)) {
    changes_.push_back({old_rows.num_rows(), true});
    RETURN_IF_ERROR(codec_->Decode(old_bytes, old_rows, 0));
    old_rows.FinishRow();
  }
  if (!exists) {
    table_->Erase(kept);
    return Status::Ok();
  }
  if (!same || ttl_micros_ > 0) changes_.push_back({row, false});
  if (same && ttl_micros_ == 0) return Status::Ok();
  StoreAs(table_->MutableFixed(kept), KeptRow{context_->ProcessingTimeMicros(), 1});
  if (!same) table_->SetBlob(kept, 0, bytes_);
  return Status::Ok();
}

Batch ChangelogNormalize::BuildChanges(const Batch& batch, const Batch& old_rows) {
  std::vector<int8_t> weights;
  auto picks = std::make_shared<Selection>();
  Batch changes;
  Batch current = batch;
  current.weights = nullptr;
  current.selection = nullptr;
  current.schema = schema_;
  if (old_rows.num_rows == 0) {
    for (const ChangeRow& change : changes_) picks->push_back(change.row);
    return Take(current, std::move(picks));
  }
  // One batch of both, to pick the old and the new row of a key side by side.
  auto new_rows = std::make_shared<Selection>();
  for (const ChangeRow& change : changes_) {
    weights.push_back(change.old ? -1 : 1);
    if (change.old) {
      picks->push_back(change.row);
    } else {
      picks->push_back(old_rows.num_rows + static_cast<uint32_t>(new_rows->size()));
      new_rows->push_back(change.row);
    }
  }
  const Batch both[] = {old_rows, Take(current, new_rows)};
  changes = Take(Concatenate(both), std::move(picks));
  changes.weights = WeightColumn(weights);
  return changes;
}

Status ChangelogNormalize::OnProcessingTime(int64_t, Output&) {
  if (ttl_micros_ == 0) return Status::Ok();
  std::vector<RowRef> expired;
  KeyRows keys(keys_->codec().types(), context_->max_parallelism());
  RETURN_IF_ERROR(table_->ForEach([&](RowRef row) {
    return IsExpired(LoadAs<KeptRow>(table_->Fixed(row))) ? keys.Add(table_->Key(row)) : Status::Ok();
  }));
  if (keys.size() > 0) {
    keys.Finish();
    RETURN_IF_ERROR(table_->Find(keys.keys(), &expired));
    for (RowRef row : expired) {
      if (row) table_->Erase(row);
    }
  }
  context_->RegisterProcessingTimer(context_->ProcessingTimeMicros() + ttl_micros_);
  return Status::Ok();
}

}  // namespace

OperatorFactory ChangelogNormalizeFactory() {
  return {
      .kind = "changelog_normalize",
      .keyed = true,
      .create = [](const proto::Operator& config) -> Result<std::unique_ptr<Operator>> {
        return std::unique_ptr<Operator>(std::make_unique<ChangelogNormalize>(config.changelog_normalize()));
      }};
}

}  // namespace millrace
