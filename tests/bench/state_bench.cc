// Keyed state under load: upserts by batches of keys, the pause of a freeze, writing a snapshot, and
// restoring it. Names that begin with "large" take seconds and a gigabyte.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>

#include "core/check.h"
#include "core/column/batch.h"
#include "core/env/env.h"
#include "proto/checkpoint.pb.h"
#include "state/keyed_state.h"
#include "state/memory_budget.h"
#include "state/object_store.h"

namespace millrace::bench {
namespace {

constexpr uint32_t kBatchRows = 4096;
constexpr uint32_t kMaxParallelism = 1024;

/// Batches that together hold every key below `num_keys` once, in random order.
std::vector<Batch> EveryKeyOnce(int64_t num_keys) {
  std::vector<int64_t> order(static_cast<size_t>(num_keys));
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(7));
  auto schema = std::make_shared<Schema>();
  schema->fields.push_back({"key", DataType::Bigint()});
  std::vector<Batch> batches;
  BatchBuilder builder(schema);
  for (int64_t key : order) {
    builder.column(0).Append<int64_t>(key);
    builder.FinishRow();
    if (builder.num_rows() == kBatchRows) batches.push_back(builder.Finish());
  }
  if (builder.num_rows() > 0) batches.push_back(builder.Finish());
  return batches;
}

/// A table of counts in a directory of its own.
class CountTable {
 public:
  explicit CountTable(uint64_t limit_bytes = uint64_t{1} << 34)
      : env_(CreateSystemEnv(2)), budget_(limit_bytes) {
    directory_ = std::filesystem::temp_directory_path() / "millrace_bench_XXXXXX";
    CHECK(mkdtemp(directory_.data()) != nullptr);
    store_ = std::move(OpenObjectStore("file://" + directory_ + "/store", *env_)).value();
    Open({});
  }
  ~CountTable() {
    state_.reset();
    CHECK(env_->files().RemoveRecursively(directory_).ok());
  }

  void Open(const std::vector<const proto::SubtaskSnapshot*>& restore) {
    state_.reset();
    KeyedStateOptions options;
    options.operator_uid = "bench";
    options.max_parallelism = kMaxParallelism;
    options.key_groups = KeyGroupRangeOf(kMaxParallelism, 1, 0);
    options.local_directory = directory_ + "/local" + std::to_string(++num_opened_);
    options.store_prefix = "shared";
    options.unique_suffix = "bench" + std::to_string(num_opened_);
    state_ = std::move(KeyedState::Open(std::move(options), restore, store_, budget_, *env_)).value();
    table_ = state_->OpenTable({"counts", 1, {DataType::Bigint()}, {DataType::Bigint()}, 8, 0}).value();
  }

  void Count(const Batch& batch) {
    const uint32_t key_columns[] = {0};
    keys_.Build(batch, key_columns);
    CHECK(table_->FindOrInsert(keys_, &rows_, &inserted_).ok());
    for (const RowRef row : rows_) {
      int64_t count;
      uint8_t* payload = table_->MutableFixed(row);
      std::memcpy(&count, payload, sizeof(count));
      ++count;
      std::memcpy(payload, &count, sizeof(count));
    }
    CHECK(state_->Relieve().ok());
  }
  void CountAll(const std::vector<Batch>& batches) {
    for (const Batch& batch : batches) Count(batch);
  }

  KeyedState& state() { return *state_; }

