#include "state/table/entry_store.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/check.h"
#include "core/row/key_hash.h"
#include "state/table/row_bytes.h"

namespace millrace::state {

uint32_t EntryStore::EntryHash(const Row* head, std::string_view sub_key) {
  return IndexHash(HashBytes(sub_key, OrderOf(head)));
}

EntryStore::EntryStore(std::string prefix, uint32_t fixed_bytes, ChangeClock& clock)
    : RowStore(std::move(prefix), RowLayout(sizeof(Links), fixed_bytes, 0), clock),
      head_layout_(0, sizeof(EntryList), 0) {
}

Row* EntryStore::AddHead(uint32_t hash, uint16_t group, std::string_view key) {
  Row* head = head_layout_.Make(arena().Allocate(head_layout_.BlockBytes(key.size())), hash, group, key);
  mutable_index().Insert(head);
  return head;
}

void EntryStore::FreeHead(Row* head) {
  MutableList(head).Clear(arena());
  mutable_index().Erase(head);
  arena().Free(head_layout_.Block(head), head_layout_.BlockBytes(head));
}

void EntryStore::Append(Row* entry, Row* head) {
  layout().Links<Links>(entry)->head = head;
  MutableList(head).Append(entry, arena());
}

Row* EntryStore::AddEntry(Row* head, uint32_t entry_hash, std::string_view sub_key) {
  Row* entry = MakeNew(entry_hash, head->group, sub_key);
  Append(entry, head);
  return entry;
}

Status EntryStore::AddColdEntry(Row* head, std::string_view sub_key, std::string_view value) {
  ASSIGN_OR_RETURN(Row * entry, MakeTransient(EntryHash(head, sub_key), head->group, sub_key, value));
  Append(entry, head);
  return Status::Ok();
}

void EntryStore::ReviveEntry(Row* entry) {
  Revive(entry);
  MutableList(layout().Links<Links>(entry)->head).Show(entry, arena());
}

void EntryStore::OnErase(Row* entry, bool kept) {
  Row* head = layout().Links<Links>(entry)->head;
  if (kept) {
    MutableList(head).Hide();
    return;
  }
  MutableList(head).Remove(entry);
  if (List(head).num_entries() == 0) FreeHead(head);
}

void EntryStore::OnRelease(Row* entry) {
  Row* head = layout().Links<Links>(entry)->head;
  MutableList(head).RemoveHidden(entry);
  if (List(head).num_entries() == 0) FreeHead(head);
}

void EntryStore::AppendOrder(std::span<Row* const> entries, std::vector<OrderedRow>* out) const {
  constexpr size_t kEntriesAhead = 32;
  constexpr size_t kHeadsAhead = 16;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i + kEntriesAhead < entries.size()) __builtin_prefetch(entries[i + kEntriesAhead]);
    if (i + kHeadsAhead < entries.size()) __builtin_prefetch(HeadOf(entries[i + kHeadsAhead]));
    out->push_back({OrderOf(HeadOf(entries[i])), entries[i]});
  }
}

void EntryStore::SortTies(std::span<OrderedRow> entries) const {
  const auto head_less = [this](const OrderedRow& a, const OrderedRow& b) {
    const std::string_view key_a = head_layout_.Key(HeadOf(a.row));
    const std::string_view key_b = head_layout_.Key(HeadOf(b.row));
    return key_a.size() != key_b.size() ? key_a.size() < key_b.size() : key_a < key_b;
  };
  const auto same_head = [this](const OrderedRow& a, const OrderedRow& b) {
    return HeadOf(a.row) == HeadOf(b.row);
  };
  const bool one_head =
      std::adjacent_find(entries.begin(), entries.end(), std::not_fn(same_head)) == entries.end();
  // Different keys of one hash.
  if (!one_head) std::sort(entries.begin(), entries.end(), head_less);
  const auto sub_key = [this](const Row* entry) { return layout().Key(entry); };
  for (size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
    while (end < entries.size() && same_head(entries[begin], entries[end])) ++end;
    SortByText(entries.subspan(begin, end - begin), sub_key);
  }
}

void EntryStore::PrefetchContent(const Row* entry) const {
  PrefetchRow(entry);
  __builtin_prefetch(HeadOf(entry));
}

void EntryStore::AppendKeySuffix(const Row* entry, std::string* out) const {
  const Row* head = layout().Links<Links>(entry)->head;
  const std::string_view key = head_layout_.Key(head);
  AppendBigEndian32(static_cast<uint32_t>(key.size()), out);
  out->append(key);
  out->append(layout().Key(entry));
}

bool EntryStore::CanDropKey(const Row* head) const {
  const EntryList& list = List(head);
  if (list.num_hidden() != 0) return false;
  for (uint32_t slot = 0; slot < list.num_slots(); ++slot) {
    const Row* entry = list.EntryAt(slot);
    if (entry != nullptr && !IsClean(entry)) return false;
  }
  return true;
}

void EntryStore::DropKey(Row* head) {
  const EntryList& list = List(head);
  if (list.num_entries() > 0) cold().Add(ColdFilter::Fingerprint(head->hash, head->group));
  for (uint32_t slot = 0; slot < list.num_slots(); ++slot) {
    if (Row* entry = list.EntryAt(slot)) Free(entry);
  }
  FreeHead(head);
}

uint64_t EntryStore::Evict(uint64_t wanted_bytes) {
  const uint64_t before = arena().live_bytes() + cold().memory_bytes();
  const auto freed = [&] {
    const uint64_t now = arena().live_bytes() + cold().memory_bytes();
    return before > now ? before - now : 0;
  };
  cold().Reserve(index().size());
  for (size_t steps = 2 * index().num_lines(); steps > 0 && freed() < wanted_bytes; --steps, ++hand_) {
    const size_t begin = index().LineOfTurn(hand_);
    for (size_t slot = begin; slot < begin + RowIndex::kLineSlots; ++slot) {
      Row* head = index().RowAt(slot);
      if (head == nullptr) continue;
      if (head->referenced == 0 && CanDropKey(head)) {
        DropKey(head);
      } else {
        head->referenced = 0;
      }
    }
  }
  mutable_index().ShrinkIfSparse();
  return freed();
}

}  // namespace millrace::state
