#include "operators/aggregate/aggregate_set.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "core/types/proto_conversion.h"
#include "operators/api/error_codes.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

constexpr uint32_t kDecodeRows = 4096;

bool IsExtreme(const std::string& function) {
  return function == "MIN" || function == "MAX";
}

Status CheckColumn(uint32_t column, const Schema& input) {
  if (column < input.size()) return Status::Ok();
  return Status(kBadOperatorConfig,
                "an aggregate call refers to a column that its input has not: " + std::to_string(column));
}

/// Values as columns, to be given to accumulators as a batch.
class ValueColumns {
 public:
  explicit ValueColumns(const ValueCounts& values) : values_(values) {
    for (const DataType& type : values.types()) builders_.emplace_back(type);
    for (ColumnBuilder& builder : builders_) pointers_.push_back(&builder);
  }
  Status Add(std::string_view value) { return values_.Decode(value, pointers_); }
  uint32_t size() const { return builders_.front().size(); }
  std::vector<ColumnPtr> Finish() {
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& builder : builders_) columns.push_back(builder.Finish());
    return columns;
  }

 private:
  const ValueCounts& values_;
  std::vector<ColumnBuilder> builders_;
  std::vector<ColumnBuilder*> pointers_;
};

std::vector<ColumnReader> ReadersOf(const std::vector<ColumnPtr>& columns) {
  std::vector<ColumnReader> readers;
  for (const ColumnPtr& column : columns) readers.emplace_back(*column);
  return readers;
}

}  // namespace

void AggregateSet::Subset::Clear(size_t size_max) {
  size = 0;
  has_weights = true;
  if (size_max <= rows.size()) return;
  payloads.resize(size_max);
  groups.resize(size_max);
  rows.resize(size_max);
  weights.resize(size_max);
}

void AggregateSet::Subset::Add(const Groups& in, size_t i, uint32_t row, int8_t weight) {
  payloads[size] = in.payloads[i];
  groups[size] = in.rows[i];
  rows[size] = row;
  weights[size] = weight;
  ++size;
}

void AggregateSet::Subset::AddWhere(const ColumnReader& filter, const GroupedRows& in) {
  Clear(in.size());
  // Without a branch: the place is written always and kept only for TRUE. What is written could be anything
  // to the compiler, so that only local variables stay in registers.
  uint8_t** const to_payloads = payloads.data();
  RowRef* const to_groups = groups.data();
  uint32_t* const to_rows = rows.data();
  int8_t* const to_weights = weights.data();
  const ColumnReader reader = filter;
  const GroupedRows from = in;
  size_t kept = 0;
  for (size_t i = 0; i < from.size(); ++i) {
    const uint32_t row = from.rows[i];
    to_payloads[kept] = from.groups.payloads[i];
    to_groups[kept] = from.groups.rows[i];
    to_rows[kept] = row;
    if (from.weights != nullptr) to_weights[kept] = from.weights[i];
    kept += IsTrue(reader, row) ? 1 : 0;
  }
  size = kept;
  has_weights = from.weights != nullptr;
}

GroupedRows AggregateSet::Subset::View(BlobAccess* blobs) const {
  return {{size, payloads.data(), groups.data(), blobs}, rows.data(), has_weights ? weights.data() : nullptr};
}

Result<AggregateSet> AggregateSet::Create(
    const google::protobuf::RepeatedPtrField<proto::AggregateCall>& calls, const Schema& input,
    const Options& options) {
  AggregateSet set;
  set.fixed_bytes_ = (options.header_bytes + 7) & ~7u;
  set.end_column_ = options.first_column.value_or(0);
  set.merges_slices_ = options.merges_slices;
  for (const proto::AggregateCall& call : calls) RETURN_IF_ERROR(set.AddCall(call, input, options));
  return set;
}

Status AggregateSet::AddCall(const proto::AggregateCall& call, const Schema& input, const Options& options) {
  AccumulatorSpec spec;
  spec.function = call.function();
  ASSIGN_OR_RETURN(spec.result, FromProto(call.type()));
  spec.retracts = options.retracts;
  spec.from_columns = options.first_column.has_value();
  Call made;
  if (spec.from_columns) {
    for (size_t column = end_column_; column < input.size(); ++column)
      spec.columns.push_back(input.type(column));
  } else {
    for (uint32_t column : call.arguments()) {
      RETURN_IF_ERROR(CheckColumn(column, input));
      spec.arguments.push_back(input.type(column));
      made.columns.push_back(column);
    }
    if (call.has_filter()) {
      RETURN_IF_ERROR(CheckColumn(call.filter(), input));
      made.filter = call.filter();
    }
  }
  ASSIGN_OR_RETURN(made.accumulator, MakeAccumulator(spec));
  if (spec.from_columns) {
    const size_t num_columns = made.accumulator->column_types().size();
    if (num_columns == 0 || num_columns > spec.columns.size()) {
      return Status(kUnsupportedAggregate,
                    "an aggregate function that has no second phase: " + spec.function);
    }
    for (size_t i = 0; i < num_columns; ++i) made.columns.push_back(end_column_++);
  }
  made.accumulator->Place(fixed_bytes_, num_blobs_);
  fixed_bytes_ += made.accumulator->fixed_bytes();
  num_blobs_ += made.accumulator->num_blobs();
  state_types_.insert(state_types_.end(), spec.arguments.begin(), spec.arguments.end());
  state_types_.push_back(spec.result);
  made.distinct = call.distinct() && !IsExtreme(spec.function) && !made.columns.empty() && !spec.from_columns;
  if (made.distinct || (options.retracts && !made.accumulator->TakesBack())) {
    AddValues(input, options, &made);
    if (options.insert_only) cannot_take_back_.push_back(spec.function + " DISTINCT");
  } else if (!made.accumulator->TakesBack()) {
    cannot_take_back_.push_back(spec.function);
  }
  calls_.push_back(std::move(made));
  return Status::Ok();
}

