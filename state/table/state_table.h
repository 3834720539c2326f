#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/status.h"
#include "state/table/frozen_timers.h"
#include "state/table/row_store.h"

namespace millrace::state {

/// Everything that one freeze took from all tables.
struct FrozenChanges {
  uint32_t change = 0;
  std::vector<std::string> dropped_prefixes;  // deleted before the rows are written
  std::vector<std::unique_ptr<FrozenRows>> rows;
  std::vector<std::unique_ptr<FrozenTimers>> timers;

  bool empty() const { return dropped_prefixes.empty() && rows.empty() && timers.empty(); }
};

/// Filters of the keys of a database by store prefix.
using ColdFilters = std::map<std::string, ColdFilter>;

/// What KeyedState asks of each of its tables. Owner thread only.
class StateTable {
 public:
  virtual ~StateTable() = default;
  /// Moves what changed since the last call to `out`.
  virtual void Freeze(FrozenChanges* out) = 0;
  /// Finds what the database has for this table, after a restore; `load_all` brings every row into memory.
  virtual Status Restore(uint64_t num_rows, bool load_all) = 0;
  /// Hands over which keys the database had at the restore, by store prefix.
  virtual void LearnColdKeys(ColdFilters& filters) = 0;
  /// The first error of a call that cannot return one, since the last TakeError.
  virtual Status TakeError() { return Status::Ok(); }
  /// Drops cold clean rows; returns about how many bytes that freed.
  virtual uint64_t Evict(uint64_t wanted_bytes) = 0;
  virtual uint64_t HeldBytes() const = 0;
  virtual uint64_t NumRows() const = 0;
};

}  // namespace millrace::state
