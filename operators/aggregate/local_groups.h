#pragma once

#include <optional>
#include <vector>

#include "operators/aggregate/aggregate_set.h"
#include "operators/aggregate/scratch_groups.h"
#include "operators/api/operator.h"

namespace millrace {

/// The LOCAL phase of aggregates, with or without windows: groups the rows of one batch and sends a row a
/// group: its keys, (its slice,) its accumulators, its number of rows. Single-owner.
class LocalGroups {
 public:
  /// `key_columns` must outlive this. Error kUnsupportedAggregate for calls that do not split.
  Status Open(const google::protobuf::RepeatedPtrField<proto::AggregateCall>& calls,
              const std::vector<uint32_t>& key_columns, bool with_slices, OperatorContext& context);
  /// `slices`: of the i-th selected row; null without windows.
  Status Process(const Batch& batch, const int64_t* slices, Output& output);

 private:
  void Group(const Batch& batch, const int64_t* slices);
  void CountRows(const Batch& batch);
  Batch BuildOutput(const Batch& batch);

  SchemaPtr schema_;
  const std::vector<uint32_t>* key_columns_ = nullptr;
  bool with_slices_ = false;
  std::optional<AggregateSet> aggregates_;
  std::optional<ScratchGroups> groups_;
  std::optional<KeyBatch> keys_;
  std::vector<uint32_t> group_of_row_;
  std::vector<uint32_t> first_rows_;  // of each group, in the batch
  std::vector<uint32_t> row_numbers_;
  std::vector<int8_t> weights_;
  std::vector<uint8_t*> payloads_;
  std::vector<RowRef> rows_;
};

}  // namespace millrace
