#include "operators/aggregate/value_counts.h"

#include <algorithm>
#include <utility>

namespace millrace {
namespace {

constexpr size_t kSliceBytes = 8;

void AppendSlice(int64_t slice, std::string* out) {
  char bytes[kSliceBytes];
  std::memcpy(bytes, &slice, kSliceBytes);
  out->append(bytes, kSliceBytes);
}

int64_t SliceOf(std::string_view sub_key) {
  int64_t slice;
  std::memcpy(&slice, sub_key.data(), kSliceBytes);
  return slice;
}

bool AnyNull(std::span<const ColumnReader> readers, uint32_t row) {
  return std::any_of(readers.begin(), readers.end(),
                     [row](const ColumnReader& reader) { return reader.IsNull(row); });
}

}  // namespace

ValueCounts::ValueCounts(std::vector<uint32_t> columns, std::vector<DataType> types, bool by_slice,
                         bool with_nulls)
    : columns_(std::move(columns)), codec_(std::move(types)), by_slice_(by_slice), with_nulls_(with_nulls) {
}

uint32_t ValueCounts::AddCall(std::optional<uint32_t> filter) {
  filters_.push_back(filter);
  return num_calls() - 1;
}

Status ValueCounts::Open(KeyedState& state, const std::vector<DataType>& key_types) {
  TableSpec spec;
  spec.name = with_nulls_ ? "values_and_nulls" : "values";
  for (uint32_t column : columns_) spec.name += "_" + std::to_string(column);
  spec.key_types = key_types;
  spec.value_types = codec_.types();
  spec.fixed_bytes = num_calls() * sizeof(int64_t);
  ASSIGN_OR_RETURN(map_, state.OpenMap(spec));
  return Status::Ok();
}

void ValueCounts::EncodeValue(std::span<const ColumnReader> readers, uint32_t row, const int64_t* slice) {
  sub_key_.clear();
  if (by_slice_) AppendSlice(*slice, &sub_key_);
  codec_.Encode(readers, row, &sub_key_);
}

Status ValueCounts::Update(const Batch& batch, const KeyBatch& keys, const GroupedRows& in,
                           const int64_t* slices, std::vector<std::vector<Change>>* changes) {
  changes->assign(num_calls(), {});
  RETURN_IF_ERROR(map_->Prefetch(keys));
  const std::vector<ColumnReader> readers = ReadColumns(batch, columns_);
  std::vector<std::optional<ColumnReader>> filters(num_calls());
  for (uint32_t call = 0; call < num_calls(); ++call) {
    if (filters_[call]) filters[call].emplace(*batch.columns[*filters_[call]]);
  }
  std::vector<uint32_t> counting;
  for (uint32_t i = 0; i < in.size(); ++i) {
    const uint32_t row = in.rows[i];
    if (!with_nulls_ && AnyNull(readers, row)) continue;
    counting.clear();
    for (uint32_t call = 0; call < num_calls(); ++call) {
      const auto& filter = filters[call];
      if (!filter || (!filter->IsNull(row) && filter->Value<uint8_t>(row) != 0)) counting.push_back(call);
    }
    if (counting.empty()) continue;
    EncodeValue(readers, row, by_slice_ ? &slices[i] : nullptr);
    bool inserted = false;
    ASSIGN_OR_RETURN(const RowRef entry, map_->FindOrInsert(keys, i, sub_key_, &inserted));
    uint8_t* counts = map_->MutableFixed(entry);
    const int8_t weight = in.weight(i);
    for (uint32_t call : counting) {
      uint8_t* at = counts + call * sizeof(int64_t);
      const int64_t before = LoadAs<int64_t>(at);
      StoreAs<int64_t>(at, before + weight);
      if (before == 0 && weight > 0) (*changes)[call].push_back({i, 1});
      if (before == 1 && weight < 0) (*changes)[call].push_back({i, -1});
    }
    const auto is_zero = [&](uint32_t call) { return LoadAs<int64_t>(counts + call * sizeof(int64_t)) == 0; };
    bool unused = weight < 0;
    for (uint32_t call = 0; call < num_calls() && unused; ++call) unused = is_zero(call);
    if (unused) map_->Erase(entry);
  }
  return Status::Ok();
}

bool ValueCounts::InRange(std::string_view sub_key, SliceRange slices) const {
  if (!by_slice_) return true;
  const int64_t slice = SliceOf(sub_key);
  return slices.first < slice && slice <= slices.last;
}

Status ValueCounts::ForEachValue(const KeyBatch& keys, uint32_t i, SliceRange slices,
                                 const std::function<void(std::string_view, const int64_t*)>& visit) {
  std::vector<int64_t> counts(num_calls());
  return map_->ForEachEntry(keys, i, [&](std::string_view sub_key, RowRef entry) {
    if (!InRange(sub_key, slices)) return true;
    std::memcpy(counts.data(), map_->Fixed(entry), counts.size() * sizeof(int64_t));
    visit(by_slice_ ? sub_key.substr(kSliceBytes) : sub_key, counts.data());
    return true;
  });
}

Status ValueCounts::Erase(const KeyBatch& keys, SliceRange slices) {
  std::vector<RowRef> entries;
  for (uint32_t i = 0; i < keys.size(); ++i) {
    entries.clear();
    RETURN_IF_ERROR(map_->ForEachEntry(keys, i, [&](std::string_view sub_key, RowRef entry) {
      if (InRange(sub_key, slices)) entries.push_back(entry);
      return true;
    }));
    for (RowRef entry : entries) map_->Erase(entry);
  }
  return Status::Ok();
}

}  // namespace millrace
