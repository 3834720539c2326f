#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "core/status.h"
#include "state/state_writer.h"
#include "state/table/state_table.h"

namespace millrace {
class Env;
}  // namespace millrace

namespace millrace::proto {
class TableLayout;
}  // namespace millrace::proto

namespace millrace::state {

/// Learns which keys a restored database holds, on I/O threads while the task already runs: until then every
/// key that is not in memory has to be looked for in the database. Runs in short turns, so that it keeps no
/// I/O thread from checkpoints; ends early when the writer is closed. A scan that fails is never finished.
class ColdKeyScan : public std::enable_shared_from_this<ColdKeyScan> {
 public:
  /// Call before the database changes.
  ColdKeyScan(std::shared_ptr<StateWriter> writer, const std::vector<proto::TableLayout>& tables, Env& env);

  /// Submits the first turn.
  void Start();
  bool finished() const { return finished_.load(std::memory_order_acquire); }
  /// Once, when finished.
  ColdFilters TakeFilters() { return std::move(filters_); }

 private:
  struct Table {
    std::string prefix;
    bool has_slices = false;
    uint64_t num_rows = 0;
  };
  void RunTurn();
  /// Adds the key under the cursor.
  Status AddKey(const Table& table);

  const std::shared_ptr<StateWriter> writer_;
  Env& env_;
  std::unique_ptr<RowCursor> cursor_;
  std::vector<Table> tables_;  // still to scan; the last one is under way
  bool in_table_ = false;
  ColdFilters filters_;
  std::atomic<bool> finished_{false};
};

}  // namespace millrace::state
