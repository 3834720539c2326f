#include "state/table/keyed_map_impl.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/error_codes.h"
#include "state/table/row_bytes.h"

namespace millrace::state {
namespace {

Row* RowOf(RowRef row) {
  return static_cast<Row*>(row.row);
}
uint16_t GroupOf(const KeyBatch& keys, uint32_t i) {
  return static_cast<uint16_t>(keys.key_group(i).value);
}

}  // namespace

KeyedMapImpl::KeyedMapImpl(const TableSpec& spec, std::string prefix, ChangeClock& clock, ColdRows& cold)
    : cold_(cold), store_(std::make_shared<EntryStore>(std::move(prefix), spec.fixed_bytes, clock)) {
}

bool KeyedMapImpl::IsCold(const KeyBatch& keys, uint32_t i) const {
  return store_->MayBeCold(IndexHash(keys.hash(i)), GroupOf(keys, i));
}

template <class KeyOf, class Fn>
void KeyedMapImpl::ForEachHead(const KeyBatch& keys, size_t size, KeyOf&& key_of, Fn&& fn) const {
  constexpr size_t kSlotsAhead = 16;
  constexpr size_t kRowsAhead = 8;
  for (size_t j = 0; j < size; ++j) {
    if (j + kSlotsAhead < size) store_->index().Prefetch(IndexHash(keys.hash(key_of(j + kSlotsAhead))));
    if (j + kRowsAhead < size) store_->PrefetchCandidate(IndexHash(keys.hash(key_of(j + kRowsAhead))));
    const uint32_t i = key_of(j);
    Row* head = store_->FindHead(IndexHash(keys.hash(i)), keys.key(i));
    if (head != nullptr) head->referenced = 1;
    fn(j, head);
  }
}

Status KeyedMapImpl::Prefetch(const KeyBatch& keys) {
  missing_.clear();
  const auto key_of = [](size_t i) { return static_cast<uint32_t>(i); };
  ForEachHead(keys, keys.size(), key_of, [&](size_t i, Row* head) {
    if (head == nullptr && IsCold(keys, key_of(i))) missing_.push_back(key_of(i));
  });
  return missing_.empty() ? Status::Ok() : Load(keys, missing_);
}

Status KeyedMapImpl::FindKeys(const KeyBatch& keys, std::vector<KeyRef>* found) {
  found->resize(keys.size());
  missing_.clear();
  const auto key_of = [](size_t i) { return static_cast<uint32_t>(i); };
  ForEachHead(keys, keys.size(), key_of, [&](size_t i, Row* head) {
    (*found)[i].head = head;
    if (head != nullptr) {
      store_->PrefetchList(head);
    } else if (IsCold(keys, key_of(i))) {
      missing_.push_back(key_of(i));
    }
  });
  if (missing_.empty()) return Status::Ok();
  RETURN_IF_ERROR(Load(keys, missing_));
  for (uint32_t i : missing_) (*found)[i].head = store_->FindHead(IndexHash(keys.hash(i)), keys.key(i));
  return Status::Ok();
}

Status KeyedMapImpl::Load(const KeyBatch& keys, const std::vector<uint32_t>& missing) {
  CHECK(cold_.database() != nullptr);
  std::vector<std::pair<std::string, uint32_t>> wanted;
  for (uint32_t i : missing) {
    std::string& prefix = wanted.emplace_back(store_->prefix(), i).first;
    AppendBigEndian16(GroupOf(keys, i), &prefix);
    AppendBigEndian32(IndexHash(keys.hash(i)), &prefix);
    AppendBigEndian32(static_cast<uint32_t>(keys.key(i).size()), &prefix);
    prefix.append(keys.key(i));
  }
  std::sort(wanted.begin(), wanted.end());
  const std::unique_ptr<RowCursor> cursor = cold_.database()->NewCursor();
  for (const auto& [prefix, i] : wanted) {
    if (store_->FindHead(IndexHash(keys.hash(i)), keys.key(i)) != nullptr) continue;  // twice in the batch
    Row* head = store_->AddHead(IndexHash(keys.hash(i)), GroupOf(keys, i), keys.key(i));
    for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
      RETURN_IF_ERROR(store_->AddColdEntry(head, cursor->key().substr(prefix.size()), cursor->value()));
    }
    RETURN_IF_ERROR(cursor->status());
  }
  return Status::Ok();
}

