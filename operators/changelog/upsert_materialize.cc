#include "operators/changelog/upsert_materialize.h"

#include <optional>
#include <utility>

#include "operators/aggregate/key_rows.h"
#include "operators/aggregate/scratch_groups.h"
#include "operators/api/error_codes.h"
#include "operators/changelog/kept_rows.h"
#include "operators/table/row_constraints.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

constexpr char kNotNullOption[] = "table.exec.sink.not-null-enforcer";

// state: payload of the table "rows", version 1; blob 0 holds the rows of the key (KeptRows).
struct KeyHeader {
  int64_t written_micros = 0;  // processing time of the last change
};

std::vector<DataType> NullableTypes(std::vector<DataType> types) {
  for (DataType& type : types) type = type.WithNullable(true);
  return types;
}

/// The rows of a batch as bytes.
class RowBytes {
 public:
  explicit RowBytes(std::vector<DataType> types) : codec_(std::move(types)) {}
  void Encode(const Batch& batch, std::span<const uint32_t> columns, std::span<const uint32_t> rows) {
    codec_.EncodeRows(ReadColumns(batch, columns), rows, &bytes_, &offsets_);
  }
  std::string_view operator[](size_t i) const {
    return std::string_view(bytes_).substr(offsets_[i], offsets_[i + 1] - offsets_[i]);
  }
  const RowCodec& codec() const { return codec_; }

 private:
  const RowCodec codec_;
  std::string bytes_;
  std::vector<uint32_t> offsets_;
};

class UpsertMaterialize final : public Operator {
 public:
  explicit UpsertMaterialize(proto::UpsertMaterializeConfig config)
      : config_(std::move(config)),
        key_columns_(config_.keys().begin(), config_.keys().end()),
        upsert_key_(config_.upsert_key().begin(), config_.upsert_key().end()),
        groups_(0, 0) {}

  Status Open(OperatorContext& context) override;
  Status Process(uint32_t, const Batch& input, Output& output) override;
  Status OnProcessingTime(int64_t, Output&) override;

 private:
  /// A key of the batch.
  struct Changed {
    RowRef kept;
    KeptRows rows;
    std::string_view sent;  // the last row before the batch; "" = none
    bool written = false;
  };

  Status OpenTable(const Schema& input);
  bool by_whole_row() const { return upsert_key_.empty(); }
  void EncodeRows(const Batch& batch);
  Result<Changed*> FindChanged(uint32_t i);
  Status Send(std::string_view row, int8_t weight, BatchBuilder& changes) const;
  void Write(const Changed& changed);
  bool IsExpired(RowRef kept) const {
    return ttl_micros_ > 0 && LoadAs<KeyHeader>(table_->Fixed(kept)).written_micros + ttl_micros_ <=
                                  context_->ProcessingTimeMicros();
  }

  const proto::UpsertMaterializeConfig config_;
  const std::vector<uint32_t> key_columns_;
  const std::vector<uint32_t> upsert_key_;
  OperatorContext* context_ = nullptr;
  SchemaPtr schema_;
  std::vector<uint32_t> all_columns_;
  std::optional<RowConstraints> constraints_;
  KeyedTable* table_ = nullptr;
  int64_t ttl_micros_ = 0;

  // Of one batch.
  std::optional<KeyBatch> keys_;
  std::vector<RowRef> rows_;  // of each key of the batch
  std::vector<uint8_t> inserted_;
  std::vector<uint32_t> row_numbers_;
  std::optional<RowBytes> row_bytes_;
  std::optional<RowBytes> identity_bytes_;  // unless rows are known by all of their bytes
  ScratchGroups groups_;
  std::vector<Changed> changed_;  // of each group
  std::string bytes_;
};

Status UpsertMaterialize::Open(OperatorContext& context) {
  context_ = &context;
  schema_ = context.output_schema();
  const Schema& input = *context.input_schema(0);
  bool fits = !key_columns_.empty() && schema_->size() == input.size();
  for (uint32_t i = 0; fits && i < input.size(); ++i) {
    fits = input.type(i).EqualsIgnoringNullability(schema_->type(i));
  }
  if (!fits) {
    return Status(kBadOperatorConfig,
                  "upsert materialization needs a key, and an output with the columns of its input");
  }
  all_columns_ = FirstColumns(input.size());
  ASSIGN_OR_RETURN(constraints_, RowConstraints::Create(*schema_, context.JobOption(kNotNullOption)));
  RETURN_IF_ERROR(OpenTable(input));
  ttl_micros_ = config_.state_ttl_ms() * 1000;
  if (ttl_micros_ > 0) context.RegisterProcessingTimer(context.ProcessingTimeMicros() + ttl_micros_);
  return Status::Ok();
}

