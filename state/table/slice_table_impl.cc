#include "state/table/slice_table_impl.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/error_codes.h"
#include "state/table/keyed_table_impl.h"
#include "state/table/row_bytes.h"

namespace millrace::state {
namespace {

Row* RowOf(RowRef row) {
  return static_cast<Row*>(row.row);
}

}  // namespace

class SliceTableImpl::SliceStore final : public RowStore {
 public:
  using RowStore::RowStore;

 protected:
  void OnAllocate(Row* row) override { layout().Links<Links>(row)->store = this; }
};

SliceTableImpl::SliceTableImpl(const TableSpec& spec, std::string prefix, ChangeClock& clock, ColdRows& cold)
    : prefix_(std::move(prefix)),
      layout_(sizeof(Links), spec.fixed_bytes, spec.num_blobs),
      clock_(clock),
      cold_(cold),
      probe_(cold) {
}

SliceTableImpl::Slice& SliceTableImpl::SliceOf(int64_t slice) {
  Slice& found = slices_[slice];
  if (found.store == nullptr) {
    std::string prefix = prefix_;
    AppendOrderedInt64(slice, &prefix);
    found.store = std::make_shared<SliceStore>(std::move(prefix), layout_, clock_);
    changed_.push_back(&found);
  }
  return found;
}

void SliceTableImpl::MarkChanged(Slice* slice) {
  if (!std::exchange(slice->is_changed, true)) changed_.push_back(slice);
}

void SliceTableImpl::MarkAllChanged() {
  for (auto& [slice, content] : slices_) MarkChanged(&content);
}

Status SliceTableImpl::FindOrInsert(std::span<const int64_t> slices, const KeyBatch& keys,
                                    std::vector<RowRef>* rows, std::vector<uint8_t>* inserted) {
  DCHECK(slices.size() == keys.size());
  stores_.clear();
  touched_.clear();
  for (uint32_t i = 0; i < keys.size(); ++i) {
    if (i == 0 || slices[i] != slices[i - 1]) {
      touched_.push_back(&SliceOf(slices[i]));
      MarkChanged(touched_.back());
    }
    stores_.push_back(touched_.back()->store.get());
  }
  uint64_t num_inserted = 0;
  const auto store_of = [this](uint32_t i) { return stores_[i]; };
  RETURN_IF_ERROR(probe_.FindOrInsert(keys, store_of, rows, inserted, &num_inserted));
  if (num_inserted == 0) return Status::Ok();
  num_rows_ += num_inserted;
  size_t run = 0;
  for (uint32_t i = 0; i < keys.size(); ++i) {
    if (i > 0 && slices[i] != slices[i - 1]) ++run;
    touched_[run]->num_rows += (*inserted)[i];
  }
  return Status::Ok();
}

std::vector<int64_t> SliceTableImpl::Slices() const {
  std::vector<int64_t> slices;
  slices.reserve(slices_.size());
  for (const auto& [slice, content] : slices_) slices.push_back(slice);
  return slices;
}

std::optional<int64_t> SliceTableImpl::NextSlice(int64_t after) const {
  const auto next = slices_.upper_bound(after);
  return next == slices_.end() ? std::nullopt : std::optional(next->first);
}

Status SliceTableImpl::ForEachRow(int64_t slice, const std::function<Status(RowRef)>& visit) {
  auto found = slices_.find(slice);
  if (found == slices_.end()) return Status::Ok();
  MarkChanged(&found->second);
  return ForEachStoredRow(*found->second.store, cold_, visit);
}

void SliceTableImpl::DropSlice(int64_t slice) {
  auto found = slices_.find(slice);
  if (found == slices_.end()) return;
  if (found->second.store->may_be_stored()) dropped_prefixes_.push_back(found->second.store->prefix());
  num_rows_ -= std::min(num_rows_, found->second.num_rows);
  counted_bytes_ -= found->second.counted_bytes;
  std::erase(changed_, &found->second);
  slices_.erase(found);
}

const uint8_t* SliceTableImpl::Fixed(RowRef row) const {
  return layout_.Fixed(RowOf(row));
}

RowStore& SliceTableImpl::StoreOf(RowRef row) const {
  return *layout_.Links<Links>(RowOf(row))->store;
}

uint8_t* SliceTableImpl::MutableFixed(RowRef row) {
  StoreOf(row).MarkChanged(RowOf(row));
  return layout_.Fixed(RowOf(row));
}

std::string_view SliceTableImpl::Blob(RowRef row, uint32_t slot) const {
  return layout_.Blobs(RowOf(row))[slot].view();
}

void SliceTableImpl::SetBlob(RowRef row, uint32_t slot, std::string_view bytes) {
  StoreOf(row).SetBlob(RowOf(row), slot, bytes);
}

std::string_view SliceTableImpl::Key(RowRef row) const {
  return layout_.Key(RowOf(row));
}

uint64_t SliceTableImpl::memory_bytes() const {
  for (Slice* slice : changed_) {
    counted_bytes_ -= slice->counted_bytes;
    slice->counted_bytes = slice->store->memory_bytes();
    counted_bytes_ += slice->counted_bytes;
    slice->is_changed = false;
  }
  changed_.clear();
  return counted_bytes_;
}

void SliceTableImpl::Freeze(FrozenChanges* out) {
  MarkAllChanged();
  std::move(dropped_prefixes_.begin(), dropped_prefixes_.end(), std::back_inserter(out->dropped_prefixes));
  dropped_prefixes_.clear();
  for (auto& [slice, content] : slices_) {
    if (auto frozen = content.store->Freeze()) out->rows.push_back(std::move(frozen));
  }
}

Status SliceTableImpl::Restore(uint64_t num_rows, bool load_all) {
  const std::unique_ptr<RowCursor> cursor = cold_.database()->NewCursor();
  for (cursor->Seek(prefix_); cursor->Valid() && cursor->key().starts_with(prefix_);) {
    if (cursor->key().size() < prefix_.size() + sizeof(int64_t)) {
      return Status(kCorruptBytes, "state key of a slice is too short");
    }
    const int64_t slice = ReadOrderedInt64(cursor->key().data() + prefix_.size());
    RowStore& store = *SliceOf(slice).store;
    store.set_may_be_stored();
    if (load_all) {
      RETURN_IF_ERROR(cold_.LoadAll(store));
    } else {
      store.cold().AddAll();
    }
    const std::string next = AfterPrefix(store.prefix());
    if (next.empty()) break;
    cursor->Seek(next);
  }
  RETURN_IF_ERROR(cursor->status());
  num_rows_ = num_rows;
  MarkAllChanged();
  for (auto& [slice, content] : slices_) {
    content.num_rows = load_all ? content.store->index().size() : num_rows / slices_.size();
  }
  return Status::Ok();
}

void SliceTableImpl::LearnColdKeys(ColdFilters& filters) {
  MarkAllChanged();
  for (auto& [slice, content] : slices_) {
    if (content.store->cold().has_all())
      content.store->cold().Absorb(std::move(filters[content.store->prefix()]));
  }
}

uint64_t SliceTableImpl::Evict(uint64_t wanted_bytes) {
  uint64_t freed = 0;
  MarkAllChanged();
  // Late slices are used last.
  for (auto at = slices_.rbegin(); at != slices_.rend() && freed < wanted_bytes; ++at) {
    freed += at->second.store->Evict(wanted_bytes - freed);
  }
  return freed;
}

}  // namespace millrace::state
