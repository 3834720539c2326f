#include <algorithm>
#include <span>
#include <utility>

#include "state/table/page_memory.h"
#include "state/table/row_store.h"

namespace millrace::state {
namespace {

constexpr size_t kGatheredMin = 1 << 20;

}  // namespace

struct FrozenRows::Change {
  uint32_t key_size = 0;
  uint32_t value_size = 0;
  bool erased = false;
};

FrozenRows::FrozenRows(uint32_t change, std::shared_ptr<RowStore> store, RowSet rows)
    : change_(change), store_(std::move(store)), rows_(std::move(rows)) {
}

void FrozenRows::TakeBack(Row* row, uint32_t current) {
  std::optional<std::string> content;
  if (row->flags != kRowDeleted) store_->EncodeValue(row, &content.emplace());
  std::lock_guard lock(store_->frozen_mutex());
  copies_.emplace(row, std::move(content));
  row->change = current;
}

template <class Visit>
void FrozenRows::ForEachOrdered(Visit&& visit) const {
  constexpr size_t kRun = 256;
  std::vector<Row*> run;
  std::vector<OrderedRow> ordered;
  const auto visit_run = [&] {
    ordered.clear();
    store_->AppendOrder(run, &ordered);
    for (const OrderedRow& row : ordered) visit(row);
    run.clear();
  };
  rows_.ForEach([&](Row* row) {
    run.push_back(row);
    if (run.size() == kRun) visit_run();
  });
  visit_run();
}

OrderParts FrozenRows::Partition() const {
  uint64_t first = UINT64_MAX;
  uint64_t last = 0;
  ForEachOrdered([&](const OrderedRow& row) {
    first = std::min(first, row.order);
    last = std::max(last, row.order);
  });
  OrderParts parts(rows_.size(), first, last);
  ForEachOrdered([&](const OrderedRow& row) { parts.Count(row.order); });
  return parts;
}

void FrozenRows::Sort(std::vector<OrderedRow>* rows) const {
  // Keys and what their order depends on never change, so sorting needs no lock.
  SortByOrder(rows);
  constexpr size_t kAhead = 32;
  for (size_t begin = 0, end = 0; begin < rows->size(); begin = end) {
    for (; end < rows->size() && (*rows)[end].order == (*rows)[begin].order; ++end) {
      const size_t ahead = end + kAhead;
      if (ahead < rows->size() && (*rows)[ahead].order == (*rows)[ahead - 1].order)
        store_->PrefetchRow((*rows)[ahead].row);
    }
    if (end - begin > 1) store_->SortTies(std::span(*rows).subspan(begin, end - begin));
  }
}

void FrozenRows::Read(std::span<const OrderedRow> rows, std::vector<Change>* out, std::string* bytes) {
  out->clear();
  bytes->clear();
  std::lock_guard lock(store_->frozen_mutex());
  for (const OrderedRow& ordered : rows) {
    Row* const row = ordered.row;
    const bool is_current = row->change == change_;
    if (is_current && row->flags == kRowDeleted) garbage_.push_back(row);
    const size_t begin = bytes->size();
    store_->AppendDatabaseKey(ordered, bytes);
    Change& change = out->emplace_back();
    change.key_size = static_cast<uint32_t>(bytes->size() - begin);
    if (is_current) {
      change.erased = row->flags == kRowDeleted;
      if (!change.erased) store_->EncodeValue(row, bytes);
    } else {
      const std::optional<std::string>& copy = copies_.at(row);
      change.erased = !copy.has_value();
      if (copy.has_value()) bytes->append(*copy);
    }
    change.value_size = static_cast<uint32_t>(bytes->size() - begin - change.key_size);
  }
}

Status FrozenRows::Write(ChangeSink& sink) {
  garbage_.clear();
  const OrderParts parts = Partition();
  // One more walk over the set costs less than room for all of a large one.
  const size_t gathered_max = std::max(kGatheredMin, rows_.size() / 4);
  for (size_t begin = 0, end = 0; begin < parts.size(); begin = end) {
    size_t num_gathered = 0;
    std::vector<size_t> ends;  // of the parts from `begin` on
    for (; end < parts.size() && (end == begin || num_gathered + parts.num_rows(end) <= gathered_max);
         ++end) {
      ends.push_back(num_gathered);
      num_gathered += parts.num_rows(end);
    }
    // Megabytes that the allocator would keep until the next freeze.
    const PageMemory memory(std::max<size_t>(num_gathered, 1) * sizeof(Row*));
    const std::span<Row*> gathered(reinterpret_cast<Row**>(memory.data()), num_gathered);
    ForEachOrdered([&](const OrderedRow& row) {
      const size_t part = parts.PartOf(row.order);
      if (part >= begin && part < end) gathered[ends[part - begin]++] = row.row;
    });
    std::vector<OrderedRow> rows;
    size_t at = 0;
    for (size_t part_end : ends) {
      rows.clear();
      store_->AppendOrder(gathered.subspan(at, part_end - at), &rows);
      Sort(&rows);
      RETURN_IF_ERROR(WriteOrdered(rows, sink));
      at = part_end;
    }
  }
  return Status::Ok();
}

Status FrozenRows::WriteOrdered(const std::vector<OrderedRow>& rows, ChangeSink& sink) {
  // The owner may wait for the lock as long as one run takes.
  constexpr size_t kRun = 32;
  std::vector<Change> changes;
  std::string bytes;
  for (size_t at = 0; at < rows.size(); at += kRun) {
    for (size_t next = at + kRun; next < std::min(at + 2 * kRun, rows.size()); ++next) {
      store_->PrefetchContent(rows[next].row);
    }
    Read(std::span(rows).subspan(at, std::min(kRun, rows.size() - at)), &changes, &bytes);
    size_t begin = 0;
    for (const Change& change : changes) {
      const std::string_view key(bytes.data() + begin, change.key_size);
      const std::string_view value(key.data() + key.size(), change.value_size);
      RETURN_IF_ERROR(change.erased ? sink.Delete(key) : sink.Put(key, value));
      begin += key.size() + value.size();
    }
  }
  return Status::Ok();
}

}  // namespace millrace::state
