#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/column/batch.h"
#include "core/status.h"
#include "operators/aggregate/group_rows.h"

namespace millrace {

/// One aggregate call over groups that lie elsewhere: it owns a range of their fixed payload and some of
/// their blobs, all zero in a new group. One virtual call a batch. Single-owner; stateless but for its place.
class Accumulator {
 public:
  virtual ~Accumulator() = default;
  virtual uint32_t fixed_bytes() const = 0;
  virtual uint32_t num_blobs() const { return 0; }
  /// Where its payload and blobs begin; once, before everything else.
  void Place(uint32_t offset, uint32_t first_blob) {
    offset_ = offset;
    first_blob_ = first_blob;
  }
  uint32_t offset() const { return offset_; }

  /// Whether rows with weight -1 can be taken back.
  virtual bool TakesBack() const { return true; }
  /// Whether rows whose argument is NULL count.
  virtual bool TakesNulls() const { return false; }
  /// Adds rows (takes back those of weight -1); `arguments` are readers of the batch's argument columns.
  virtual void Update(const GroupedRows& in, std::span<const ColumnReader> arguments) = 0;
  /// Adds `from` group by group to `into`.
  virtual void MergeGroups(const Groups& from, const Groups& into) = 0;
  virtual void AppendResult(const Groups& groups, ColumnBuilder& out) const = 0;

  /// The accumulator as columns (core/aggregate/aggregate_function.h); none: cannot be split into two phases.
  virtual std::vector<DataType> column_types() const { return {}; }
  virtual void AppendColumns(const Groups& groups, std::span<ColumnBuilder* const> out) const {}
  virtual void UpdateFromColumns(const GroupedRows& in, std::span<const ColumnReader> columns) {}

  /// MIN and MAX: whether the group's result is this value, so that taking it back asks for the next one.
  virtual bool IsResult(const Groups& groups, size_t group, const ColumnReader& argument,
                        uint32_t row) const {
    return false;
  }

 protected:
  uint8_t* At(const Groups& groups, size_t i) const { return groups.payloads[i] + offset_; }
  uint32_t first_blob() const { return first_blob_; }

 private:
  uint32_t offset_ = 0;
  uint32_t first_blob_ = 0;
};

/// What an aggregate call is made from. GLOBAL calls know no arguments, only the columns that LOCAL sends.
struct AccumulatorSpec {
  std::string function;  // upper case
  std::vector<DataType> arguments;
  bool retracts = false;  // rows of weight -1 are to be expected
  bool from_columns = false;
  /// from_columns: the types of the input's columns from the call's first one on.
  std::vector<DataType> columns;
  DataType result;
};

/// Error kUnsupportedAggregate for functions or types that no accumulator is for.
Result<std::unique_ptr<Accumulator>> MakeAccumulator(const AccumulatorSpec& spec);

// Of the families, for MakeAccumulator; null when the function or type is not theirs.
std::unique_ptr<Accumulator> MakeCountAccumulator(const AccumulatorSpec& spec);
std::unique_ptr<Accumulator> MakeSumAccumulator(const AccumulatorSpec& spec);
std::unique_ptr<Accumulator> MakeMinMaxAccumulator(const AccumulatorSpec& spec);
std::unique_ptr<Accumulator> MakeVarianceAccumulator(const AccumulatorSpec& spec);
std::unique_ptr<Accumulator> MakeListAccumulator(const AccumulatorSpec& spec);

/// Calls `body(i, value, weight)` for every row whose value is not NULL.
template <class T, class Body>
inline void ForEachValue(const GroupedRows& in, const ColumnReader& column, Body&& body) {
  const size_t size = in.size();
  if (!column.has_nulls() && in.weights == nullptr) {
    for (size_t i = 0; i < size; ++i) body(i, column.Value<T>(in.rows[i]), int8_t{1});
    return;
  }
  for (size_t i = 0; i < size; ++i) {
    if (!column.IsNull(in.rows[i])) body(i, column.Value<T>(in.rows[i]), in.weight(i));
  }
}

}  // namespace millrace
