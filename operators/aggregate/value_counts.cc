#include "operators/aggregate/value_counts.h"

#include <algorithm>
#include <bit>
#include <numeric>
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

}  // namespace

ValueCounts::ValueCounts(std::vector<uint32_t> columns, std::vector<DataType> types, const Options& options)
    : columns_(std::move(columns)), codec_(std::move(types)), options_(options) {
}

uint32_t ValueCounts::AddCall(std::optional<uint32_t> filter) {
  filters_.push_back(filter);
  return num_calls() - 1;
}

Status ValueCounts::Open(KeyedState& state, const std::vector<DataType>& key_types) {
  TableSpec spec;
  spec.name = options_.with_nulls ? "values_and_nulls" : "values";
  for (uint32_t column : columns_) spec.name += "_" + std::to_string(column);
  spec.version = options_.insert_only ? 2 : 1;
  spec.key_types = key_types;
  spec.value_types = codec_.types();
  const size_t num_words = options_.insert_only ? calls_words() : num_calls();
  spec.fixed_bytes = static_cast<uint32_t>(num_words * sizeof(int64_t));
  ASSIGN_OR_RETURN(map_, state.OpenMap(spec));
  return Status::Ok();
}

void ValueCounts::FindCalls(const Batch& batch, const GroupedRows& in, const ValueCounts* before) {
  if (before != nullptr && before->filters_ == filters_) {
    calls_ = before->calls_;
    return;
  }
  calls_.assign(in.size() * calls_words(), 0);
  for (uint32_t call = 0; call < num_calls(); ++call) {
    uint64_t* words = calls_.data() + call / 64;
    const size_t stride = calls_words();
    const uint32_t bit = call % 64;
    if (!filters_[call]) {
      for (uint32_t i = 0; i < in.size(); ++i) words[i * stride] |= uint64_t{1} << bit;
      continue;
    }
    const ColumnReader filter(*batch.columns[*filters_[call]]);
    for (uint32_t i = 0; i < in.size(); ++i) words[i * stride] |= uint64_t{IsTrue(filter, in.rows[i])} << bit;
  }
}

void ValueCounts::FindCountedRows(std::span<const ColumnReader> readers, const GroupedRows& in) {
  positions_.resize(in.size());
  std::iota(positions_.begin(), positions_.end(), 0u);
  const auto keep = [&](auto is_kept) {
    size_t num_kept = 0;
    for (uint32_t position : positions_) {
      positions_[num_kept] = position;
      num_kept += is_kept(position) ? 1 : 0;
    }
    positions_.resize(num_kept);
  };
  if (std::all_of(filters_.begin(), filters_.end(), [](const auto& filter) { return filter.has_value(); })) {
    keep([&](uint32_t position) {
      const uint64_t* words = calls_.data() + position * calls_words();
      return std::any_of(words, words + calls_words(), [](uint64_t word) { return word != 0; });
    });
  }
  if (options_.with_nulls) return;
  for (const ColumnReader& reader : readers) {
    if (reader.has_nulls()) keep([&](uint32_t position) { return !reader.IsNull(in.rows[position]); });
  }
}

void ValueCounts::FindValues(const Batch& batch, const GroupedRows& in, const int64_t* slices) {
  const std::vector<ColumnReader> readers = ReadColumns(batch, columns_);
  FindCountedRows(readers, in);
  options_.with_nulls ? equal_rows_.KeepApart(positions_) : equal_rows_.Find(readers, in, positions_);
  const std::vector<uint32_t>& firsts = equal_rows_.firsts();
  if (options_.by_slice) {
    value_bytes_.clear();
    value_offsets_.assign(1, 0);
    for (uint32_t i : firsts) {
      AppendSlice(slices[i], &value_bytes_);
      codec_.Encode(readers, in.rows[i], &value_bytes_);
      value_offsets_.push_back(static_cast<uint32_t>(value_bytes_.size()));
    }
  } else {
    value_rows_.resize(firsts.size());
    for (size_t k = 0; k < firsts.size(); ++k) value_rows_[k] = in.rows[firsts[k]];
    codec_.EncodeRows(readers, value_rows_, &value_bytes_, &value_offsets_);
  }
  wanted_.resize(firsts.size());
  for (size_t k = 0; k < firsts.size(); ++k) {
    const std::string_view value(value_bytes_.data() + value_offsets_[k],
                                 value_offsets_[k + 1] - value_offsets_[k]);
    wanted_[k] = {firsts[k], value};
  }
}

