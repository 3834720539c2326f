#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "state/keyed_table.h"
#include "state/table/batch_probe.h"
#include "state/table/state_table.h"

namespace millrace::state {

/// One RowStore a slice behind SliceTable; the slice is part of the database prefix, before the key group, so
/// that a slice is one range of the database.
class SliceTableImpl final : public SliceTable, public StateTable {
 public:
  SliceTableImpl(const TableSpec& spec, std::string prefix, ChangeClock& clock, ColdRows& cold);

  Status FindOrInsert(std::span<const int64_t> slices, const KeyBatch& keys, std::vector<RowRef>* rows,
                      std::vector<uint8_t>* inserted) override;
  std::vector<int64_t> Slices() const override;
  std::optional<int64_t> NextSlice(int64_t after) const override;
  Status ForEachRow(int64_t slice, const std::function<Status(RowRef)>& visit) override;
  void DropSlice(int64_t slice) override;
  const uint8_t* Fixed(RowRef row) const override;
  uint8_t* MutableFixed(RowRef row) override;
  std::string_view Blob(RowRef row, uint32_t slot) const override;
  void SetBlob(RowRef row, uint32_t slot, std::string_view bytes) override;
  std::string_view Key(RowRef row) const override;
  uint64_t num_rows() const override { return num_rows_; }
  uint64_t memory_bytes() const override;

  void Freeze(FrozenChanges* out) override;
  Status Restore(uint64_t num_rows, bool load_all) override;
  void LearnColdKeys(ColdFilters& filters) override;
  uint64_t Evict(uint64_t wanted_bytes) override;
  uint64_t HeldBytes() const override { return memory_bytes(); }
  uint64_t NumRows() const override { return num_rows_; }

 private:
  struct Slice {
    std::shared_ptr<RowStore> store;
    uint64_t num_rows = 0;  // an estimate after a restore
    uint64_t counted_bytes = 0;
    bool is_changed = true;  // since its bytes were counted
  };
  /// A row's link to its store.
  struct Links {
    RowStore* store;
  };
  class SliceStore;
  Slice& SliceOf(int64_t slice);
  RowStore& StoreOf(RowRef row) const;
  void MarkChanged(Slice* slice);
  void MarkAllChanged();

  const std::string prefix_;
  const RowLayout layout_;
  ChangeClock& clock_;
  ColdRows& cold_;
  BatchProbe probe_;
  std::map<int64_t, Slice> slices_;
  std::vector<std::string> dropped_prefixes_;  // since the last freeze, of slices that may be stored
  std::vector<RowStore*> stores_;              // of the keys of a batch: scratch
  std::vector<Slice*> touched_;
  uint64_t num_rows_ = 0;
  // There may be thousands of slices, so only those are counted again that rows were asked of.
  mutable uint64_t counted_bytes_ = 0;
  mutable std::vector<Slice*> changed_;
};

}  // namespace millrace::state
