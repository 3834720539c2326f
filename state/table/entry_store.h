#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "state/table/row_store.h"

namespace millrace::state {

/// The entries of a KeyedMap: rows whose key is the sub-key, chained below a head a key. A key's entries are
/// in memory all or none: a key with a head is loaded. Heads are not stored; database keys are prefix, group,
/// hash, length of the key, key, sub-key.
class EntryStore final : public RowStore {
 public:
  EntryStore(std::string prefix, uint32_t fixed_bytes, ChangeClock& clock);

  Row* FindHead(uint32_t hash, std::string_view key) const {
    return heads_.Find(hash, [&](const Row* head) { return head_layout_.Key(head) == key; });
  }
  const RowIndex& heads() const { return heads_; }
  Row* AddHead(uint32_t hash, uint16_t group, std::string_view key);

  /// An entry, erased ones included.
  Row* FindEntry(const Row* head, std::string_view sub_key) const;
  Row* AddEntry(Row* head, std::string_view sub_key);
  Status AddColdEntry(Row* head, std::string_view sub_key, std::string_view value);
  void ReviveEntry(Row* entry);
  Row* First(const Row* head) const { return Chain(head)->first; }
  Row* Next(const Row* entry) const { return layout().Links<Links>(entry)->next; }

  void AppendOrder(std::span<Row* const> entries, std::vector<OrderedRow>* out) const override;
  void SortTies(std::span<OrderedRow> entries) const override;
  void PrefetchContent(const Row* entry) const override;
  /// Whole keys only.
  uint64_t Evict(uint64_t wanted_bytes) override;
  uint64_t memory_bytes() const override { return RowStore::memory_bytes() + heads_.memory_bytes(); }

 protected:
  void AppendKeySuffix(const Row* entry, std::string* out) const override;
  void OnErase(Row* entry, bool kept) override;
  void OnRelease(Row* entry) override;

 private:
  struct Links {  // of an entry
    Row* head;    // null once the entry is dead
    Row* next;
    Row* previous;
  };
  struct HeadContent {
    Row* first;
    Row* last;
    uint64_t num_erased;  // entries that wait for the database to have their deletion
  };

  const Row* HeadOf(const Row* entry) const { return layout().Links<Links>(entry)->head; }
  HeadContent* Chain(Row* head) { return reinterpret_cast<HeadContent*>(head_layout_.Fixed(head)); }
  const HeadContent* Chain(const Row* head) const {
    return reinterpret_cast<const HeadContent*>(head_layout_.Fixed(head));
  }
  void Append(Row* entry, Row* head);
  void Unlink(Row* entry);
  void FreeHead(Row* head);
  bool CanDropKey(const Row* head) const;
  void DropKey(Row* head);

  const RowLayout head_layout_;
  RowIndex heads_;
  size_t hand_ = 0;
};

}  // namespace millrace::state
