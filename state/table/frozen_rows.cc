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

std::vector<size_t> FrozenRows::Partition() {
  // Small enough to be sorted in the processor's cache, and next to nothing beside the rows themselves.
  constexpr size_t kPartRows = 32 * 1024;
  const size_t num_rows = rows_.size();
  const uint64_t num_parts = (num_rows + kPartRows - 1) / kPartRows;
  if (num_parts <= 1) return {num_rows};
  // The group and the upper half of the hash; dead rows, whose order is beyond all others, have the last one.
  std::vector<uint32_t> heads;
  heads.reserve(num_rows);
  uint32_t first = UINT32_MAX;
  uint32_t last = 0;
  std::vector<OrderedRow> orders;
  for (size_t at = 0; at < num_rows; at += kPartRows) {
    orders.clear();
    store_->AppendOrder(std::span(rows_).subspan(at, std::min(kPartRows, num_rows - at)), &orders);
    for (const OrderedRow& row : orders) {
      const auto head = static_cast<uint32_t>(std::min<uint64_t>(row.order >> 16, UINT32_MAX));
      heads.push_back(head);
      first = std::min(first, head);
      if (head != UINT32_MAX) last = std::max(last, head);
    }
  }
  const uint64_t width = last >= first ? uint64_t{last} - first + 1 : 1;
  const auto part_of = [&](uint32_t head) {
    return head > last ? num_parts - 1 : (head - first) * num_parts / width;
  };
  std::vector<size_t> ends(num_parts, 0);
  for (uint32_t head : heads) ++ends[part_of(head)];
  size_t next = 0;
  for (size_t& end : ends) next += std::exchange(end, next);
  std::vector<Row*> parted(num_rows);
  for (size_t i = 0; i < num_rows; ++i) parted[ends[part_of(heads[i])]++] = rows_[i];
  rows_ = std::move(parted);
  return ends;
}

std::vector<OrderedRow> FrozenRows::InOrder(std::span<Row* const> part) const {
  // Keys and what their order depends on never change, so sorting needs no lock.
  std::vector<OrderedRow> rows;
  rows.reserve(part.size());
  store_->AppendOrder(part, &rows);
  SortByOrder(&rows);
  constexpr size_t kAhead = 32;
  for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    for (; end < rows.size() && rows[end].order == rows[begin].order; ++end) {
      const size_t ahead = end + kAhead;
      if (ahead < rows.size() && rows[ahead].order == rows[ahead - 1].order)
        store_->PrefetchRow(rows[ahead].row);
    }
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
  garbage_.clear();
  size_t begin = 0;
  for (size_t end : Partition()) {
    RETURN_IF_ERROR(WriteOrdered(InOrder(std::span(rows_).subspan(begin, end - begin)), sink));
    begin = end;
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
