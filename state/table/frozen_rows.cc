#include <algorithm>
#include <span>
#include <utility>

#include "state/table/row_store.h"

namespace millrace::state {

struct FrozenRows::Change {
  uint32_t key_size = 0;
  uint32_t value_size = 0;
  bool erased = false;
};

FrozenRows::FrozenRows(uint32_t change, std::shared_ptr<RowStore> store, std::vector<Row*> rows)
    : change_(change), store_(std::move(store)), rows_(std::move(rows)) {
}

void FrozenRows::TakeBack(Row* row, uint32_t current) {
  std::optional<std::string> content;
  if (row->flags != kRowDeleted) store_->EncodeValue(row, &content.emplace());
  std::lock_guard lock(store_->frozen_mutex());
  copies_.emplace(row, std::move(content));
  row->change = current;
}

std::vector<OrderedRow> FrozenRows::InOrder() const {
  // Keys and what their order depends on never change, so sorting needs no lock.
  std::vector<OrderedRow> rows;
  rows.reserve(rows_.size());
  store_->AppendOrder(rows_, &rows);
  SortByOrder(&rows);
  for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    while (end < rows.size() && rows[end].order == rows[begin].order) ++end;
    if (end - begin > 1) store_->SortTies(std::span(rows).subspan(begin, end - begin));
  }
  return rows;
}

void FrozenRows::Read(std::span<const OrderedRow> rows, std::vector<Change>* out, std::string* bytes) {
  out->clear();
  bytes->clear();
  std::lock_guard lock(store_->frozen_mutex());
  for (const OrderedRow& ordered : rows) {
    Row* const row = ordered.row;
    const bool is_current = row->change == change_;
    if (is_current && row->flags >= kRowDeleted) garbage_.push_back(row);
    if (is_current && row->flags == kRowDead) continue;
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
  const std::vector<OrderedRow> rows = InOrder();
  garbage_.clear();
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
