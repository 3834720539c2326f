#include "operators/window/sliding_totals.h"

#include <algorithm>

#include "core/row/key_hash.h"

namespace millrace {

SlidingTotals::SlidingTotals(AggregateSet& aggregates, MergeHeaders merge_headers)
    : aggregates_(aggregates),
      merge_headers_(merge_headers),
      front_(aggregates.fixed_bytes(), aggregates.num_blobs()),
      back_(aggregates.fixed_bytes(), aggregates.num_blobs()),
      entering_(aggregates.fixed_bytes(), aggregates.num_blobs()),
      totals_(aggregates.fixed_bytes(), aggregates.num_blobs()) {
}

void SlidingTotals::Merges::Add(uint8_t* from, RowRef from_row, uint8_t* into, RowRef into_row) {
  from_payloads.push_back(from);
  from_rows.push_back(from_row);
  into_payloads.push_back(into);
  into_rows.push_back(into_row);
}

void SlidingTotals::Merges::Clear() {
  from_payloads.clear();
  from_rows.clear();
  into_payloads.clear();
  into_rows.clear();
}

void SlidingTotals::Merge(BlobAccess& from, BlobAccess& into) {
  const Groups from_groups{merges_.from_rows.size(), merges_.from_payloads.data(), merges_.from_rows.data(),
                           &from};
  const Groups into_groups{merges_.into_rows.size(), merges_.into_payloads.data(), merges_.into_rows.data(),
                           &into};
  merge_headers_(from_groups, into_groups);
  aggregates_.MergeGroups(from_groups, into_groups);
  merges_.Clear();
}

uint32_t SlidingTotals::GroupOf(std::string_view key) {
  const uint32_t group = back_.AddCopy(HashBytes(key), key);
  if (group == front_of_group_.size()) front_of_group_.push_back(kNone);
  return group;
}

Status SlidingTotals::MoveTo(int64_t begin, int64_t end, SliceTable& slices) {
  if (is_valid_) Leave(begin);
  is_valid_ &= first_back_slice_ > begin;
  return is_valid_ ? Enter(end, slices) : Rebuild(begin, end, slices);
}

void SlidingTotals::Leave(int64_t begin) {
  for (; !front_slices_.empty() && front_slices_.back().slice <= begin; front_slices_.pop_back()) {
    for (size_t row = front_slices_.back().first_row; row < front_slices_.back().end_row; ++row)
      front_of_group_[front_rows_[row].group] = front_rows_[row].next;
  }
}

Status SlidingTotals::Enter(int64_t end, SliceTable& slices) {
  for (auto slice = slices.NextSlice(last_slice_); slice && *slice <= end; slice = slices.NextSlice(*slice)) {
    entering_.Clear();
    entering_groups_.clear();
    RETURN_IF_ERROR(slices.ForEachRow(*slice, [&](RowRef row) {
      entering_groups_.push_back(GroupOf(slices.Key(row)));
      entering_.AddValues(slices, row);
      return Status::Ok();
    }));
    back_.MakePayloads();
    for (size_t i = 0; i < entering_.size(); ++i) {
      const uint32_t group = entering_groups_[i];
      merges_.Add(entering_.payload(i), entering_.row(i), back_.payload(group), back_.row(group));
    }
    Merge(entering_, back_);
    first_back_slice_ = std::min(first_back_slice_, *slice);
  }
  last_slice_ = end;
  return Status::Ok();
}

Status SlidingTotals::Rebuild(int64_t begin, int64_t end, SliceTable& slices) {
  front_slices_.clear();
  front_.Clear();
  front_rows_.clear();
  front_of_group_.clear();
  back_.Clear();
  std::vector<int64_t> held;
  for (auto slice = slices.NextSlice(begin); slice && *slice <= end; slice = slices.NextSlice(*slice))
    held.push_back(*slice);
  for (auto slice = held.rbegin(); slice != held.rend(); ++slice) RETURN_IF_ERROR(PushFront(*slice, slices));
  back_.MakePayloads();
  first_back_slice_ = INT64_MAX;
  last_slice_ = end;
  is_valid_ = true;
  return Status::Ok();
}

Status SlidingTotals::PushFront(int64_t slice, SliceTable& slices) {
  const size_t first_row = front_.size();
  RETURN_IF_ERROR(slices.ForEachRow(slice, [&](RowRef row) {
    const uint32_t group = GroupOf(slices.Key(row));
    front_rows_.push_back({group, front_of_group_[group]});
    front_of_group_[group] = static_cast<uint32_t>(front_.size());
    front_.AddValues(slices, row);
    return Status::Ok();
  }));
  for (size_t row = first_row; row < front_.size(); ++row) {
    const uint32_t next = front_rows_[row].next;
    if (next != kNone)
      merges_.Add(front_.payload(next), front_.row(next), front_.payload(row), front_.row(row));
  }
  Merge(front_, front_);
  front_slices_.push_back({slice, first_row, front_.size()});
  return Status::Ok();
}

Groups SlidingTotals::Totals(size_t first, size_t count) {
  totals_.Clear();
  totals_.AddEmpty(count);
  for (size_t i = 0; i < count; ++i) {
    const uint32_t row = front_of_group_[first + i];
    if (row != kNone) totals_.SetValues(i, front_, row);
  }
  for (size_t i = 0; i < count; ++i)
    merges_.Add(back_.payload(first + i), back_.row(first + i), totals_.payload(i), totals_.row(i));
  Merge(back_, totals_);
  return totals_.All();
}

}  // namespace millrace
