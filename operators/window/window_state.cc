#include "operators/window/window_state.h"

#include <algorithm>
#include <utility>

#include "core/row/key_hash.h"

namespace millrace {
namespace {

/// Groups that are worked on at once.
constexpr size_t kGroupsAtOnce = 4096;

Groups Part(const Groups& groups, size_t first, size_t count) {
  return {count, groups.payloads + first, groups.rows + first, groups.blobs};
}

}  // namespace

WindowState::WindowState(WindowFrames frames, AggregateSet aggregates, std::vector<uint32_t> key_columns,
                         std::vector<DataType> key_types, uint32_t max_parallelism)
    : frames_(frames),
      aggregates_(std::move(aggregates)),
      key_columns_(std::move(key_columns)),
      key_types_(key_types),
      keys_(key_types, max_parallelism),
      key_rows_(key_types, max_parallelism),
      staged_(aggregates_.fixed_bytes(), aggregates_.num_blobs()),
      merged_(aggregates_.fixed_bytes(), aggregates_.num_blobs()) {
  if (frames_.shares_slices() && !frames_.is_cumulative() && !aggregates_.has_distinct())
    totals_.emplace(aggregates_, &MergeHeaders);
}

Status WindowState::Open(KeyedState& state) {
  TableSpec spec;
  spec.name = "slices";
  spec.key_types = key_types_;
  spec.value_types = aggregates_.state_types();
  spec.fixed_bytes = aggregates_.fixed_bytes();
  spec.num_blobs = aggregates_.num_blobs();
  ASSIGN_OR_RETURN(slices_, state.OpenSlices(spec));
  blobs_.emplace(*slices_);
  return aggregates_.Open(state, key_types_);
}

Status WindowState::Update(const Rows& rows) {
  const Batch& batch = rows.batch;
  keys_.Build(batch, key_columns_);
  const uint32_t size = keys_.size();
  RETURN_IF_ERROR(slices_->FindOrInsert({rows.slices, size}, keys_, &rows_, &inserted_));
  payloads_.resize(size);
  row_numbers_.resize(size);
  weights_.resize(size);
  std::optional<ColumnReader> counts;
  if (rows.first_column) counts.emplace(*batch.columns.back());
  for (uint32_t i = 0; i < size; ++i) {
    const uint32_t row = keys_.row(i);
    if (totals_) totals_->OnSliceChanged(rows.slices[i]);
    uint8_t* payload = slices_->MutableFixed(rows_[i]);
    auto header = LoadAs<WindowHeader>(payload);
    weights_[i] = batch.Weight(row);
    header.num_rows += counts ? counts->Value<int64_t>(row) : weights_[i];
    if (rows.starts != nullptr) header.window_start = rows.starts[i];
    StoreAs(payload, header);
    payloads_[i] = payload;
    row_numbers_[i] = row;
  }
  const GroupedRows in{{size, payloads_.data(), rows_.data(), &*blobs_},
                       row_numbers_.data(),
                       batch.weights ? weights_.data() : nullptr};
  if (!rows.first_column) return aggregates_.Update(batch, keys_, in, rows.slices);
  aggregates_.UpdateFromColumns(batch, in);
  return Status::Ok();
}

Status WindowState::Drop(int64_t slice) {
  if (aggregates_.has_values()) {
    staged_.Clear();
    RETURN_IF_ERROR(slices_->ForEachRow(slice, [&](RowRef row) {
      staged_.Add(*slices_, row);
      return Status::Ok();
    }));
    for (size_t first = 0; first < staged_.size(); first += kGroupsAtOnce) {
      Batch keys;
      RETURN_IF_ERROR(DecodeKeys([&](size_t i) { return staged_.key(first + i); },
                                 std::min(kGroupsAtOnce, staged_.size() - first), &keys));
      RETURN_IF_ERROR(aggregates_.EraseValues(key_rows_.keys(), {slice - 1, slice}));
    }
  }
  slices_->DropSlice(slice);
  return Status::Ok();
}

std::vector<int64_t> WindowState::SlicesOf(int64_t window_end) const {
  std::vector<int64_t> slices;
  const int64_t begin = frames_.SlicesBegin(window_end);
  for (auto slice = NextSlice(begin); slice && *slice <= window_end; slice = NextSlice(*slice))
    slices.push_back(*slice);
  return slices;
}

Status WindowState::ForEachGroup(int64_t window_end, const Visit& visit) {
  if (totals_) {
    RETURN_IF_ERROR(totals_->MoveTo(frames_.SlicesBegin(window_end), window_end, *slices_));
    return VisitTotals(visit);
  }
  if (folds()) RETURN_IF_ERROR(Fold(window_end));
  const std::vector<int64_t> slices = SlicesOf(window_end);
  const bool alone = slices.size() == 1 && !(frames_.shares_slices() && aggregates_.has_distinct());
  staged_.Clear();
  merged_.Clear();
  for (int64_t slice : slices) {
    RETURN_IF_ERROR(slices_->ForEachRow(slice, [&](RowRef row) -> Status {
      staged_.Add(*slices_, row);
      if (staged_.size() < kGroupsAtOnce) return Status::Ok();
      return alone ? VisitStaged(visit) : MergeStaged();
    }));
  }
  if (alone) return VisitStaged(visit);
  RETURN_IF_ERROR(MergeStaged());
  return VisitMerged(window_end, visit);
}

/// Merges the slices of a cumulative window into its first one.
Status WindowState::Fold(int64_t window_end) {
  const int64_t first_slice = frames_.FirstSlice(window_end);
  for (int64_t slice : SlicesOf(window_end)) {
    if (slice == first_slice) continue;
    staged_.Clear();
    RETURN_IF_ERROR(slices_->ForEachRow(slice, [&](RowRef row) {
      staged_.Add(*slices_, row);
      return Status::Ok();
    }));
    for (size_t first = 0; first < staged_.size(); first += kGroupsAtOnce) {
      RETURN_IF_ERROR(MergeIntoSlice(first_slice, first, std::min(kGroupsAtOnce, staged_.size() - first)));
    }
    RETURN_IF_ERROR(Drop(slice));
  }
  return Status::Ok();
}

Status WindowState::MergeIntoSlice(int64_t slice, size_t first, size_t count) {
  Batch keys;
  RETURN_IF_ERROR(DecodeKeys([&](size_t i) { return staged_.key(first + i); }, count, &keys));
  target_slices_.assign(count, slice);
  RETURN_IF_ERROR(slices_->FindOrInsert(target_slices_, key_rows_.keys(), &rows_, &inserted_));
  payloads_.resize(count);
  for (size_t i = 0; i < count; ++i) payloads_[i] = slices_->MutableFixed(rows_[i]);
  const Groups from = Part(staged_.All(), first, count);
  const Groups into{count, payloads_.data(), rows_.data(), &*blobs_};
  MergeHeaders(from, into);
  aggregates_.MergeGroups(from, into);
  return Status::Ok();
}

void WindowState::MergeHeaders(const Groups& from, const Groups& into) {
  for (size_t i = 0; i < from.size; ++i) {
    const auto added = LoadAs<WindowHeader>(from.payloads[i]);
    const auto header = LoadAs<WindowHeader>(into.payloads[i]);
    StoreAs(into.payloads[i], WindowHeader{header.num_rows + added.num_rows, added.window_start});
  }
}

/// Adds what is staged to merged_.
Status WindowState::MergeStaged() {
  std::vector<uint32_t> groups(staged_.size());
  for (size_t i = 0; i < staged_.size(); ++i)
    groups[i] = merged_.AddCopy(HashBytes(staged_.key(i)), staged_.key(i));
  merged_.MakePayloads();
  payloads_.resize(groups.size());
  rows_.resize(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    payloads_[i] = merged_.payload(groups[i]);
    rows_[i] = merged_.row(groups[i]);
  }
  const Groups from = staged_.All();
  const Groups into{groups.size(), payloads_.data(), rows_.data(), &merged_};
  // A batch may hold a key of several slices: accumulators are merged in order, group by group.
  MergeHeaders(from, into);
  aggregates_.MergeGroups(from, into);
  staged_.Clear();
  return Status::Ok();
}

Status WindowState::VisitStaged(const Visit& visit) {
  if (staged_.size() == 0) return Status::Ok();
  Batch keys;
  RETURN_IF_ERROR(DecodeColumns([&](size_t i) { return staged_.key(i); }, staged_.size(), &keys));
  RETURN_IF_ERROR(visit(staged_.All(), keys));
  staged_.Clear();
  return Status::Ok();
}

Status WindowState::VisitMerged(int64_t window_end, const Visit& visit) {
  const Groups all = merged_.All();
  for (size_t first = 0; first < all.size; first += kGroupsAtOnce) {
    const Groups groups = Part(all, first, std::min(kGroupsAtOnce, all.size - first));
    Batch keys;
    const auto key = [&](size_t i) { return merged_.key(first + i); };
    if (!aggregates_.has_distinct()) {
      RETURN_IF_ERROR(DecodeColumns(key, groups.size, &keys));
    } else {
      RETURN_IF_ERROR(DecodeKeys(key, groups.size, &keys));
      RETURN_IF_ERROR(aggregates_.ComputeDistinct(key_rows_.keys(),
                                                  {frames_.SlicesBegin(window_end), window_end}, groups));
    }
    RETURN_IF_ERROR(visit(groups, keys));
  }
  return Status::Ok();
}

Status WindowState::VisitTotals(const Visit& visit) {
  for (size_t first = 0; first < totals_->size(); first += kGroupsAtOnce) {
    const size_t count = std::min(kGroupsAtOnce, totals_->size() - first);
    Batch keys;
    RETURN_IF_ERROR(DecodeColumns([&](size_t i) { return totals_->key(first + i); }, count, &keys));
    RETURN_IF_ERROR(visit(totals_->Totals(first, count), keys));
  }
  return Status::Ok();
}

Status WindowState::DecodeKeys(const std::function<std::string_view(size_t)>& key, size_t count,
                               Batch* keys) {
  for (size_t i = 0; i < count; ++i) RETURN_IF_ERROR(key_rows_.Add(key(i)));
  *keys = key_rows_.Finish();
  return Status::Ok();
}

Status WindowState::DecodeColumns(const std::function<std::string_view(size_t)>& key, size_t count,
                                  Batch* keys) {
  key_bytes_.clear();
  for (size_t i = 0; i < count; ++i) key_bytes_.push_back(key(i));
  keys->num_rows = static_cast<uint32_t>(count);
  ASSIGN_OR_RETURN(keys->columns, key_rows_.DecodeColumns(key_bytes_));
  return Status::Ok();
}

}  // namespace millrace
