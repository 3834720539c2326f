#include <algorithm>
#include <span>
#include <utility>

#include "state/table/row_store.h"

namespace millrace::state {

struct FrozenRows::Change {
  std::string key;
  std::string value;
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

void FrozenRows::Read(std::span<const std::pair<uint64_t, Row*>> rows, std::vector<Change>* out) {
  out->clear();
  std::lock_guard lock(store_->frozen_mutex());
  for (const auto& [order, row] : rows) {
    if (row->change != change_) {
      Change& change = out->emplace_back();
      store_->AppendDatabaseKey(row, &change.key);
      const std::optional<std::string>& copy = copies_.at(row);
      change.erased = !copy.has_value();
      if (copy.has_value()) change.value = *copy;
      continue;
    }
    if (row->flags == kRowDead || row->flags == kRowDeleted) garbage_.push_back(row);
    if (row->flags == kRowDead) continue;
    Change& change = out->emplace_back();
    store_->AppendDatabaseKey(row, &change.key);
    change.erased = row->flags == kRowDeleted;
    if (!change.erased) store_->EncodeValue(row, &change.value);
  }
}

Status FrozenRows::Write(ChangeSink& sink) {
  // Keys and what SortKey reads never change, so sorting needs no lock.
  std::vector<std::pair<uint64_t, Row*>> order;
  order.reserve(rows_.size());
  for (Row* row : rows_) order.emplace_back(store_->SortKey(row), row);
  std::sort(order.begin(), order.end(), [this](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : store_->KeyLess(a.second, b.second);
  });
  garbage_.clear();
  // The owner may wait for the lock as long as one run takes.
  constexpr size_t kRun = 32;
  std::vector<Change> changes;
  for (size_t at = 0; at < order.size(); at += kRun) {
    Read(std::span(order).subspan(at, std::min(kRun, order.size() - at)), &changes);
    for (const Change& change : changes) {
      RETURN_IF_ERROR(change.erased ? sink.Delete(change.key) : sink.Put(change.key, change.value));
    }
  }
  return Status::Ok();
}

}  // namespace millrace::state