Result<Row*> KeyedMapImpl::LoadedHead(const KeyBatch& keys, uint32_t i) {
  Row* head = store_->FindHead(IndexHash(keys.hash(i)), keys.key(i));
  if (head == nullptr && IsCold(keys, i)) {
    RETURN_IF_ERROR(Load(keys, {i}));
    head = store_->FindHead(IndexHash(keys.hash(i)), keys.key(i));
  }
  return head;
}

Result<RowRef> KeyedMapImpl::FindOrInsert(const KeyBatch& keys, uint32_t i, std::string_view sub_key,
                                          bool* inserted) {
  ASSIGN_OR_RETURN(Row * head, LoadedOrNewHead(keys, i));
  return RowRef{EntryOf(head, EntryStore::EntryHash(head, sub_key), sub_key, inserted)};
}

Result<Row*> KeyedMapImpl::LoadedOrNewHead(const KeyBatch& keys, uint32_t i) {
  ASSIGN_OR_RETURN(Row * head, LoadedHead(keys, i));
  if (head != nullptr) return head;
  return store_->AddHead(IndexHash(keys.hash(i)), GroupOf(keys, i), keys.key(i));
}

Row* KeyedMapImpl::EntryOf(Row* head, uint32_t entry_hash, std::string_view sub_key, bool* inserted) {
  Row* entry = store_->FindEntry(head, entry_hash, sub_key);
  *inserted = entry == nullptr || entry->flags == kRowDeleted;
  if (entry == nullptr) {
    entry = store_->AddEntry(head, entry_hash, sub_key);
  } else if (*inserted) {
    store_->ReviveEntry(entry);
  }
  if (*inserted) ++num_rows_;
  return entry;
}

Status KeyedMapImpl::FindHeads(const KeyBatch& keys, std::span<const EntryKey> wanted) {
  wanted_.resize(wanted.size());
  missing_.clear();
  const auto key_of = [wanted](size_t j) { return wanted[j].key; };
  ForEachHead(keys, wanted.size(), key_of, [&](size_t j, Row* head) {
    const uint32_t i = key_of(j);
    if (head == nullptr) {
      if (IsCold(keys, i)) {
        missing_.push_back(i);
      } else {
        head = store_->AddHead(IndexHash(keys.hash(i)), GroupOf(keys, i), keys.key(i));
      }
    }
    if (head != nullptr) store_->PrefetchList(head);
    wanted_[j].head = head;
  });
  if (missing_.empty()) return Status::Ok();
  RETURN_IF_ERROR(Load(keys, missing_));
  for (size_t j = 0; j < wanted.size(); ++j) {
    const uint32_t i = key_of(j);
    if (wanted_[j].head == nullptr) wanted_[j].head = store_->FindHead(IndexHash(keys.hash(i)), keys.key(i));
  }
  return Status::Ok();
}

void KeyedMapImpl::FindCandidates(std::span<const EntryKey> wanted, std::span<Wanted> found) const {
  for (size_t j = 0; j < wanted.size(); ++j) {
    Wanted& want = found[j];
    want.hash = EntryStore::EntryHash(want.head, wanted[j].sub_key);
    store_->List(want.head).Prefetch(want.hash);
  }
  for (Wanted& want : found) {
    const EntryList& list = store_->List(want.head);
    want.num_entries = list.num_entries();
    want.candidate = list.Candidate(want.hash);
    if (want.candidate != nullptr) store_->PrefetchRow(want.candidate);
  }
}

Status KeyedMapImpl::FindOrInsert(const KeyBatch& keys, std::span<const EntryKey> wanted,
                                  std::vector<RowRef>* entries, std::vector<uint8_t>* inserted) {
  // As many as the processor can wait for at once; their lines stay in its first cache.
  constexpr size_t kRun = 32;
  entries->resize(wanted.size());
  inserted->resize(wanted.size());
  RETURN_IF_ERROR(FindHeads(keys, wanted));
  for (size_t begin = 0; begin < wanted.size(); begin += kRun) {
    const size_t end = std::min(begin + kRun, wanted.size());
    FindCandidates(wanted.subspan(begin, end - begin), std::span(wanted_).subspan(begin, end - begin));
    for (size_t j = begin; j < end; ++j) {
      const Wanted& want = wanted_[j];
      bool is_new = true;
      if (want.candidate == nullptr && store_->List(want.head).num_entries() == want.num_entries) {
        (*entries)[j].row = store_->AddEntry(want.head, want.hash, wanted[j].sub_key);
        ++num_rows_;
      } else {
        (*entries)[j].row = EntryOf(want.head, want.hash, wanted[j].sub_key, &is_new);
      }
      (*inserted)[j] = is_new ? 1 : 0;
    }
  }
  return Status::Ok();
}

