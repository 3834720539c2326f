#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "operators/aggregate/accumulator.h"
#include "operators/aggregate/value_counts.h"
#include "state/keyed_state.h"

namespace google::protobuf {
template <class T>
class RepeatedPtrField;
}
namespace millrace::proto {
class AggregateCall;
}

namespace millrace {

/// All aggregate calls of an operator: their accumulators side by side in a payload that begins with
/// `header_bytes` of the operator's own, FILTER, DISTINCT, and the values that MIN and MAX need when rows are
/// taken back. Single-owner.
class AggregateSet {
 public:
  struct Options {
    uint32_t header_bytes = 0;
    bool retracts = false;     // rows of weight -1 are to be expected
    bool insert_only = false;  // none ever comes
    bool by_slice = false;     // windows: DISTINCT values are kept apart by slice
    bool merges_slices =
        false;  // DISTINCT calls are computed from the values of several slices by ComputeDistinct only
    /// GLOBAL: the input's column where the first call's accumulator columns begin.
    std::optional<uint32_t> first_column;
  };
  static Result<AggregateSet> Create(const google::protobuf::RepeatedPtrField<proto::AggregateCall>& calls,
                                     const Schema& input, const Options& options);

  uint32_t fixed_bytes() const { return fixed_bytes_; }
  uint32_t num_blobs() const { return num_blobs_; }
  /// For TableSpec: what the payload stands for.
  const std::vector<DataType>& state_types() const { return state_types_; }
  bool has_values() const { return !values_.empty(); }
  bool has_distinct() const;
  /// The column behind the accumulator columns of the last call (GLOBAL).
  uint32_t end_column() const { return end_column_; }
  /// Opens the maps of values; not needed (nor possible) for LOCAL and GLOBAL.
  Status Open(KeyedState& state, const std::vector<DataType>& key_types);

  /// Adds rows, row i of key i. `slices` parallel, or null.
  Status Update(const Batch& batch, const KeyBatch& keys, const GroupedRows& in,
                const int64_t* slices = nullptr);
  /// As Update without keys: for sets without values.
  Status UpdateLocal(const Batch& batch, const GroupedRows& in);
  /// GLOBAL: adds what LOCAL sent.
  void UpdateFromColumns(const Batch& batch, const GroupedRows& in);
  void MergeGroups(const Groups& from, const Groups& into);
  /// merges_slices: computes the DISTINCT calls of group i of `into` from the values of key i in the slices.
  Status ComputeDistinct(const KeyBatch& keys, ValueCounts::SliceRange slices, const Groups& into);
  /// Forgets the values of these keys.
  Status EraseValues(const KeyBatch& keys, ValueCounts::SliceRange slices);

  size_t num_results() const { return calls_.size(); }
  void AppendResult(size_t call, const Groups& groups, ColumnBuilder& out) const {
    calls_[call].accumulator->AppendResult(groups, out);
  }
  /// LOCAL: the accumulator columns of all calls, in order.
  std::vector<DataType> column_types() const;
  void AppendColumns(const Groups& groups, std::span<ColumnBuilder* const> out) const;

 private:
  struct Call {
    std::unique_ptr<Accumulator> accumulator;
    std::vector<uint32_t> columns;  // arguments, or (GLOBAL) the accumulator columns
    std::optional<uint32_t> filter;
    int32_t values = -1;      // index in values_, or -1
    uint32_t value_call = 0;  // number of the call there
    bool distinct = false;    // values_ feeds the accumulator; else it only finds the next extreme
  };
  /// Some of the rows of a GroupedRows, in order.
  struct Subset {
    size_t size = 0;  // of the vectors below, which keep their length
    std::vector<uint8_t*> payloads;
    std::vector<RowRef> groups;
    std::vector<uint32_t> rows;
    std::vector<int8_t> weights;
    bool has_weights = true;  // else all are 1
    /// Makes room for `size_max` rows.
    void Clear(size_t size_max);
    /// `row` of the batch goes to the group of entry i.
    void Add(const Groups& in, size_t i, uint32_t row, int8_t weight);
    void AddWhere(const ColumnReader& filter, const GroupedRows& in);
    GroupedRows View(BlobAccess* blobs) const;
  };

  Status AddCall(const proto::AggregateCall& call, const Schema& input, const Options& options);
  void AddValues(const Schema& input, const Options& options, Call* call);
  void UpdatePlain(Call& call, const Batch& batch, const GroupedRows& in);
  Status UpdateValues(const Batch& batch, const KeyBatch& keys, const GroupedRows& in, const int64_t* slices);
  Status UpdateExtreme(Call& call, const Batch& batch, const KeyBatch& keys, const GroupedRows& in,
                       const std::vector<ValueCounts::Change>& changes);
  Status FindNextExtreme(Call& call, const KeyBatch& keys, const GroupedRows& in, uint32_t position);
  Status CheckWeights(const GroupedRows& in) const;

  std::vector<Call> calls_;
  std::vector<ValueCounts> values_;
  std::vector<DataType> state_types_;
  uint32_t fixed_bytes_ = 0;
  uint32_t num_blobs_ = 0;
  uint32_t end_column_ = 0;
  bool merges_slices_ = false;
  std::vector<std::string> cannot_take_back_;  // functions of calls that cannot, and have no values
  Subset subset_;
  std::vector<std::vector<ValueCounts::Change>> changes_;
};

}  // namespace millrace
