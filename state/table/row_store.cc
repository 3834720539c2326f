#include "state/table/row_store.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/error_codes.h"
#include "state/table/row_bytes.h"

namespace millrace::state {

RowStore::RowStore(std::string prefix, RowLayout layout, ChangeClock& clock)
    : prefix_(std::move(prefix)), layout_(layout), clock_(clock) {
}

Row* RowStore::Allocate(uint32_t hash, uint16_t group, std::string_view key) {
  Row* row = layout_.Make(arena_.Allocate(layout_.BlockBytes(key.size())), hash, group, key);
  OnAllocate(row);
  return row;
}

Row* RowStore::MakeNew(uint32_t hash, uint16_t group, std::string_view key) {
  Row* row = Allocate(hash, group, key);
  row->flags = kRowNew;
  row->change = clock_.current;
  changed_.Insert(row);
  return row;
}

Row* RowStore::Add(uint32_t hash, uint16_t group, std::string_view key) {
  Row* row = MakeNew(hash, group, key);
  index_.Insert(row);
  return row;
}

Result<Row*> RowStore::MakeTransient(uint32_t hash, uint16_t group, std::string_view key,
                                     std::string_view value) {
  Row* row = Allocate(hash, group, key);
  if (Status status = DecodeValue(value, row); !status.ok()) {
    FreeTransient(row);
    return status;
  }
  return row;
}

void RowStore::FreeTransient(Row* row) {
  FreeBlobs(row);
  Free(row);
}

Result<Row*> RowStore::AddCold(uint32_t hash, uint16_t group, std::string_view key, std::string_view value) {
  ASSIGN_OR_RETURN(Row * row, MakeTransient(hash, group, key, value));
  index_.Insert(row);
  return row;
}

void RowStore::Revive(Row* row) {
  DCHECK(row->flags == kRowDeleted);
  MarkChanged(row);
  row->flags = 0;
  row->referenced = 1;
}

void RowStore::Erase(Row* row) {
  if ((row->flags & kRowNew) != 0 && row->change == clock_.current) {
    OnErase(row, false);
    changed_.Erase(row);
    FreeBlobs(row);
    Free(row);
    return;
  }
  MarkChanged(row);
  OnErase(row, true);
  FreeBlobs(row);
  std::memset(layout_.Fixed(row), 0, layout_.fixed_bytes());
  row->flags = kRowDeleted;
}

void RowStore::TakeBack(Row* row) {
  if (row->change > clock_.serialized.load(std::memory_order_acquire)) {
    auto holder = std::find_if(frozen_.begin(), frozen_.end(),
                               [&](const auto& frozen) { return frozen->change() == row->change; });
    CHECK(holder != frozen_.end());
    (*holder)->TakeBack(row, clock_.current);
  } else {
    row->change = clock_.current;
  }
  row->flags &= static_cast<uint8_t>(~kRowNew);
  changed_.Insert(row);
}

void RowStore::StoreBlob(BlobSlot& slot, std::string_view bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  if (size <= BlobSlot::kInlineBytesMax) {
    // The new bytes may lie in the block that is freed.
    char copy[BlobSlot::kInlineBytesMax];
    if (size > 0) std::memcpy(copy, bytes.data(), size);
    if (!slot.IsInline()) arena_.Free(slot.pointer(), slot.capacity());
    slot.SetInline({copy, size});
    return;
  }
  if (!slot.IsInline() && size <= slot.capacity() && size >= slot.capacity() / 4) {
    std::memmove(slot.pointer(), bytes.data(), size);
    slot.SetPointer(slot.pointer(), size, slot.capacity());
    return;
  }
  // Some room for values that grow from change to change.
  const uint32_t capacity = slot.IsInline() ? size : size + size / 2;
  char* block = static_cast<char*>(arena_.Allocate(capacity));
  std::memcpy(block, bytes.data(), size);
  if (!slot.IsInline()) arena_.Free(slot.pointer(), slot.capacity());
  slot.SetPointer(block, size, capacity);
}

void RowStore::SetBlob(Row* row, uint32_t slot, std::string_view bytes) {
  DCHECK(slot < layout_.num_blobs());
  MarkChanged(row);
  StoreBlob(layout_.Blobs(row)[slot], bytes);
}

void RowStore::FreeBlobs(Row* row) {
  for (uint32_t i = 0; i < layout_.num_blobs(); ++i) {
    BlobSlot& slot = layout_.Blobs(row)[i];
    if (!slot.IsInline()) arena_.Free(slot.pointer(), slot.capacity());
    slot.SetInline({});
  }
}

void RowStore::Free(Row* row) {
  arena_.Free(layout_.Block(row), layout_.BlockBytes(row));
}

void RowStore::AppendDatabaseKey(const OrderedRow& row, std::string* out) const {
  out->append(prefix_);
  AppendBigEndian48(row.order, out);
  AppendKeySuffix(row.row, out);
}

void RowStore::AppendOrder(std::span<Row* const> rows, std::vector<OrderedRow>* out) const {
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + kAhead < rows.size()) __builtin_prefetch(rows[i + kAhead]);
    out->push_back({OrderOf(rows[i]), rows[i]});
  }
}

