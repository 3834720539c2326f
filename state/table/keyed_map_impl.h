#pragma once

#include <memory>
#include <string>
#include <vector>

#include "state/keyed_table.h"
#include "state/table/cold_rows.h"
#include "state/table/entry_store.h"
#include "state/table/state_table.h"

namespace millrace::state {

/// One EntryStore behind KeyedMap.
class KeyedMapImpl final : public KeyedMap, public StateTable {
 public:
  KeyedMapImpl(const TableSpec& spec, std::string prefix, ChangeClock& clock, ColdRows& cold);

  Status Prefetch(const KeyBatch& keys) override;
  Status FindKeys(const KeyBatch& keys, std::vector<KeyRef>* found) override;
  Result<RowRef> FindOrInsert(const KeyBatch& keys, uint32_t i, std::string_view sub_key,
                              bool* inserted) override;
  Result<RowRef> Find(const KeyBatch& keys, uint32_t i, std::string_view sub_key) override;
  Status FindOrInsert(const KeyBatch& keys, std::span<const EntryKey> wanted, std::vector<RowRef>* entries,
                      std::vector<uint8_t>* inserted) override;
  void ForEachEntry(KeyRef key, Visit visit) override;
  Status ForEachEntry(const KeyBatch& keys, uint32_t i, Visit visit) override;
  bool HasEntries(const KeyBatch& keys, uint32_t i) override;
  void Erase(RowRef entry) override;
  const uint8_t* Fixed(RowRef entry) const override;
  uint8_t* MutableFixed(RowRef entry) override;
  std::string_view SubKey(RowRef entry) const override;
  uint64_t num_rows() const override { return num_rows_; }
  uint64_t memory_bytes() const override { return store_->memory_bytes(); }

  void Freeze(FrozenChanges* out) override;
  Status Restore(uint64_t num_rows, bool load_all) override;
  void LearnColdKeys(ColdFilters& filters) override;
  uint64_t Evict(uint64_t wanted_bytes) override { return store_->Evict(wanted_bytes); }
  uint64_t HeldBytes() const override { return memory_bytes(); }
  uint64_t NumRows() const override { return num_rows_; }

 private:
  /// An entry that is wanted of a batch.
  struct Wanted {
    Row* head;
    uint32_t hash;         // EntryStore::EntryHash
    uint32_t num_entries;  // of the head, when candidate was looked for
    const Row* candidate;
  };

  /// Calls fn(j, head) for key_of(j), j from 0 to size: its head, or null when memory has none. Asks for
  /// cache lines some keys ahead.
  template <class KeyOf, class Fn>
  void ForEachHead(const KeyBatch& keys, size_t size, KeyOf&& key_of, Fn&& fn) const;
  /// The loaded head of key i, or null when the key has no entries.
  Result<Row*> LoadedHead(const KeyBatch& keys, uint32_t i);
  Result<Row*> LoadedOrNewHead(const KeyBatch& keys, uint32_t i);
  /// Finds or makes the heads of wanted_.
  Status FindHeads(const KeyBatch& keys, std::span<const EntryKey> wanted);
  /// Finds hashes and candidates of some.
  void FindCandidates(std::span<const EntryKey> wanted, std::span<Wanted> found) const;
  /// The entry, made when absent. `entry_hash` is EntryStore::EntryHash of the two.
  Row* EntryOf(Row* head, uint32_t entry_hash, std::string_view sub_key, bool* inserted);
  bool IsCold(const KeyBatch& keys, uint32_t i) const;
  /// Reads the entries of keys of the batch without a head, and gives each a head.
  Status Load(const KeyBatch& keys, const std::vector<uint32_t>& missing);

  Status LoadAll();

  ColdRows& cold_;
  const std::shared_ptr<EntryStore> store_;
  uint64_t num_rows_ = 0;
  std::vector<uint32_t> missing_;
  std::vector<Wanted> wanted_;  // of a batch
};

}  // namespace millrace::state
