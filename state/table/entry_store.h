#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/row/same_bytes.h"
#include "state/table/entry_list.h"
#include "state/table/row_store.h"

namespace millrace::state {

/// The entries of a KeyedMap: rows whose key is the sub-key, listed below a head a key; the index has the
/// heads. A key's entries are in memory all or none: a key with a head is loaded. Heads are not stored;
/// database keys are prefix, group, hash, length of the key, key, sub-key.
class EntryStore final : public RowStore {
 public:
  EntryStore(std::string prefix, uint32_t fixed_bytes, ChangeClock& clock);

  Row* FindHead(uint32_t hash, std::string_view key) const { return Find(hash, key); }
  Row* AddHead(uint32_t hash, uint16_t group, std::string_view key);

  static uint32_t EntryHash(const Row* head, std::string_view sub_key);
  /// Those of a key, erased ones that wait for the database hidden.
  const EntryList& List(const Row* head) const {
    return *reinterpret_cast<const EntryList*>(head_layout_.Fixed(head));
  }
  /// Loads the cache lines of List.
  void PrefetchList(const Row* head) const { __builtin_prefetch(head_layout_.Fixed(head)); }
  /// An entry, erased ones included.
  Row* FindEntry(const Row* head, uint32_t entry_hash, std::string_view sub_key) const {
    return List(head).Find(entry_hash,
                           [sub_key](const Row* entry) { return SameBytes(RowLayout::Key(entry), sub_key); });
  }
  Row* AddEntry(Row* head, uint32_t entry_hash, std::string_view sub_key);
  Status AddColdEntry(Row* head, std::string_view sub_key, std::string_view value);
  void ReviveEntry(Row* entry);

  void AppendOrder(std::span<Row* const> entries, std::vector<OrderedRow>* out) const override;
  void SortTies(std::span<OrderedRow> entries) const override;
  void PrefetchContent(const Row* entry) const override;
  /// Whole keys only.
  uint64_t Evict(uint64_t wanted_bytes) override;

 protected:
  void AppendKeySuffix(const Row* entry, std::string* out) const override;
  void OnErase(Row* entry, bool kept) override;
  void OnRelease(Row* entry) override;

 private:
  struct Links {  // of an entry
    Row* head;
  };

  const Row* HeadOf(const Row* entry) const { return layout().Links<Links>(entry)->head; }
  EntryList& MutableList(Row* head) { return *reinterpret_cast<EntryList*>(head_layout_.Fixed(head)); }
  void Append(Row* entry, Row* head);
  void FreeHead(Row* head);
  bool CanDropKey(const Row* head) const;
  void DropKey(Row* head);

  const RowLayout head_layout_;
  size_t hand_ = 0;
};

}  // namespace millrace::state
