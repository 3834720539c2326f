#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/status.h"
#include "state/key_batch.h"
#include "state/rocksdb/row_database.h"
#include "state/table/row_store.h"

namespace millrace::state {

/// Reads the rows that are in the database only, for the tables of one KeyedState. Owner thread.
class ColdRows {
 public:
  /// There is no database until the first rows were written: `set_database` comes before any key is marked
  /// cold.
  void set_database(RowDatabase* database) { database_ = database; }
  RowDatabase* database() const { return database_; }

  /// Loads those of the keys `missing` (indexes into `keys`) that the database has; store_of(i) is the store
  /// of key i.
  template <class StoreOf>
  Status Load(const KeyBatch& keys, const std::vector<uint32_t>& missing, StoreOf&& store_of) {
    wanted_.clear();
    for (uint32_t i : missing) Want(*store_of(i), keys, i);
    return LoadWanted(keys);
  }

  /// Loads every row of a store that memory has nothing of.
  Status LoadAll(RowStore& store);
  /// Visits the rows of a store that memory does not have, each as a transient row.
  Status ForEachCold(RowStore& store, const std::function<Status(Row*)>& visit);

 private:
  struct Wanted {
    std::string database_key;
    RowStore* store;
    uint32_t key;
  };
  void Want(RowStore& store, const KeyBatch& keys, uint32_t i);
  Status LoadWanted(const KeyBatch& keys);

  RowDatabase* database_ = nullptr;
  std::vector<Wanted> wanted_;
  std::vector<std::string> database_keys_;
  std::vector<std::optional<std::string>> values_;
};

/// The parts of the database key of a row (not of a map entry), behind its store's prefix.
struct ParsedKey {
  uint16_t group;
  uint32_t hash;
  std::string_view key;
};
Result<ParsedKey> ParseDatabaseKey(std::string_view database_key, size_t prefix_bytes);

}  // namespace millrace::state