void AggregateSet::AddValues(const Schema& input, const Options& options, Call* call) {
  const bool with_nulls = call->accumulator->TakesNulls();
  auto found = std::find_if(values_.begin(), values_.end(), [&](const ValueCounts& values) {
    return values.columns() == call->columns && values.with_nulls() == with_nulls;
  });
  if (found == values_.end()) {
    std::vector<DataType> types;
    for (uint32_t column : call->columns) types.push_back(input.type(column));
    values_.emplace_back(
        call->columns, std::move(types),
        ValueCounts::Options{
            .by_slice = options.by_slice, .with_nulls = with_nulls, .insert_only = options.insert_only});
    found = std::prev(values_.end());
  }
  call->values = static_cast<int32_t>(found - values_.begin());
  call->value_call = found->AddCall(call->filter);
}

bool AggregateSet::has_distinct() const {
  return std::any_of(calls_.begin(), calls_.end(), [](const Call& call) { return call.distinct; });
}

Status AggregateSet::Open(KeyedState& state, const std::vector<DataType>& key_types) {
  for (ValueCounts& values : values_) RETURN_IF_ERROR(values.Open(state, key_types));
  return Status::Ok();
}

Status AggregateSet::CheckWeights(const GroupedRows& in) const {
  if (in.weights == nullptr || cannot_take_back_.empty()) return Status::Ok();
  if (std::none_of(in.weights, in.weights + in.size(), [](int8_t weight) { return weight < 0; }))
    return Status::Ok();
  return Status(
      kUnsupportedAggregate,
      "an aggregate function that cannot take rows back got an updating input: " + cannot_take_back_.front());
}

Status AggregateSet::Update(const Batch& batch, const KeyBatch& keys, const GroupedRows& in,
                            const int64_t* slices) {
  RETURN_IF_ERROR(UpdateLocal(batch, in));
  return values_.empty() ? Status::Ok() : UpdateValues(batch, keys, in, slices);
}

Status AggregateSet::UpdateLocal(const Batch& batch, const GroupedRows& in) {
  RETURN_IF_ERROR(CheckWeights(in));
  for (Call& call : calls_) {
    if (call.values < 0) UpdatePlain(call, batch, in);
  }
  return Status::Ok();
}

void AggregateSet::UpdatePlain(Call& call, const Batch& batch, const GroupedRows& in) {
  const std::vector<ColumnReader> arguments = ReadColumns(batch, call.columns);
  if (!call.filter) return call.accumulator->Update(in, arguments);
  const ColumnReader filter(*batch.columns[*call.filter]);
  subset_.AddWhere(filter, in);
  call.accumulator->Update(subset_.View(in.groups.blobs), arguments);
}

Status AggregateSet::UpdateValues(const Batch& batch, const KeyBatch& keys, const GroupedRows& in,
                                  const int64_t* slices) {
  for (size_t v = 0; v < values_.size(); ++v) {
    const ValueCounts* const before = v > 0 ? &values_[v - 1] : nullptr;
    RETURN_IF_ERROR(values_[v].Update(batch, keys, in, slices, before, &changes_));
    for (Call& call : calls_) {
      if (call.values != static_cast<int32_t>(v)) continue;
      const std::vector<ValueCounts::Change>& changes = changes_[call.value_call];
      if (!call.distinct) {
        RETURN_IF_ERROR(UpdateExtreme(call, batch, keys, in, changes));
      } else if (!merges_slices_) {
        subset_.Clear(changes.size());
        for (const auto& [position, weight] : changes)
          subset_.Add(in.groups, position, in.rows[position], weight);
        call.accumulator->Update(subset_.View(in.groups.blobs), ReadColumns(batch, call.columns));
      }
    }
  }
  return Status::Ok();
}