void RowStore::SortTies(std::span<OrderedRow> rows) const {
  SortByText(rows, [this](const Row* row) { return layout_.Key(row); });
}

void RowStore::EncodeValue(const Row* row, std::string* out) const {
  out->append(reinterpret_cast<const char*>(layout_.Fixed(row)), layout_.fixed_bytes());
  for (uint32_t i = 0; i < layout_.num_blobs(); ++i) {
    const BlobSlot& slot = layout_.Blobs(row)[i];
    AppendLittleEndian32(slot.size(), out);
    out->append(slot.view());
  }
}

Status RowStore::DecodeValue(std::string_view value, Row* row) {
  const Status damaged(kCorruptBytes, "state row has a wrong length");
  if (value.size() < layout_.fixed_bytes()) return damaged;
  std::memcpy(layout_.Fixed(row), value.data(), layout_.fixed_bytes());
  value.remove_prefix(layout_.fixed_bytes());
  for (uint32_t i = 0; i < layout_.num_blobs(); ++i) {
    if (value.size() < 4) return damaged;
    const uint32_t size = ReadLittleEndian32(value.data());
    if (value.size() - 4 < size) return damaged;
    StoreBlob(layout_.Blobs(row)[i], value.substr(4, size));
    value.remove_prefix(size_t{4} + size);
  }
  return value.empty() ? Status::Ok() : damaged;
}

std::unique_ptr<FrozenRows> RowStore::Freeze() {
  if (changed_.empty()) return nullptr;
  may_be_stored_ = true;
  auto frozen = std::make_unique<FrozenRows>(clock_.current, shared_from_this(), std::exchange(changed_, {}));
  frozen_.push_back(frozen.get());
  return frozen;
}

void RowStore::Drain(const FrozenRows& frozen) {
  for (Row* row : frozen.garbage()) {
    if (row->change != frozen.change()) continue;  // a later freeze has it
    OnRelease(row);
    Free(row);
  }
  std::erase(frozen_, &frozen);
}

void RowStore::Drop(Row* row) {
  index_.Erase(row);
  FreeBlobs(row);
  Free(row);
}

void RowStore::PrefetchTurn(size_t turn) const {
  constexpr size_t kRowsAhead = 3;
  constexpr size_t kFiltersAhead = 1;
  const size_t far = index_.LineOfTurn(turn + kRowsAhead);
  const size_t near = index_.LineOfTurn(turn + kFiltersAhead);
  for (size_t i = 0; i < RowIndex::kLineSlots; ++i) {
    if (const Row* row = index_.RowAt(far + i)) __builtin_prefetch(row);
    const Row* row = index_.RowAt(near + i);
    if (row != nullptr && row->referenced == 0) {
      cold_.Prefetch(ColdFilter::Fingerprint(row->hash, row->group));
    }
  }
}

uint64_t RowStore::Evict(uint64_t wanted_bytes) {
  // What the filter grows by must be freed, too.
  const uint64_t before = arena_.live_bytes() + cold_.memory_bytes();
  const auto freed = [&] {
    const uint64_t now = arena_.live_bytes() + cold_.memory_bytes();
    return before > now ? before - now : 0;
  };
  cold_.Reserve(index_.size());
  for (size_t steps = 2 * index_.num_lines(); steps > 0 && freed() < wanted_bytes; --steps, ++hand_) {
    PrefetchTurn(hand_);
    const size_t begin = index_.LineOfTurn(hand_);
    for (size_t slot = begin; slot < begin + RowIndex::kLineSlots; ++slot) {
      Row* row = index_.RowAt(slot);
      if (row == nullptr) continue;
      if (row->referenced == 0 && IsClean(row)) {
        cold_.Add(ColdFilter::Fingerprint(row->hash, row->group));
        Drop(row);
      } else {
        row->referenced = 0;
      }
    }
  }
  index_.ShrinkIfSparse();
  return freed();
}

}  // namespace millrace::state
