#include "state/keyed_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/check.h"
#include "core/env/env.h"
#include "proto/checkpoint.pb.h"
#include "state/cold_key_scan.h"
#include "state/error_codes.h"
#include "state/memory_budget.h"
#include "state/restore.h"
#include "state/state_writer.h"
#include "state/table/keyed_map_impl.h"
#include "state/table/keyed_table_impl.h"
#include "state/table/row_arena.h"
#include "state/table/slice_table_impl.h"
#include "state/table/timer_table_impl.h"
#include "state/table_layout.h"

namespace millrace::state {
namespace {

class FrozenStateImpl final : public FrozenState {
 public:
  FrozenStateImpl(std::shared_ptr<StateWriter> writer, std::shared_ptr<FrozenSet> set,
                  std::vector<proto::TableLayout> tables, Status error)
      : writer_(std::move(writer)),
        set_(std::move(set)),
        tables_(std::move(tables)),
        error_(std::move(error)) {}
  ~FrozenStateImpl() override {
    if (!written_) writer_->Abandon(*set_);
  }

  Status Write(proto::SubtaskSnapshot* out) override {
    RETURN_IF_ERROR(error_);
    out->clear_tables();
    out->clear_keyed_files();
    for (const proto::TableLayout& table : tables_) *out->add_tables() = table;
    const Status status = writer_->Write(*set_, out);
    writer_->Abandon(*set_);
    written_ = true;
    return status;
  }

 private:
  const std::shared_ptr<StateWriter> writer_;
  const std::shared_ptr<FrozenSet> set_;
  const std::vector<proto::TableLayout> tables_;
  const Status error_;
  bool written_ = false;
};

class KeyedStateImpl final : public KeyedState {
 public:
  KeyedStateImpl(std::shared_ptr<StateWriter> writer, MemoryBudget& budget)
      : writer_(std::move(writer)), budget_(budget) {
    budget_.AddUser();
  }
  ~KeyedStateImpl() override {
    writer_->Close();
    budget_.Add(-static_cast<int64_t>(reported_bytes_));
    budget_.RemoveUser();
  }

  void Adopt(RestoredState restored, Env& env) {
    const std::vector<proto::TableLayout> layouts = restored.tables;
    for (proto::TableLayout& table : restored.tables) {
      next_id_ = std::max(next_id_, table.id() + 1);
      restored_.emplace(table.name(), std::move(table));
    }
    if (restored.database == nullptr) return;
    load_all_ = restored.database->LiveBytes() <= std::min(kLoadAllBytesMax, budget_.FairShareBytes() / 4);
    writer_->Adopt(std::move(restored.database), std::move(restored.uploaded));
    cold_.set_database(writer_->database());
    if (load_all_) return;
    cold_keys_ = std::make_shared<ColdKeyScan>(writer_, layouts, env);
    cold_keys_->Start();
  }

  Result<KeyedTable*> OpenTable(const TableSpec& spec) override {
    return OpenAs<KeyedTable, KeyedTableImpl>(spec, TableKind::kTable);
  }
  Result<KeyedMap*> OpenMap(const TableSpec& spec) override {
    return OpenAs<KeyedMap, KeyedMapImpl>(spec, TableKind::kMap);
  }
  Result<SliceTable*> OpenSlices(const TableSpec& spec) override {
    return OpenAs<SliceTable, SliceTableImpl>(spec, TableKind::kSlices);
  }
  Result<TimerTable*> OpenTimers(const std::string& name) override {
    TableSpec spec;
    spec.name = name;
    return OpenAs<TimerTable, TimerTableImpl>(spec, TableKind::kTimers);
  }
  std::vector<std::string> UnopenedTables() const override {
    std::vector<std::string> names;
    for (const auto& [name, layout] : restored_) names.push_back(name);
    return names;
  }

  std::unique_ptr<FrozenState> Freeze(Epoch epoch) override;
  Status Relieve() override;
  uint64_t num_rows() const override;
  uint64_t memory_bytes() const override;