Result<RowRef> KeyedMapImpl::Find(const KeyBatch& keys, uint32_t i, std::string_view sub_key) {
  ASSIGN_OR_RETURN(Row * head, LoadedHead(keys, i));
  Row* entry =
      head != nullptr ? store_->FindEntry(head, EntryStore::EntryHash(head, sub_key), sub_key) : nullptr;
  return RowRef{entry != nullptr && entry->flags != kRowDeleted ? entry : nullptr};
}

void KeyedMapImpl::ForEachEntry(KeyRef key, Visit visit) {
  constexpr uint32_t kAhead = 4;
  const EntryList& list = store_->List(static_cast<const Row*>(key.head));
  for (uint32_t slot = 0; slot < list.num_slots(); ++slot) {
    if (slot + kAhead < list.num_slots()) {
      if (const Row* ahead = list.EntryAt(slot + kAhead)) store_->PrefetchRow(ahead);
    }
    Row* entry = list.EntryAt(slot);
    if (entry == nullptr || entry->flags == kRowDeleted) continue;
    if (!visit(store_->layout().Key(entry), RowRef{entry})) break;
  }
}

Status KeyedMapImpl::ForEachEntry(const KeyBatch& keys, uint32_t i, Visit visit) {
  ASSIGN_OR_RETURN(Row * head, LoadedHead(keys, i));
  if (head != nullptr) ForEachEntry(KeyRef{head}, visit);
  return Status::Ok();
}

bool KeyedMapImpl::HasEntries(const KeyBatch& keys, uint32_t i) {
  Row* head = store_->FindHead(IndexHash(keys.hash(i)), keys.key(i));
  return head != nullptr && store_->List(head).num_visible() > 0;
}

void KeyedMapImpl::Erase(RowRef entry) {
  store_->Erase(RowOf(entry));
  if (num_rows_ > 0) --num_rows_;  // an estimate after a restore
}

const uint8_t* KeyedMapImpl::Fixed(RowRef entry) const {
  return store_->layout().Fixed(RowOf(entry));
}

uint8_t* KeyedMapImpl::MutableFixed(RowRef entry) {
  store_->MarkChanged(RowOf(entry));
  return store_->layout().Fixed(RowOf(entry));
}

std::string_view KeyedMapImpl::SubKey(RowRef entry) const {
  return store_->layout().Key(RowOf(entry));
}

void KeyedMapImpl::Freeze(FrozenChanges* out) {
  if (auto frozen = store_->Freeze()) out->rows.push_back(std::move(frozen));
}

Status KeyedMapImpl::Restore(uint64_t num_rows, bool load_all) {
  num_rows_ = num_rows;
  store_->set_may_be_stored();
  if (load_all) return LoadAll();
  store_->cold().AddAll();
  return Status::Ok();
}

Status KeyedMapImpl::LoadAll() {
  const std::unique_ptr<RowCursor> cursor = cold_.database()->NewCursor();
  const std::string& prefix = store_->prefix();
  for (cursor->Seek(prefix); cursor->Valid() && cursor->key().starts_with(prefix); cursor->Next()) {
    ASSIGN_OR_RETURN(const ParsedKey parsed, ParseDatabaseKey(cursor->key(), prefix.size()));
    const Status damaged(kCorruptBytes, "state key of a map is too short");
    if (parsed.key.size() < 4) return damaged;
    const uint32_t key_size = ReadBigEndian32(parsed.key.data());
    if (parsed.key.size() - 4 < key_size) return damaged;
    const std::string_view key = parsed.key.substr(4, key_size);
    Row* head = store_->FindHead(parsed.hash, key);
    if (head == nullptr) head = store_->AddHead(parsed.hash, parsed.group, key);
    RETURN_IF_ERROR(store_->AddColdEntry(head, parsed.key.substr(size_t{4} + key_size), cursor->value()));
  }
  return cursor->status();
}

void KeyedMapImpl::LearnColdKeys(ColdFilters& filters) {
  store_->cold().Absorb(std::move(filters[store_->prefix()]));
}

}  // namespace millrace::state