Status AggregateSet::UpdateExtreme(Call& call, const Batch& batch, const KeyBatch& keys,
                                   const GroupedRows& in, const std::vector<ValueCounts::Change>& changes) {
  const std::vector<ColumnReader> arguments = ReadColumns(batch, call.columns);
  subset_.Clear(changes.size());
  for (const auto& [position, weight] : changes) {
    if (weight > 0) subset_.Add(in.groups, position, in.rows[position], 1);
  }
  call.accumulator->Update(subset_.View(in.groups.blobs), arguments);
  // All values that came have been offered: only now is it known whose result has gone.
  for (const ValueCounts::Change& change : changes) {
    if (change.weight > 0) continue;
    if (call.accumulator->IsResult(in.groups, change.position, arguments[0], in.rows[change.position])) {
      RETURN_IF_ERROR(FindNextExtreme(call, keys, in, change.position));
    }
  }
  return Status::Ok();
}

Status AggregateSet::FindNextExtreme(Call& call, const KeyBatch& keys, const GroupedRows& in,
                                     uint32_t position) {
  ValueCounts& values = values_[static_cast<size_t>(call.values)];
  ValueColumns decoded(values);
  std::memset(in.groups.payloads[position] + call.accumulator->offset(), 0, call.accumulator->fixed_bytes());
  const auto offer = [&] {
    subset_.Clear(decoded.size());
    for (uint32_t row = 0; row < decoded.size(); ++row) subset_.Add(in.groups, position, row, 1);
    const std::vector<ColumnPtr> columns = decoded.Finish();
    call.accumulator->Update(subset_.View(in.groups.blobs), ReadersOf(columns));
  };
  Status status;
  RETURN_IF_ERROR(values.ForEachValue(keys, position, {}, [&](std::string_view value, const int64_t* counts) {
    if (counts[call.value_call] <= 0 || !status.ok()) return;
    status = decoded.Add(value);
    if (decoded.size() == kDecodeRows) offer();
  }));
  RETURN_IF_ERROR(status);
  if (decoded.size() > 0) offer();
  return Status::Ok();
}

void AggregateSet::UpdateFromColumns(const Batch& batch, const GroupedRows& in) {
  for (Call& call : calls_) call.accumulator->UpdateFromColumns(in, ReadColumns(batch, call.columns));
}

void AggregateSet::MergeGroups(const Groups& from, const Groups& into) {
  for (Call& call : calls_) {
    if (!(call.distinct && merges_slices_)) call.accumulator->MergeGroups(from, into);
  }
}

Status AggregateSet::ComputeDistinct(const KeyBatch& keys, ValueCounts::SliceRange slices,
                                     const Groups& into) {
  for (size_t v = 0; v < values_.size(); ++v) {
    ValueCounts& values = values_[v];
    RETURN_IF_ERROR(values.Prefetch(keys));
    for (uint32_t i = 0; i < into.size; ++i) {
      std::unordered_map<std::string, std::vector<bool>> counted;  // value -> which calls have it
      RETURN_IF_ERROR(
          values.ForEachValue(keys, i, slices, [&](std::string_view value, const int64_t* counts) {
            std::vector<bool>& calls =
                counted.try_emplace(std::string(value), values.num_calls(), false).first->second;
            for (uint32_t call = 0; call < values.num_calls(); ++call) {
              if (counts[call] > 0) calls[call] = true;
            }
          }));
      if (counted.empty()) continue;
      ValueColumns decoded(values);
      std::vector<const std::vector<bool>*> calls_of_row;
      for (const auto& [value, calls] : counted) {
        RETURN_IF_ERROR(decoded.Add(value));
        calls_of_row.push_back(&calls);
      }
      const std::vector<ColumnPtr> columns = decoded.Finish();
      const std::vector<ColumnReader> readers = ReadersOf(columns);
      for (Call& call : calls_) {
        if (call.values != static_cast<int32_t>(v) || !call.distinct) continue;
        subset_.Clear(calls_of_row.size());
        for (uint32_t row = 0; row < calls_of_row.size(); ++row) {
          if ((*calls_of_row[row])[call.value_call]) subset_.Add(into, i, row, 1);
        }
        call.accumulator->Update(subset_.View(into.blobs), readers);
      }
    }
  }
  return Status::Ok();
}

Status AggregateSet::EraseValues(const KeyBatch& keys, ValueCounts::SliceRange slices) {
  for (ValueCounts& values : values_) {
    RETURN_IF_ERROR(values.Prefetch(keys));
    RETURN_IF_ERROR(values.Erase(keys, slices));
  }
  return Status::Ok();
}

std::vector<DataType> AggregateSet::column_types() const {
  std::vector<DataType> types;
  for (const Call& call : calls_) {
    const std::vector<DataType> columns = call.accumulator->column_types();
    types.insert(types.end(), columns.begin(), columns.end());
  }
  return types;
}

void AggregateSet::AppendColumns(const Groups& groups, std::span<ColumnBuilder* const> out) const {
  size_t next = 0;
  for (const Call& call : calls_) {
    const size_t num_columns = call.accumulator->column_types().size();
    call.accumulator->AppendColumns(groups, out.subspan(next, num_columns));
    next += num_columns;
  }
}

}  // namespace millrace