 private:
  static constexpr uint64_t kLoadAllBytesMax = 16 << 20;

  struct OpenedTable {
    proto::TableLayout layout;
    std::unique_ptr<StateTable> table;
  };

  template <class Interface, class Table>
  Result<Interface*> OpenAs(const TableSpec& spec, TableKind kind);
  std::shared_ptr<FrozenSet> FreezeTables(bool wants_checkpoint);
  void DrainStaged();
  Status TakeTimerErrors();
  void ReportMemory();
  uint64_t Evict(uint64_t wanted_bytes);
  /// What Relieve should free: down to a tenth below the limit, but not below the fair share; and whatever
  /// the budget, so much that no arena comes near its limit.
  uint64_t ExcessBytes() const;

  const std::shared_ptr<StateWriter> writer_;
  MemoryBudget& budget_;
  ColdRows cold_;
  std::vector<OpenedTable> tables_;
  std::map<std::string, proto::TableLayout> restored_;  // not opened yet
  uint32_t next_id_ = 0;
  bool load_all_ = false;
  uint64_t reported_bytes_ = 0;
  std::shared_ptr<ColdKeyScan> cold_keys_;  // after a restore, until its result is taken
  Status error_;  // of reading timers: fails the next Relieve and every later snapshot
};

template <class Interface, class Table>
Result<Interface*> KeyedStateImpl::OpenAs(const TableSpec& spec, TableKind kind) {
  for (const OpenedTable& opened : tables_) CHECK(opened.layout.name() != spec.name);
  auto restored = restored_.find(spec.name);
  proto::TableLayout layout =
      MakeLayout(spec, kind, restored != restored_.end() ? restored->second.id() : next_id_++);
  if (restored != restored_.end()) {
    RETURN_IF_ERROR(CheckSameLayout(writer_->options().operator_uid, restored->second, layout));
  }
  auto table = std::make_unique<Table>(spec, TablePrefix(layout.id()), writer_->clock(), cold_);
  Interface* result = table.get();
  if (restored != restored_.end()) {
    if (cold_.database() != nullptr) RETURN_IF_ERROR(table->Restore(restored->second.num_rows(), load_all_));
    restored_.erase(restored);
  }
  tables_.push_back({std::move(layout), std::move(table)});
  return result;
}

std::shared_ptr<FrozenSet> KeyedStateImpl::FreezeTables(bool wants_checkpoint) {
  FrozenChanges changes;
  ChangeClock& clock = writer_->clock();
  changes.change = clock.current;
  for (OpenedTable& opened : tables_) opened.table->Freeze(&changes);
  if (wants_checkpoint) {
    // Nobody opened these: their rows leave the state with its first snapshot.
    for (const auto& [name, layout] : restored_) {
      if (cold_.database() != nullptr) changes.dropped_prefixes.push_back(TablePrefix(layout.id()));
    }
    restored_.clear();
  }
  ++clock.current;
  return writer_->Push(std::move(changes), wants_checkpoint);
}

std::unique_ptr<FrozenState> KeyedStateImpl::Freeze(Epoch) {
  const Status error = TakeTimerErrors();
  std::shared_ptr<FrozenSet> set = FreezeTables(/*wants_checkpoint=*/true);
  std::vector<proto::TableLayout> layouts;
  for (const OpenedTable& opened : tables_) {
    layouts.push_back(opened.layout);
    layouts.back().set_num_rows(opened.table->NumRows());
  }
  return std::make_unique<FrozenStateImpl>(writer_, std::move(set), std::move(layouts), error);
}

void KeyedStateImpl::DrainStaged() {
  for (const std::shared_ptr<FrozenSet>& set : writer_->TakeStaged()) {
    for (const auto& rows : set->changes.rows) rows->store().Drain(*rows);
    set->changes.rows.clear();
    set->changes.timers.clear();
    writer_->clock().clean = set->changes.change;
    cold_.set_database(writer_->database());
  }
}

void KeyedStateImpl::ReportMemory() {
  const uint64_t held = memory_bytes();
  budget_.Add(static_cast<int64_t>(held) - static_cast<int64_t>(reported_bytes_));
  reported_bytes_ = held;
}

uint64_t KeyedStateImpl::ExcessBytes() const {
  const uint64_t share = budget_.FairShareBytes() - budget_.FairShareBytes() / 10;
  const uint64_t limit = budget_.limit_bytes() - budget_.limit_bytes() / 10;
  const uint64_t used = budget_.used_bytes();
  constexpr uint64_t kOwnBytesMax = RowArena::kBytesMax - RowArena::kBytesMax / 4;
  if (reported_bytes_ > kOwnBytesMax) return reported_bytes_ - kOwnBytesMax;
  if (!budget_.OverLimit() || reported_bytes_ <= share) return 0;
  return std::min(reported_bytes_ - share, used - limit);
}

uint64_t KeyedStateImpl::Evict(uint64_t wanted_bytes) {
  uint64_t freed = 0;
  const uint64_t held = std::max<uint64_t>(reported_bytes_, 1);
  for (OpenedTable& opened : tables_) {
    // Each table gives according to its size.
    const double part = static_cast<double>(opened.table->HeldBytes()) / static_cast<double>(held);
    freed += opened.table->Evict(static_cast<uint64_t>(static_cast<double>(wanted_bytes) * part) + 1);
  }
  ReportMemory();
  return freed;
}

Status KeyedStateImpl::TakeTimerErrors() {
  for (OpenedTable& opened : tables_) {
    if (error_.ok()) error_ = opened.table->TakeError();
  }
  return error_;
}

Status KeyedStateImpl::Relieve() {
  RETURN_IF_ERROR(TakeTimerErrors());
  DrainStaged();
  if (cold_keys_ != nullptr && cold_keys_->finished()) {
    ColdFilters filters = cold_keys_->TakeFilters();
    for (OpenedTable& opened : tables_) opened.table->LearnColdKeys(filters);
    cold_keys_.reset();
  }
  ReportMemory();
  uint64_t excess = ExcessBytes();
  if (excess == 0) return Status::Ok();
  Evict(excess);
  excess = ExcessBytes();
  if (excess == 0) return Status::Ok();
  // Too few rows are clean. Staging first what was frozen for a checkpoint keeps later changes out of it.
  const std::shared_ptr<FrozenSet> set = FreezeTables(/*wants_checkpoint=*/false);
  RETURN_IF_ERROR(writer_->Stage(set->changes.change));
  DrainStaged();
  Evict(excess);
  return Status::Ok();
}

uint64_t KeyedStateImpl::num_rows() const {
  uint64_t rows = 0;
  for (const OpenedTable& opened : tables_) rows += opened.table->NumRows();
  return rows;
}

uint64_t KeyedStateImpl::memory_bytes() const {
  uint64_t bytes = 0;
  for (const OpenedTable& opened : tables_) bytes += opened.table->HeldBytes();
  return bytes;
}

}  // namespace
}  // namespace millrace::state

namespace millrace {

Result<std::unique_ptr<KeyedState>> KeyedState::Open(
    KeyedStateOptions options, const std::vector<const proto::SubtaskSnapshot*>& restore,
    std::shared_ptr<ObjectStore> store, MemoryBudget& budget, Env& env) {
  CHECK(options.max_parallelism <= 65'536 && options.key_groups.last < options.max_parallelism);
  auto writer = std::make_shared<state::StateWriter>(std::move(options), store, env);
  auto keyed_state = std::make_unique<state::KeyedStateImpl>(writer, budget);
  if (!restore.empty()) {
    ASSIGN_OR_RETURN(
        state::RestoredState restored,
        state::RestoreDatabase(writer->options(), writer->DatabaseDirectory(), restore, *store, env));
    keyed_state->Adopt(std::move(restored), env);
  }
  return std::unique_ptr<KeyedState>(std::move(keyed_state));
}

}  // namespace millrace
