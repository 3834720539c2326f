#include "operators/aggregate/local_groups.h"

#include <utility>

#include "operators/aggregate/key_rows.h"
#include "operators/api/error_codes.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

// Before the accumulators: int64 number of rows.
constexpr uint32_t kHeaderBytes = 8;

}  // namespace

Status LocalGroups::Open(const google::protobuf::RepeatedPtrField<proto::AggregateCall>& calls,
                         const std::vector<uint32_t>& key_columns, bool with_slices,
                         OperatorContext& context) {
  schema_ = context.output_schema();
  key_columns_ = &key_columns;
  with_slices_ = with_slices;
  const Schema& input = *context.input_schema(0);
  ASSIGN_OR_RETURN(std::vector<DataType> key_types, ColumnTypes(input, key_columns));
  ASSIGN_OR_RETURN(aggregates_, AggregateSet::Create(calls, input, {.header_bytes = kHeaderBytes}));
  if (aggregates_->has_values()) {
    return Status(kUnsupportedAggregate, "DISTINCT cannot be computed in two phases");
  }
  std::vector<DataType> types = key_types;
  if (with_slices_) types.push_back(DataType::Bigint());
  for (DataType& type : aggregates_->column_types()) types.push_back(std::move(type));
  types.push_back(DataType::Bigint());
  bool fits = types.size() == schema_->size();
  for (size_t i = 0; fits && i < types.size(); ++i) fits = types[i].physical() == schema_->type(i).physical();
  if (!fits)
    return Status(kBadOperatorConfig, "the columns between two phases do not fit the aggregate calls");
  groups_.emplace(aggregates_->fixed_bytes(), aggregates_->num_blobs());
  keys_.emplace(std::move(key_types), context.max_parallelism());
  return Status::Ok();
}

Status LocalGroups::Process(const Batch& batch, const int64_t* slices, Output& output) {
  if (batch.NumSelected() == 0) return Status::Ok();
  Group(batch, slices);
  const GroupedRows in{{rows_.size(), payloads_.data(), rows_.data(), &*groups_},
                       row_numbers_.data(),
                       batch.weights ? weights_.data() : nullptr};
  RETURN_IF_ERROR(aggregates_->UpdateLocal(batch, in));
  return output.Emit(BuildOutput(batch));
}

void LocalGroups::Group(const Batch& batch, const int64_t* slices) {
  keys_->Build(batch, *key_columns_);
  const uint32_t size = keys_->size();
  groups_->Clear();
  first_rows_.clear();
  group_of_row_.resize(size);
  for (uint32_t i = 0; i < size; ++i) {
    group_of_row_[i] = groups_->Add(keys_->hash(i), keys_->key(i), slices == nullptr ? 0 : slices[i]);
    if (group_of_row_[i] == first_rows_.size()) first_rows_.push_back(keys_->row(i));
  }
  groups_->MakePayloads();
  row_numbers_.resize(size);
  payloads_.resize(size);
  rows_.resize(size);
  for (uint32_t i = 0; i < size; ++i) {
    row_numbers_[i] = keys_->row(i);
    payloads_[i] = groups_->payload(group_of_row_[i]);
    rows_[i] = groups_->row(group_of_row_[i]);
  }
  CountRows(batch);
}

/// Adds the weight of each row to its group.
void LocalGroups::CountRows(const Batch& batch) {
  if (batch.weights == nullptr) {
    for (uint8_t* payload : payloads_) StoreAs<int64_t>(payload, LoadAs<int64_t>(payload) + 1);
    return;
  }
  const ColumnReader weights(*batch.weights);
  weights_.resize(payloads_.size());
  for (size_t i = 0; i < payloads_.size(); ++i) {
    weights_[i] = weights.Value<int8_t>(row_numbers_[i]);
    StoreAs<int64_t>(payloads_[i], LoadAs<int64_t>(payloads_[i]) + weights_[i]);
  }
}

Batch LocalGroups::BuildOutput(const Batch& batch) {
  Batch out;
  out.schema = schema_;
  out.num_rows = static_cast<uint32_t>(groups_->size());
  Batch keys;
  keys.num_rows = batch.num_rows;
  for (uint32_t column : *key_columns_) keys.columns.push_back(batch.columns[column]);
  out.columns = Take(keys, std::make_shared<const Selection>(first_rows_)).columns;

  std::vector<ColumnBuilder> builders;
  std::vector<ColumnBuilder*> accumulators;
  for (size_t i = out.columns.size(); i < schema_->size(); ++i) builders.emplace_back(schema_->type(i));
  for (size_t i = with_slices_ ? 1 : 0; i + 1 < builders.size(); ++i) accumulators.push_back(&builders[i]);
  for (size_t group = 0; group < groups_->size(); ++group) {
    if (with_slices_) builders.front().Append<int64_t>(groups_->slice(group));
    builders.back().Append<int64_t>(LoadAs<int64_t>(groups_->payload(group)));
  }
  aggregates_->AppendColumns(groups_->All(), accumulators);
  for (ColumnBuilder& builder : builders) out.columns.push_back(builder.Finish());
  return out;
}

}  // namespace millrace
