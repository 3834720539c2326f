#pragma once

#include <memory>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/connectors/io/pacer.h"
#include "operators/connectors/nexmark/nexmark_generator.h"

namespace millrace {

/// One split a generator. Generators share the time line and have ranges of event ids of their own; they are
/// fixed when the job first starts.
class NexmarkEnumerator : public SplitEnumerator {
 public:
  NexmarkEnumerator(NexmarkOptions options, uint32_t num_generators, Clock* clock, bool is_restored)
      : options_(options), num_generators_(num_generators), clock_(clock), is_done_(is_restored) {}
  Result<std::vector<Split>> Discover() override;
  std::optional<int64_t> next_discovery_ms() const override { return std::nullopt; }

 private:
  const NexmarkOptions options_;
  const uint32_t num_generators_;
  Clock* clock_;
  bool is_done_;
};

/// Makes events of its generators, in blocks in turn. On the task's thread.
class NexmarkReader : public SplitReader {
 public:
  NexmarkReader(NexmarkOptions options, NexmarkGenerator::Columns columns, Env* env);
  ~NexmarkReader() override;

  Status AddSplits(std::span<const Split> splits) override;
  Result<ReadState> PollNext(uint32_t max_rows, BatchBuilder& builder, std::vector<SplitRows>* runs,
                             std::vector<uint32_t>* ended) override;
  void SetWakeup(std::function<void()> wakeup) override { wakeup_ = std::move(wakeup); }
  std::vector<Split> Snapshot() override;
  int64_t PendingRecords() override;

 private:
  struct Stream;
  /// The stream whose next event is the earliest; none when all have ended.
  Stream* Earliest();

  const NexmarkOptions options_;
  const NexmarkGenerator::Columns columns_;
  Env* env_;
  const NexmarkTexts texts_;
  std::function<void()> wakeup_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::unique_ptr<Pacer> pacer_;
  std::vector<ColumnBuilder*> builders_;
};

}  // namespace millrace