Status UpsertMaterialize::OpenTable(const Schema& input) {
  TableSpec spec;
  spec.name = "rows";
  ASSIGN_OR_RETURN(spec.key_types, ColumnTypes(input, key_columns_));
  ASSIGN_OR_RETURN(std::vector<DataType> types, ColumnTypes(input, all_columns_));
  ASSIGN_OR_RETURN(std::vector<DataType> identity_types, ColumnTypes(input, upsert_key_));
  row_bytes_.emplace(NullableTypes(std::move(types)));
  spec.value_types = row_bytes_->codec().types();
  if (!by_whole_row()) {
    identity_bytes_.emplace(NullableTypes(std::move(identity_types)));
    const std::vector<DataType>& also = identity_bytes_->codec().types();
    spec.value_types.insert(spec.value_types.end(), also.begin(), also.end());
  }
  spec.fixed_bytes = sizeof(KeyHeader);
  spec.num_blobs = 1;
  keys_.emplace(spec.key_types, context_->max_parallelism());
  ASSIGN_OR_RETURN(table_, context_->keyed_state().OpenTable(spec));
  return Status::Ok();
}

Status UpsertMaterialize::Process(uint32_t, const Batch& input, Output& output) {
  // As the sink would: a row that it drops hides no other.
  ASSIGN_OR_RETURN(const Batch batch, constraints_->Check(input));
  if (batch.NumSelected() == 0) return Status::Ok();
  keys_->Build(batch, key_columns_);
  RETURN_IF_ERROR(table_->FindOrInsert(*keys_, &rows_, &inserted_));
  EncodeRows(batch);
  groups_.Clear();
  changed_.clear();
  for (uint32_t i = 0; i < keys_->size(); ++i) {
    ASSIGN_OR_RETURN(Changed* const changed, FindChanged(i));
    const KeptRow row{(*row_bytes_)[i], by_whole_row() ? (*row_bytes_)[i] : (*identity_bytes_)[i]};
    if (batch.Weight(keys_->row(i)) > 0) {
      changed->rows.Add(row);
      changed->written = true;
    } else {
      changed->written = changed->rows.TakeBack(row.identity) || changed->written;
    }
  }
  BatchBuilder changes(schema_);
  for (const Changed& changed : changed_) {
    if (changed.rows.last() != changed.sent) {
      RETURN_IF_ERROR(Send(changed.sent, -1, changes));
      RETURN_IF_ERROR(Send(changed.rows.last(), 1, changes));
    }
    Write(changed);
  }
  return changes.num_rows() == 0 ? Status::Ok() : output.Emit(changes.Finish());
}

void UpsertMaterialize::EncodeRows(const Batch& batch) {
  row_numbers_.clear();
  for (uint32_t i = 0; i < keys_->size(); ++i) row_numbers_.push_back(keys_->row(i));
  row_bytes_->Encode(batch, all_columns_, row_numbers_);
  if (identity_bytes_) identity_bytes_->Encode(batch, upsert_key_, row_numbers_);
}

Result<UpsertMaterialize::Changed*> UpsertMaterialize::FindChanged(uint32_t i) {
  const uint32_t group = groups_.Add(keys_->hash(i), keys_->key(i));
  if (group == changed_.size()) {
    Changed changed{.kept = rows_[i], .rows = KeptRows(by_whole_row())};
    if (!IsExpired(changed.kept)) RETURN_IF_ERROR(changed.rows.Read(table_->Blob(changed.kept, 0)));
    changed.sent = changed.rows.last();
    changed_.push_back(std::move(changed));
  }
  return &changed_[group];
}

Status UpsertMaterialize::Send(std::string_view row, int8_t weight, BatchBuilder& changes) const {
  if (row.empty()) return Status::Ok();
  RETURN_IF_ERROR(row_bytes_->codec().Decode(row, changes, 0));
  changes.FinishRow(weight);
  return Status::Ok();
}

/// Rows are views of what is stored until here.
void UpsertMaterialize::Write(const Changed& changed) {
  if (changed.rows.empty()) {
    table_->Erase(changed.kept);
    return;
  }
  if (!changed.written) return;
  bytes_.clear();
  changed.rows.Append(&bytes_);
  table_->SetBlob(changed.kept, 0, bytes_);
  StoreAs(table_->MutableFixed(changed.kept), KeyHeader{context_->ProcessingTimeMicros()});
}

Status UpsertMaterialize::OnProcessingTime(int64_t, Output&) {
  if (ttl_micros_ == 0) return Status::Ok();
  std::vector<RowRef> expired;
  KeyRows keys(keys_->codec().types(), context_->max_parallelism());
  RETURN_IF_ERROR(table_->ForEach(
      [&](RowRef row) { return IsExpired(row) ? keys.Add(table_->Key(row)) : Status::Ok(); }));
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

OperatorFactory UpsertMaterializeFactory() {
  return {
      .kind = "upsert_materialize",
      .keyed = true,
      .create = [](const proto::Operator& config) -> Result<std::unique_ptr<Operator>> {
        return std::unique_ptr<Operator>(std::make_unique<UpsertMaterialize>(config.upsert_materialize()));
      }};
}

}  // namespace millrace
