#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/row/row_codec.h"
#include "operators/aggregate/equal_rows.h"
#include "operators/aggregate/group_rows.h"
#include "state/keyed_state.h"

namespace millrace {

/// How often each value (of one list of argument columns) occurs below each group, counted apart for every
/// call that shares it: what DISTINCT needs, and MIN and MAX when values can be taken back. Values with a
/// NULL do not count. Single-owner.
class ValueCounts {
 public:
  struct Options {
    bool by_slice = false;     // the values of one group are kept apart by slice
    bool with_nulls = false;   // values with a NULL count, too
    bool insert_only = false;  // nothing is taken back: whether a value occurred is enough to know
  };
  ValueCounts(std::vector<uint32_t> columns, std::vector<DataType> types, const Options& options);

  const std::vector<uint32_t>& columns() const { return columns_; }
  bool with_nulls() const { return options_.with_nulls; }
  /// Another call that counts these values; `filter` is its FILTER column. Returns the call's number.
  uint32_t AddCall(std::optional<uint32_t> filter);
  Status Open(KeyedState& state, const std::vector<DataType>& key_types);

  /// A value that came (+1) or went (-1) with row `position` of the rows.
  struct Change {
    uint32_t position;
    int8_t weight;
  };
  /// Counts rows, row i of key i (and in slice slices[i]). changes[c] gets what changed for call c, in order.
  /// `before`, when not null, has just counted the same rows: what the FILTERs of both say is taken from it.
  Status Update(const Batch& batch, const KeyBatch& keys, const GroupedRows& in, const int64_t* slices,
                const ValueCounts* before, std::vector<std::vector<Change>>* changes);

  /// The slices to look at: first < slice <= last. Ignored unless by_slice.
  struct SliceRange {
    int64_t first = INT64_MIN;
    int64_t last = INT64_MAX;
  };
  /// Visits the values below key i (once a slice) with one count a call, at most 1 when insert_only.
  Status ForEachValue(const KeyBatch& keys, uint32_t i, SliceRange slices,
                      const std::function<void(std::string_view value, const int64_t* counts)>& visit);
  /// Appends a visited value to builders of the types.
  Status Decode(std::string_view value, std::span<ColumnBuilder* const> builders) const {
    return codec_.Decode(value, builders);
  }
  const std::vector<DataType>& types() const { return codec_.types(); }
  uint32_t num_calls() const { return static_cast<uint32_t>(filters_.size()); }

  Status Prefetch(const KeyBatch& keys) { return map_->Prefetch(keys); }
  /// Forgets the values below every key; call Prefetch before.
  Status Erase(const KeyBatch& keys, SliceRange slices);

 private:
  size_t calls_words() const { return (filters_.size() + 63) / 64; }  // 64 calls a word
  /// Which calls count each row, by their FILTERs.
  void FindCalls(const Batch& batch, const GroupedRows& in, const ValueCounts* before);
  /// Finds in wanted_ the values of the rows in positions_.
  void FindValues(const Batch& batch, const GroupedRows& in, const int64_t* slices);
  /// The rows, in positions_, that some call counts.
  void FindCountedRows(std::span<const ColumnReader> readers, const GroupedRows& in);
  RowRef EntryOf(size_t j) const { return entries_[equal_rows_.first_of(j)]; }  // of positions_[j]
  void Count(const GroupedRows& in, std::vector<std::vector<Change>>* changes);
  void Mark(std::vector<std::vector<Change>>* changes);  // Count when insert_only
  /// Sets bits of one word of an entry; the word after that.
  uint64_t MarkEntry(RowRef entry, size_t word, uint64_t calls, uint32_t position,
                     std::vector<std::vector<Change>>* changes);
  void EraseUnused(const GroupedRows& in);
  bool InRange(std::string_view sub_key, SliceRange slices) const;

  std::vector<uint32_t> columns_;
  RowCodec codec_;
  const Options options_;
  std::vector<std::optional<uint32_t>> filters_;  // of the calls
  // state: entries of "values...": version 1, an int64 count a call; version 2 (insert_only), a bit a call.
  KeyedMap* map_ = nullptr;

  // Of one batch.
  std::vector<uint64_t> calls_;      // calls_words() for each row: a bit for each call that counts it
  std::vector<uint32_t> positions_;  // of the rows whose values are wanted
  EqualRows equal_rows_;             // among them
  std::string value_bytes_;
  std::vector<uint32_t> value_offsets_;
  std::vector<uint32_t> value_rows_;
  std::vector<KeyedMap::EntryKey> wanted_;  // of the first of equal rows each
  std::vector<RowRef> entries_;             // parallel to wanted_
  std::vector<uint64_t> marked_;            // calls_words() for each of them: its bits
  std::vector<uint8_t> inserted_;
};

}  // namespace millrace
