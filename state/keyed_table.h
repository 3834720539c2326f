#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"
#include "core/types/data_type.h"
#include "state/key_batch.h"

namespace millrace {

/// Declares a table of an operator's keyed state. State is addressed by operator uid + name; a restored table
/// whose layout differs is refused with what differs.
struct TableSpec {
  std::string name;
  uint32_t version = 1;  // of the payload's meaning; bump when it changes
  std::vector<DataType> key_types;
  std::vector<DataType> value_types;  // what the payload stands for: only compared at restore
  uint32_t fixed_bytes = 0;           // zero-initialised payload of a new row
  uint32_t num_blobs = 0;             // variable-length parts, empty in a new row
};

/// A row of a table; null = absent. Valid until the table's next FindOrInsert, Find, Erase or Relieve.
struct RowRef {
  void* row = nullptr;
  explicit operator bool() const { return row != nullptr; }
  friend bool operator==(const RowRef&, const RowRef&) = default;
};

/// Rows by key, in memory behind an open-addressing index; cold clean rows may live in RocksDB only and come
/// back when asked for. Keys must lie in the owner's key-group range. One owner thread. Errors are those of
/// reading cold rows (external).
class KeyedTable {
 public:
  virtual ~KeyedTable() = default;

  /// rows[i] is the row of key i, made when absent; inserted[i] != 0 where it was made by this call (the
  /// first of equal keys in the batch).
  virtual Status FindOrInsert(const KeyBatch& keys, std::vector<RowRef>* rows,
                              std::vector<uint8_t>* inserted) = 0;
  virtual Status Find(const KeyBatch& keys, std::vector<RowRef>* rows) = 0;
  /// The row is gone after this call; other RowRefs stay valid.
  virtual void Erase(RowRef row) = 0;

  /// 8-byte aligned.
  virtual const uint8_t* Fixed(RowRef row) const = 0;
  /// Marks the row changed in this epoch; call before every change (the pointer may differ from Fixed's).
  virtual uint8_t* MutableFixed(RowRef row) = 0;
  virtual std::string_view Blob(RowRef row, uint32_t slot) const = 0;
  /// Copies the bytes. Marks the row changed.
  virtual void SetBlob(RowRef row, uint32_t slot, std::string_view bytes) = 0;
  virtual std::string_view Key(RowRef row) const = 0;

  /// Every row, cold ones included, in no particular order. `visit` must not change the table.
  virtual Status ForEach(const std::function<Status(RowRef)>& visit) = 0;
  virtual uint64_t num_rows() const = 0;  // known rows, cold ones included (an estimate after restore)
  virtual uint64_t memory_bytes() const = 0;
};

/// Entries (sub-key -> fixed payload) below a key, such as the rows of a join side or the values of a
/// DISTINCT aggregate. Same life cycle, threads and errors as KeyedTable.
class KeyedMap {
 public:
  /// A sub-key below key `key` of a batch.
  struct EntryKey {
    uint32_t key;
    std::string_view sub_key;
  };
  /// The entries of a key; null = it has none. Valid until the map's next FindOrInsert, Find, Erase or
  /// Relieve.
  struct KeyRef {
    void* head = nullptr;
    explicit operator bool() const { return head != nullptr; }
  };
  /// Returns false to stop; may change payloads, not insert or erase.
  using Visit = absl::FunctionRef<bool(std::string_view sub_key, RowRef)>;

  virtual ~KeyedMap() = default;
  /// Loads the cold entries of all keys of the batch in one go; call before those that take one key of it.
  virtual Status Prefetch(const KeyBatch& keys) = 0;
  /// The same; found[i] is what key i has.
  virtual Status FindKeys(const KeyBatch& keys, std::vector<KeyRef>* found) = 0;
  /// Entry `sub_key` below key i, made with a zero payload when absent.
  virtual Result<RowRef> FindOrInsert(const KeyBatch& keys, uint32_t i, std::string_view sub_key,
                                      bool* inserted) = 0;
  virtual Result<RowRef> Find(const KeyBatch& keys, uint32_t i, std::string_view sub_key) = 0;
  /// The entries of many sub-keys at once, which waits for memory once for many: entries[j] is that of
  /// wanted[j], with what the others do for one. Equal ones give one entry: Erase it after its last use.
  /// Needs no Prefetch.
  virtual Status FindOrInsert(const KeyBatch& keys, std::span<const EntryKey> wanted,
                              std::vector<RowRef>* entries, std::vector<uint8_t>* inserted) = 0;
  /// Entries below a key in the order they were inserted (after a restore: by sub-key bytes).
  virtual void ForEachEntry(KeyRef key, Visit visit) = 0;
  virtual Status ForEachEntry(const KeyBatch& keys, uint32_t i, Visit visit) = 0;
  virtual bool HasEntries(const KeyBatch& keys, uint32_t i) = 0;  // after Prefetch
  virtual void Erase(RowRef entry) = 0;
  virtual const uint8_t* Fixed(RowRef entry) const = 0;
  virtual uint8_t* MutableFixed(RowRef entry) = 0;
  virtual std::string_view SubKey(RowRef entry) const = 0;
  virtual uint64_t num_rows() const = 0;
  virtual uint64_t memory_bytes() const = 0;
};

/// Rows by (slice, key). A slice is a span of event time named by its end in microseconds; it is dropped
/// whole.
class SliceTable {
 public:
  virtual ~SliceTable() = default;
  /// As KeyedTable, key i in slice slices[i].
  virtual Status FindOrInsert(std::span<const int64_t> slices, const KeyBatch& keys,
                              std::vector<RowRef>* rows, std::vector<uint8_t>* inserted) = 0;
  /// Slices that hold rows, ascending.
  virtual std::vector<int64_t> Slices() const = 0;
  /// The first of them behind `after`.
  virtual std::optional<int64_t> NextSlice(int64_t after) const = 0;
  virtual Status ForEachRow(int64_t slice, const std::function<Status(RowRef)>& visit) = 0;
  virtual void DropSlice(int64_t slice) = 0;
  virtual const uint8_t* Fixed(RowRef row) const = 0;
  virtual uint8_t* MutableFixed(RowRef row) = 0;
  virtual std::string_view Blob(RowRef row, uint32_t slot) const = 0;
  virtual void SetBlob(RowRef row, uint32_t slot, std::string_view bytes) = 0;
  virtual std::string_view Key(RowRef row) const = 0;
  virtual uint64_t num_rows() const = 0;
  virtual uint64_t memory_bytes() const = 0;
};

/// (time, key) pairs, each once, handed out in order of time.
class TimerTable {
 public:
  virtual ~TimerTable() = default;
  virtual void Register(int64_t micros, std::string_view key, KeyGroup group) = 0;
  virtual void Delete(int64_t micros, std::string_view key, KeyGroup group) = 0;
  /// Removes and returns up to `limit` timers with time <= micros, ascending by time, then key.
  virtual std::vector<std::pair<int64_t, std::string>> PopUntil(int64_t micros, size_t limit) = 0;
  virtual uint64_t num_rows() const = 0;
};

}  // namespace millrace
