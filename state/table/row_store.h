#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/row/same_bytes.h"
#include "core/status.h"
#include "state/table/change_clock.h"
#include "state/table/change_order.h"
#include "state/table/cold_filter.h"
#include "state/table/row.h"
#include "state/table/row_arena.h"
#include "state/table/row_index.h"
#include "state/table/row_set.h"

namespace millrace::state {

class RowStore;

/// Takes changes in ascending order of their database keys.
class ChangeSink {
 public:
  virtual ~ChangeSink() = default;
  virtual Status Put(std::string_view key, std::string_view value) = 0;
  virtual Status Delete(std::string_view key) = 0;
};

/// The rows of one store that a freeze took. The owner thread may go on changing them: before it does it puts
/// the frozen content into `copies`. Write runs on one other thread at a time.
class FrozenRows {
 public:
  FrozenRows(uint32_t change, std::shared_ptr<RowStore> store, RowSet rows);

  /// Writes the frozen content of every row; may be repeated after a failure. `sink` is called without the
  /// lock.
  Status Write(ChangeSink& sink);

  /// Owner: keeps the content of a row as it was frozen and gives the row the change number `current`.
  void TakeBack(Row* row, uint32_t current);

  uint32_t change() const { return change_; }
  RowStore& store() const { return *store_; }
  /// Rows that Write found erased: to be released when the owner knows that the database has the deletions.
  const std::vector<Row*>& garbage() const { return garbage_; }

 private:
  struct Change;
  /// Calls visit(row) for each row with its order.
  template <class Visit>
  void ForEachOrdered(Visit&& visit) const;
  OrderParts Partition() const;
  /// Sorts rows as their database keys.
  void Sort(std::vector<OrderedRow>* rows) const;
  Status WriteOrdered(const std::vector<OrderedRow>& rows, ChangeSink& sink);
  /// Reads some rows under the lock, their keys and values one behind the other into `bytes`.
  void Read(std::span<const OrderedRow> rows, std::vector<Change>* out, std::string* bytes);

  const uint32_t change_;
  const std::shared_ptr<RowStore> store_;
  const RowSet rows_;
  std::vector<Row*> garbage_;
  /// Guarded by the store's frozen_mutex(), as are change numbers that name a freeze which is not serialized
  /// yet, and the content of rows with such a number. nullopt = erased.
  absl::flat_hash_map<const Row*, std::optional<std::string>> copies_;
};

/// Rows of one key space (a table, a slice, the entries of a map) with their index, their memory, the set of
/// those that changed since the last freeze, and which keys are in the database only. Owner thread only, but
/// for what FrozenRows reads. Owned through shared_ptr: frozen rows keep their store.
class RowStore : public std::enable_shared_from_this<RowStore> {
 public:
  /// `prefix` begins the database key of every row.
  RowStore(std::string prefix, RowLayout layout, ChangeClock& clock);
  virtual ~RowStore() = default;

  const RowLayout& layout() const { return layout_; }
  const std::string& prefix() const { return prefix_; }
  const RowIndex& index() const { return index_; }
  ColdFilter& cold() { return cold_; }
  const ColdFilter& cold() const { return cold_; }

  /// The row of a key, erased ones (kRowDeleted) included: they say that the key is absent whatever the
  /// database has.
  Row* Find(uint32_t hash, std::string_view key) const {
    return index_.Find(hash, [&](const Row* row) { return SameBytes(layout_.Key(row), key); });
  }
  /// The same with a guess, which may be null or the row of another key.
  Row* Find(uint32_t hash, std::string_view key, Row* guess) const {
    if (guess != nullptr && guess->hash == hash && SameBytes(layout_.Key(guess), key)) return guess;
    return Find(hash, key);
  }
  /// The row that Find compares first, or null; loads its cache lines.
  Row* PrefetchCandidate(uint32_t hash) const {
    Row* row = index_.Candidate(hash);
    const char* bytes = reinterpret_cast<const char*>(row);
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + 24);  // a short key may end in the next line
    return row;
  }
  bool MayBeCold(uint32_t hash, uint16_t group) const {
    return !cold_.empty() && cold_.MayContain(ColdFilter::Fingerprint(hash, group));
  }
  /// A zero row of a key that neither memory nor database has.
  Row* Add(uint32_t hash, uint16_t group, std::string_view key);
  /// The row as the database has it; memory must not have it.
  Result<Row*> AddCold(uint32_t hash, uint16_t group, std::string_view key, std::string_view value);
  /// The same outside of the index, for a look at it; end it with FreeTransient.
  Result<Row*> MakeTransient(uint32_t hash, uint16_t group, std::string_view key, std::string_view value);
  void FreeTransient(Row* row);
  /// Makes an erased row a zero one again.
  void Revive(Row* row);
  void Erase(Row* row);