void ValueCounts::Count(const GroupedRows& in, std::vector<std::vector<Change>>* changes) {
  for (size_t j = 0; j < positions_.size(); ++j) {
    const uint32_t position = positions_[j];
    const int8_t weight = in.weight(position);
    // A row becomes the first or stops being the last of its value.
    const int64_t without = weight > 0 ? 0 : 1;
    uint8_t* counts = map_->MutableFixed(EntryOf(j));
    for (size_t word = 0; word < calls_words(); ++word) {
      for (uint64_t calls = calls_[position * calls_words() + word]; calls != 0; calls &= calls - 1) {
        const size_t call = word * 64 + static_cast<size_t>(std::countr_zero(calls));
        uint8_t* at = counts + call * sizeof(int64_t);
        const int64_t before = LoadAs<int64_t>(at);
        StoreAs<int64_t>(at, before + weight);
        if (before == without) (*changes)[call].push_back({position, weight});
      }
    }
  }
}

void ValueCounts::Mark(std::vector<std::vector<Change>>* changes) {
  const size_t num_words = calls_words();
  marked_.resize(entries_.size() * num_words);
  for (size_t k = 0; k < entries_.size(); ++k)
    std::memcpy(marked_.data() + k * num_words, map_->Fixed(entries_[k]), num_words * sizeof(uint64_t));
  for (size_t j = 0; j < positions_.size(); ++j) {
    const uint32_t position = positions_[j];
    const size_t first = equal_rows_.first_of(j);
    for (size_t word = 0; word < num_words; ++word) {
      uint64_t& marked = marked_[first * num_words + word];
      const uint64_t calls = calls_[position * num_words + word];
      if ((calls & ~marked) != 0) marked = MarkEntry(entries_[first], word, calls, position, changes);
    }
  }
}

uint64_t ValueCounts::MarkEntry(RowRef entry, size_t word, uint64_t calls, uint32_t position,
                                std::vector<std::vector<Change>>* changes) {
  // Equal rows that were not found to be equal share it.
  const auto before = LoadAs<uint64_t>(map_->Fixed(entry) + word * sizeof(uint64_t));
  uint64_t added = calls & ~before;
  if (added == 0) return before;
  StoreAs<uint64_t>(map_->MutableFixed(entry) + word * sizeof(uint64_t), before | added);
  for (; added != 0; added &= added - 1)
    (*changes)[word * 64 + static_cast<size_t>(std::countr_zero(added))].push_back({position, 1});
  return before | calls;
}

void ValueCounts::EraseUnused(const GroupedRows& in) {
  std::vector<RowRef> unused;
  for (size_t j = 0; j < positions_.size(); ++j) {
    bool is_unused = in.weight(positions_[j]) < 0;
    if (!is_unused) continue;
    const uint8_t* counts = map_->Fixed(EntryOf(j));
    for (uint32_t call = 0; call < num_calls() && is_unused; ++call)
      is_unused = LoadAs<int64_t>(counts + call * sizeof(int64_t)) == 0;
    if (is_unused) unused.push_back(EntryOf(j));
  }
  std::sort(unused.begin(), unused.end(), [](RowRef a, RowRef b) { return a.row < b.row; });
  unused.erase(std::unique(unused.begin(), unused.end()), unused.end());
  for (RowRef entry : unused) map_->Erase(entry);
}

Status ValueCounts::Update(const Batch& batch, const KeyBatch& keys, const GroupedRows& in,
                           const int64_t* slices, const ValueCounts* before,
                           std::vector<std::vector<Change>>* changes) {
  changes->resize(num_calls());
  for (std::vector<Change>& of_call : *changes) of_call.clear();
  FindCalls(batch, in, before);
  FindValues(batch, in, slices);
  RETURN_IF_ERROR(map_->FindOrInsert(keys, wanted_, &entries_, &inserted_));
  if (options_.insert_only) {
    Mark(changes);
    return Status::Ok();
  }
  Count(in, changes);
  if (in.weights != nullptr) EraseUnused(in);
  return Status::Ok();
}

bool ValueCounts::InRange(std::string_view sub_key, SliceRange slices) const {
  if (!options_.by_slice) return true;
  const int64_t slice = SliceOf(sub_key);
  return slices.first < slice && slice <= slices.last;
}

Status ValueCounts::ForEachValue(const KeyBatch& keys, uint32_t i, SliceRange slices,
                                 const std::function<void(std::string_view, const int64_t*)>& visit) {
  std::vector<int64_t> counts(num_calls());
  return map_->ForEachEntry(keys, i, [&](std::string_view sub_key, RowRef entry) {
    if (!InRange(sub_key, slices)) return true;
    const uint8_t* fixed = map_->Fixed(entry);
    if (options_.insert_only) {
      for (size_t call = 0; call < counts.size(); ++call)
        counts[call] = LoadAs<uint64_t>(fixed + call / 64 * sizeof(uint64_t)) >> call % 64 & 1;
    } else {
      std::memcpy(counts.data(), fixed, counts.size() * sizeof(int64_t));
    }
    visit(options_.by_slice ? sub_key.substr(kSliceBytes) : sub_key, counts.data());
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
