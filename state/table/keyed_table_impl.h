#pragma once

#include <memory>
#include <string>
#include <vector>

#include "state/keyed_table.h"
#include "state/table/batch_probe.h"
#include "state/table/state_table.h"

namespace millrace::state {

/// One RowStore behind KeyedTable.
class KeyedTableImpl final : public KeyedTable, public StateTable {
 public:
  KeyedTableImpl(const TableSpec& spec, std::string prefix, ChangeClock& clock, ColdRows& cold);

  Status FindOrInsert(const KeyBatch& keys, std::vector<RowRef>* rows,
                      std::vector<uint8_t>* inserted) override;
  Status Find(const KeyBatch& keys, std::vector<RowRef>* rows) override;
  void Erase(RowRef row) override;
  const uint8_t* Fixed(RowRef row) const override;
  uint8_t* MutableFixed(RowRef row) override;
  std::string_view Blob(RowRef row, uint32_t slot) const override;
  void SetBlob(RowRef row, uint32_t slot, std::string_view bytes) override;
  std::string_view Key(RowRef row) const override;
  Status ForEach(const std::function<Status(RowRef)>& visit) override;
  uint64_t num_rows() const override { return num_rows_; }
  uint64_t memory_bytes() const override { return store_->memory_bytes(); }

  void Freeze(FrozenChanges* out) override;
  Status Restore(uint64_t num_rows, bool load_all) override;
  void LearnColdKeys(ColdFilters& filters) override;
  uint64_t Evict(uint64_t wanted_bytes) override { return store_->Evict(wanted_bytes); }
  uint64_t HeldBytes() const override { return memory_bytes(); }
  uint64_t NumRows() const override { return num_rows_; }

 private:
  ColdRows& cold_;
  BatchProbe probe_;
  const std::shared_ptr<RowStore> store_;
  uint64_t num_rows_ = 0;
};

/// Visits the rows of a store, those in memory first. Stops at the first error.
Status ForEachStoredRow(RowStore& store, ColdRows& cold, const std::function<Status(RowRef)>& visit);

}  // namespace millrace::state
