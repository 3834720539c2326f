#pragma once

#include <absl/container/btree_map.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "state/keyed_table.h"
#include "state/table/cold_rows.h"
#include "state/table/state_table.h"

namespace millrace::state {

/// Timers in an ordered tree. Over budget the latest ones stay in the database only: all timers before
/// `cold_from_` are in memory, later ones may not be. PopUntil reads them back; it cannot return an error, so
/// the first one is kept for TakeError, and timers may be missing until then.
class TimerTableImpl final : public TimerTable, public StateTable {
 public:
  TimerTableImpl(const TableSpec& spec, std::string prefix, ChangeClock& clock, ColdRows& cold);

  void Register(int64_t micros, std::string_view key, KeyGroup group) override;
  void Delete(int64_t micros, std::string_view key, KeyGroup group) override;
  std::vector<std::pair<int64_t, std::string>> PopUntil(int64_t micros, size_t limit) override;
  uint64_t num_rows() const override { return num_rows_; }

  void Freeze(FrozenChanges* out) override;
  Status Restore(uint64_t num_rows, bool load_all) override;
  void LearnColdKeys(ColdFilters& filters) override {}
  uint64_t Evict(uint64_t wanted_bytes) override;
  uint64_t HeldBytes() const override;
  uint64_t NumRows() const override { return num_rows_; }
  Status TakeError() override { return std::exchange(error_, Status::Ok()); }

 private:
  struct Timer {
    uint32_t change = 0;   // of its registration or deletion
    bool deleted = false;  // kept because the database may have it, behind cold_from_
  };
  using Timers = absl::btree_map<TimerKey, Timer>;

  bool MayBeCold(int64_t micros) const { return cold_from_.has_value() && micros >= *cold_from_; }
  /// Notes the deletion of a timer of memory.
  void NoteDeleted(const TimerKey& timer, uint16_t group, uint32_t registered);
  /// Brings the next timers behind cold_from_ into memory and moves it on.
  Status LoadChunk();
  void Account(const TimerKey& timer, int64_t sign);

  const std::string prefix_;
  ChangeClock& clock_;
  ColdRows& cold_;
  Timers timers_;
  absl::btree_map<TimerKey, ChangedTimer> changes_;  // since the last freeze
  std::optional<int64_t> cold_from_;
  uint64_t num_rows_ = 0;
  uint64_t timer_bytes_ = 0;
  Status error_;
};

}  // namespace millrace::state
