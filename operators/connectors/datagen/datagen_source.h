#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/datagen/value_generator.h"
#include "operators/connectors/io/pacer.h"

namespace millrace {

/// The rows of a datagen table, by number: what the options say, for all declared columns.
struct DatagenTable {
  std::vector<std::string> names;
  std::vector<std::unique_ptr<ValueGenerator>> generators;  // parallel
  std::optional<uint64_t> num_rows;                         // none = unbounded
  double rows_per_second = 0;

  /// Errors name the option; kUnknownOption for fields that are not declared.
  static Result<DatagenTable> From(const std::vector<Field>& declared, const Options& options);
};

/// One split for each subtask that there is at the start; split i has rows i, i + n, i + 2n, ... of the
/// table.
class DatagenEnumerator : public SplitEnumerator {
 public:
  DatagenEnumerator(uint32_t num_splits, bool is_restored) : num_splits_(num_splits), is_done_(is_restored) {}
  Result<std::vector<Split>> Discover() override;
  std::optional<int64_t> next_discovery_ms() const override { return std::nullopt; }

 private:
  const uint32_t num_splits_;
  bool is_done_;
};

/// Makes rows at the table's rate. On the task's thread.
class DatagenReader : public SplitReader {
 public:
  /// `columns`: which generator fills each column of the builder.
  DatagenReader(DatagenTable table, std::vector<size_t> columns, Env* env)
      : table_(std::move(table)), columns_(std::move(columns)), env_(env) {}

  Status AddSplits(std::span<const Split> splits) override;
  Result<ReadState> PollNext(uint32_t max_rows, BatchBuilder& builder, std::vector<SplitRows>* runs,
                             std::vector<uint32_t>* ended) override;
  void SetWakeup(std::function<void()> wakeup) override { wakeup_ = std::move(wakeup); }
  std::vector<Split> Snapshot() override;
  int64_t PendingRecords() override;

 private:
  struct Sequence {
    std::string id;
    uint64_t split = 0;
    uint64_t num_splits = 1;
    uint64_t num_done = 0;
    bool has_ended = false;
  };
  uint64_t Remaining(const Sequence& sequence) const;
  void EndSplits(std::vector<uint32_t>* ended);

  const DatagenTable table_;
  const std::vector<size_t> columns_;
  Env* env_;
  std::function<void()> wakeup_;
  std::vector<Sequence> sequences_;
  size_t next_ = 0;  // whose turn it is
  std::unique_ptr<Pacer> pacer_;
};

}  // namespace millrace