  /// Call before every change of payload or blobs.
  void MarkChanged(Row* row) {
    if (row->change != clock_.current) TakeBack(row);
  }
  void SetBlob(Row* row, uint32_t slot, std::string_view bytes);

  /// Database key: prefix, order (group and hash, both big-endian), then what KeySuffix appends. Any thread.
  void AppendDatabaseKey(const OrderedRow& row, std::string* out) const;
  void EncodeValue(const Row* row, std::string* out) const;
  /// Appends every row with its order. Any thread.
  virtual void AppendOrder(std::span<Row* const> rows, std::vector<OrderedRow>* out) const;
  /// Sorts rows of equal order as their database keys. Any thread.
  virtual void SortTies(std::span<OrderedRow> rows) const;
  void PrefetchRow(const Row* row) const {
    const char* block = layout_.Block(row);
    __builtin_prefetch(block);
    __builtin_prefetch(block + 64);
  }
  /// Loads the cache lines that the database key and the value of a row are read from.
  virtual void PrefetchContent(const Row* row) const { PrefetchRow(row); }

  std::mutex& frozen_mutex() { return frozen_mutex_; }
  /// Takes the set of changes; null when there are none. It must live until Drain, or longer than all use of
  /// this.
  std::unique_ptr<FrozenRows> Freeze();
  /// The changes of `frozen` are in the database.
  void Drain(const FrozenRows& frozen);
  /// True when some freeze took rows of this store, or it came from the database.
  bool may_be_stored() const { return may_be_stored_; }
  void set_may_be_stored() { may_be_stored_ = true; }
  bool HasChanges() const { return !changed_.empty(); }

  /// Drops cold clean rows until about `wanted_bytes` are freed or every row had its chances. Returns the
  /// bytes freed.
  virtual uint64_t Evict(uint64_t wanted_bytes);

  virtual uint64_t memory_bytes() const {
    return arena_.live_bytes() + index_.memory_bytes() + cold_.memory_bytes() + changed_.memory_bytes();
  }

 protected:
  static uint64_t OrderOf(const Row* row) { return uint64_t{row->group} << 32 | row->hash; }
  virtual void AppendKeySuffix(const Row* row, std::string* out) const { out->append(layout_.Key(row)); }
  /// Called for every new row: to set its links, which nothing else does.
  virtual void OnAllocate(Row* row) {}
  /// Called when a row stops to be visible; `kept` = it can be found until the database has the deletion.
  virtual void OnErase(Row* row, bool kept) {
    if (!kept) index_.Erase(row);
  }
  /// Called before an erased row that was kept for its deletion is freed.
  virtual void OnRelease(Row* row) { index_.Erase(row); }
  /// A zero row that neither memory nor database has, outside of the index.
  Row* MakeNew(uint32_t hash, uint16_t group, std::string_view key);
  void FreeBlobs(Row* row);
  void Free(Row* row);
  /// Takes a clean visible row out of memory.
  void Drop(Row* row);
  bool IsClean(const Row* row) const { return row->change <= clock_.clean && row->flags != kRowDeleted; }
  RowArena& arena() { return arena_; }
  RowIndex& mutable_index() { return index_; }

 private:
  Row* Allocate(uint32_t hash, uint16_t group, std::string_view key);
  Status DecodeValue(std::string_view value, Row* row);
  void TakeBack(Row* row);
  /// Loads what eviction reads some turns after `turn`.
  void PrefetchTurn(size_t turn) const;
  void StoreBlob(BlobSlot& slot, std::string_view bytes);

  const std::string prefix_;
  const RowLayout layout_;
  ChangeClock& clock_;
  RowArena arena_;
  RowIndex index_{arena_.places()};
  ColdFilter cold_;
  RowSet changed_;                   // since the last freeze
  std::vector<FrozenRows*> frozen_;  // not drained, oldest first
  std::mutex frozen_mutex_;          // see FrozenRows
  size_t hand_ = 0;                  // turn of the walk round the index where eviction goes on
  bool may_be_stored_ = false;
};

}  // namespace millrace::state