 private:
  std::unique_ptr<Env> env_;
  MemoryBudget budget_;
  std::string directory_;
  std::shared_ptr<ObjectStore> store_;
  std::unique_ptr<KeyedState> state_;
  KeyedTable* table_ = nullptr;
  int num_opened_ = 0;
  KeyBatch keys_{{DataType::Bigint()}, kMaxParallelism};
  std::vector<RowRef> rows_;
  std::vector<uint8_t> inserted_;
};

void BM_Upsert(benchmark::State& state) {
  const std::vector<Batch> batches = EveryKeyOnce(state.range(0));
  CountTable table;
  table.CountAll(batches);
  size_t next = 0;
  for (auto _ : state) table.Count(batches[next++ % batches.size()]);
  state.SetItemsProcessed(state.iterations() * kBatchRows);
  state.counters["bytes_a_key"] =
      static_cast<double>(table.state().memory_bytes()) / static_cast<double>(state.range(0));
}
BENCHMARK(BM_Upsert)->Name("state/upsert")->Arg(1'000)->Arg(60'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Upsert)->Name("large/upsert")->Arg(10'000'000)->Unit(benchmark::kMicrosecond);

void BM_Insert(benchmark::State& state) {
  const std::vector<Batch> batches = EveryKeyOnce(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    auto table = std::make_unique<CountTable>();
    state.ResumeTiming();
    table->CountAll(batches);
    state.PauseTiming();
    table.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Insert)->Name("state/insert")->Arg(60'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Insert)->Name("large/insert")->Arg(10'000'000)->Unit(benchmark::kMillisecond);

/// State of four times the budget, uniform keys: every batch evicts and reads back.
void BM_UpsertOverBudget(benchmark::State& state) {
  const std::vector<Batch> batches = EveryKeyOnce(state.range(0));
  CountTable table(static_cast<uint64_t>(state.range(0)) * 15);
  table.CountAll(batches);
  size_t next = 0;
  for (auto _ : state) table.Count(batches[next++ % batches.size()]);
  state.SetItemsProcessed(state.iterations() * kBatchRows);
}
BENCHMARK(BM_UpsertOverBudget)
    ->Name("large/upsert_over_budget")
    ->Arg(4'000'000)
    ->Unit(benchmark::kMicrosecond);

/// The pause of the owner thread; all keys changed since the last one.
void BM_FreezePause(benchmark::State& state) {
  const std::vector<Batch> batches = EveryKeyOnce(state.range(0));
  CountTable table;
  uint64_t epoch = 0;
  for (auto _ : state) {
    state.PauseTiming();
    table.CountAll(batches);
    state.ResumeTiming();
    const std::unique_ptr<FrozenState> frozen = table.state().Freeze(Epoch{++epoch});
    state.PauseTiming();
    proto::SubtaskSnapshot snapshot;
    CHECK(frozen->Write(&snapshot).ok());
    state.ResumeTiming();
  }
}
BENCHMARK(BM_FreezePause)
    ->Name("state/freeze_pause")
    ->Arg(60'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMicrosecond)
    ->Iterations(10);

/// Sort, SST, ingestion, RocksDB checkpoint and upload of all keys.
void BM_WriteSnapshot(benchmark::State& state) {
  const std::vector<Batch> batches = EveryKeyOnce(state.range(0));
  CountTable table;
  uint64_t epoch = 0;
  for (auto _ : state) {
    state.PauseTiming();
    table.CountAll(batches);
    const std::unique_ptr<FrozenState> frozen = table.state().Freeze(Epoch{++epoch});
    proto::SubtaskSnapshot snapshot;
    state.ResumeTiming();
    CHECK(frozen->Write(&snapshot).ok());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_WriteSnapshot)
    ->Name("state/write_snapshot")
    ->Arg(1'000)
    ->Arg(60'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(5);

/// From the snapshot to the first batch of old keys.
void BM_RestoreToFirstBatch(benchmark::State& state) {
  const std::vector<Batch> batches = EveryKeyOnce(state.range(0));
  CountTable table;
  table.CountAll(batches);
  proto::SubtaskSnapshot snapshot;
  CHECK(table.state().Freeze(Epoch{1})->Write(&snapshot).ok());
  for (auto _ : state) {
    table.Open({&snapshot});
    table.Count(batches[0]);
  }
}
BENCHMARK(BM_RestoreToFirstBatch)
    ->Name("state/restore_to_first_batch")
    ->Arg(60'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);
BENCHMARK(BM_RestoreToFirstBatch)
    ->Name("large/restore_to_first_batch")
    ->Arg(4'000'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);

/// A checkpoint of the first tenth of the keys, after one of all: what a job pays when little has changed.
void BM_CheckpointTenth(benchmark::State& state) {
  const std::vector<Batch> batches = EveryKeyOnce(state.range(0));
  CountTable table;
  uint64_t epoch = 0;
  const auto checkpoint = [&](std::chrono::duration<double>* pause) {
    const auto begin = std::chrono::steady_clock::now();
    const std::unique_ptr<FrozenState> frozen = table.state().Freeze(Epoch{++epoch});
    *pause = std::chrono::steady_clock::now() - begin;
    proto::SubtaskSnapshot snapshot;
    CHECK(frozen->Write(&snapshot).ok());
  };
  std::chrono::duration<double> pause{};
  table.CountAll(batches);
  checkpoint(&pause);
  double longest_pause_ms = 0;
  for (auto _ : state) {
    state.PauseTiming();
    for (size_t i = 0; i < batches.size() / 10; ++i) table.Count(batches[i]);
    state.ResumeTiming();
    checkpoint(&pause);
    longest_pause_ms = std::max(longest_pause_ms, pause.count() * 1e3);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) / 10);
  state.counters["longest_pause_ms"] = longest_pause_ms;
}
BENCHMARK(BM_CheckpointTenth)
    ->Name("state/checkpoint_tenth")
    ->Arg(600'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(5);
BENCHMARK(BM_CheckpointTenth)
    ->Name("large/checkpoint_tenth")
    ->Arg(10'000'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(5);

}  // namespace
}  // namespace millrace::bench
