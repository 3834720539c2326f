#include "state/table/keyed_table_impl.h"

namespace millrace::state {
namespace {

Row* RowOf(RowRef row) {
  return static_cast<Row*>(row.row);
}

}  // namespace

Status ForEachStoredRow(RowStore& store, ColdRows& cold, const std::function<Status(RowRef)>& visit) {
  for (size_t slot = 0; slot < store.index().num_slots(); ++slot) {
    Row* row = store.index().RowAt(slot);
    if (row == nullptr || row->flags == kRowDeleted) continue;
    RETURN_IF_ERROR(visit(RowRef{row}));
  }
  return cold.ForEachCold(store, [&](Row* row) { return visit(RowRef{row}); });
}

KeyedTableImpl::KeyedTableImpl(const TableSpec& spec, std::string prefix, ChangeClock& clock, ColdRows& cold)
    : cold_(cold),
      probe_(cold),
      store_(std::make_shared<RowStore>(std::move(prefix), RowLayout(0, spec.fixed_bytes, spec.num_blobs),
                                        clock)) {
}

Status KeyedTableImpl::FindOrInsert(const KeyBatch& keys, std::vector<RowRef>* rows,
                                    std::vector<uint8_t>* inserted) {
  uint64_t num_inserted = 0;
  RowStore* const store = store_.get();
  RETURN_IF_ERROR(probe_.FindOrInsert(
      keys, [store](uint32_t) { return store; }, rows, inserted, &num_inserted));
  num_rows_ += num_inserted;
  return Status::Ok();
}

Status KeyedTableImpl::Find(const KeyBatch& keys, std::vector<RowRef>* rows) {
  RowStore* const store = store_.get();
  return probe_.Find(
      keys, [store](uint32_t) { return store; }, rows);
}

void KeyedTableImpl::Erase(RowRef row) {
  store_->Erase(RowOf(row));
  if (num_rows_ > 0) --num_rows_;  // an estimate after a restore
}

const uint8_t* KeyedTableImpl::Fixed(RowRef row) const {
  return store_->layout().Fixed(RowOf(row));
}

uint8_t* KeyedTableImpl::MutableFixed(RowRef row) {
  store_->MarkChanged(RowOf(row));
  return store_->layout().Fixed(RowOf(row));
}

std::string_view KeyedTableImpl::Blob(RowRef row, uint32_t slot) const {
  return store_->layout().Blobs(RowOf(row))[slot].view();
}

void KeyedTableImpl::SetBlob(RowRef row, uint32_t slot, std::string_view bytes) {
  store_->SetBlob(RowOf(row), slot, bytes);
}

std::string_view KeyedTableImpl::Key(RowRef row) const {
  return store_->layout().Key(RowOf(row));
}

Status KeyedTableImpl::ForEach(const std::function<Status(RowRef)>& visit) {
  return ForEachStoredRow(*store_, cold_, visit);
}

void KeyedTableImpl::Freeze(FrozenChanges* out) {
  if (auto frozen = store_->Freeze()) out->rows.push_back(std::move(frozen));
}

Status KeyedTableImpl::Restore(uint64_t num_rows, bool load_all) {
  num_rows_ = num_rows;
  store_->set_may_be_stored();
  if (load_all) return cold_.LoadAll(*store_);
  store_->cold().AddAll();
  return Status::Ok();
}

void KeyedTableImpl::LearnColdKeys(ColdFilters& filters) {
  store_->cold().Absorb(std::move(filters[store_->prefix()]));
}

}  // namespace millrace::state
