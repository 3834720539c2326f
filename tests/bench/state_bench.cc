// Keyed state under load: upserts by batches of keys, the pause of a freeze, writing a snapshot, and
// restoring it. Names that begin with "large" take seconds and a gigabyte.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <numeric>
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

/// Batches that together hold every key below `num_keys` once (or more often, to fill a batch), in random
/// order.
std::vector<Batch> EveryKeyOnce(int64_t num_keys) {
  std::vector<int64_t> order(static_cast<size_t>(std::max<int64_t>(num_keys, kBatchRows)));
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i) % num_keys;
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

template <class NextKey>
std::vector<Batch> KeyBatches(size_t num_batches, NextKey&& next_key) {
  auto schema = std::make_shared<Schema>();
  schema->fields.push_back({"key", DataType::Bigint()});
  std::vector<Batch> batches;
  BatchBuilder builder(schema);
  while (batches.size() < num_batches) {
    builder.column(0).Append<int64_t>(next_key());
    builder.FinishRow();
    if (builder.num_rows() == kBatchRows) batches.push_back(builder.Finish());
  }
  return batches;
}

/// Batches of uniformly random keys below `num_keys`.
std::vector<Batch> RandomKeys(int64_t num_keys, size_t num_batches) {
  std::mt19937_64 random(11);
  std::uniform_int_distribution<int64_t> key(0, num_keys - 1);
  return KeyBatches(num_batches, [&] { return key(random); });
}

/// Draws numbers below `num_items`, the k-th most frequent as often as 1 / k^0.99, as YCSB does (Gray et al.,
/// "Quickly Generating Billion-Record Synthetic Databases", 1994).
class ZipfNumbers {
 public:
  explicit ZipfNumbers(int64_t num_items) : num_items_(static_cast<double>(num_items)) {
    for (int64_t i = 1; i <= num_items; ++i) zeta_ += std::pow(static_cast<double>(i), -kTheta);
    const double zeta_of_two = 1 + std::pow(2.0, -kTheta);
    eta_ = (1 - std::pow(2 / num_items_, 1 - kTheta)) / (1 - zeta_of_two / zeta_);
  }
  int64_t Next(std::mt19937_64& random) const {
    const double u = std::uniform_real_distribution<double>()(random);
    if (u * zeta_ < 1) return 0;
    if (u * zeta_ < 1 + std::pow(0.5, kTheta)) return 1;
    return static_cast<int64_t>(num_items_ * std::pow(eta_ * u - eta_ + 1, 1 / (1 - kTheta)));
  }

 private:
  static constexpr double kTheta = 0.99;
  const double num_items_;
  double zeta_ = 0;
  double eta_ = 0;
};

/// Batches of keys below `num_keys` as often as Zipf's law says, the frequent ones anywhere among them.
std::vector<Batch> ZipfKeys(int64_t num_keys, size_t num_batches) {
  std::vector<int64_t> key_of(static_cast<size_t>(num_keys));
  std::iota(key_of.begin(), key_of.end(), 0);
  std::mt19937_64 random(11);
  std::shuffle(key_of.begin(), key_of.end(), random);
  const ZipfNumbers numbers(num_keys);
  return KeyBatches(
      num_batches, [&] { return key_of[static_cast<size_t>(std::min(numbers.Next(random), num_keys - 1))]; });
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
  uint64_t limit_bytes() const { return budget_.limit_bytes(); }

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

/// Appends a row for each number of a batch to a map, below the number modulo the number of keys.
class MapAppender {
 public:
  MapAppender(KeyedMap& map, int64_t num_keys, bool by_batch)
      : map_(map), num_keys_(num_keys), by_batch_(by_batch) {}

  void Append(const Batch& numbers) {
    const ColumnReader reader(*numbers.columns[0]);
    BatchBuilder builder(numbers.schema);
    sub_keys_.clear();
    for (uint32_t row = 0; row < numbers.num_rows; ++row) {
      const int64_t number = reader.Value<int64_t>(row);
      builder.column(0).Append<int64_t>(number % num_keys_);
      builder.FinishRow();
      sub_keys_.append(24 - sizeof(number), 'r');
      sub_keys_.append(reinterpret_cast<const char*>(&number), sizeof(number));
    }
    const Batch batch = builder.Finish();
    const uint32_t key_columns[] = {0};
    keys_.Build(batch, key_columns);
    CHECK(map_.Prefetch(keys_).ok());
    wanted_.clear();
    for (uint32_t i = 0; i < keys_.size(); ++i)
      wanted_.push_back({i, std::string_view(sub_keys_).substr(size_t{24} * i, 24)});
    if (by_batch_) {
      CHECK(map_.FindOrInsert(keys_, wanted_, &entries_, &inserted_).ok());
    } else {
      entries_.clear();
      bool inserted = false;
      for (const auto& want : wanted_)
        entries_.push_back(map_.FindOrInsert(keys_, want.key, want.sub_key, &inserted).value());
    }
    for (RowRef entry : entries_) map_.MutableFixed(entry)[0] = 1;
  }

 private:
  KeyedMap& map_;
  const int64_t num_keys_;
  const bool by_batch_;
  KeyBatch keys_{{DataType::Bigint()}, kMaxParallelism};
  std::string sub_keys_;
  std::vector<KeyedMap::EntryKey> wanted_;
  std::vector<RowRef> entries_;
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
BENCHMARK(BM_Upsert)->Name("large/upsert")->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMicrosecond);
// Takes 8 GB; filled once.
BENCHMARK(BM_Upsert)->Name("large/upsert")->Arg(100'000'000)->Unit(benchmark::kMicrosecond)->Iterations(5000);

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

/// State of a number of times the budget. Of uniform keys most rows of every batch are read back, and as many
/// leave memory again; of skewed ones the frequent stay. The CPU is that of all threads: merging files is
/// part of the price.
void BM_UpsertOverBudget(benchmark::State& state, std::vector<Batch> (*keys_of)(int64_t, size_t)) {
  constexpr uint64_t kBytesAKey = 40;  // as large/upsert says
  const int64_t num_keys = state.range(0);
  CountTable table(static_cast<uint64_t>(num_keys) * kBytesAKey / static_cast<uint64_t>(state.range(1)));
  table.CountAll(EveryKeyOnce(num_keys));
  const std::vector<Batch> batches = keys_of(num_keys, 1000);
  size_t next = 0;
  // Until the files in the database are as many as they will be.
  for (int64_t i = 0; i < num_keys / kBatchRows / 4; ++i) table.Count(batches[next++ % batches.size()]);
  uint64_t most_bytes = 0;
  for (auto _ : state) {
    table.Count(batches[next++ % batches.size()]);
    most_bytes = std::max(most_bytes, table.state().memory_bytes());
  }
  state.SetItemsProcessed(state.iterations() * kBatchRows);
  state.counters["over_budget"] = static_cast<double>(most_bytes) / static_cast<double>(table.limit_bytes());
}
BENCHMARK_CAPTURE(BM_UpsertOverBudget, , ZipfKeys)
    ->Name("large/upsert_over_budget_zipf")
    ->ArgNames({"keys", "times"})
    ->Args({4'000'000, 1})
    ->Args({4'000'000, 4})
    ->Args({4'000'000, 10})
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(250);
BENCHMARK_CAPTURE(BM_UpsertOverBudget, , RandomKeys)
    ->Name("large/upsert_over_budget")
    ->ArgNames({"keys", "times"})
    ->Args({2'000'000, 10})
    ->Args({4'000'000, 1})
    ->Args({4'000'000, 4})
    ->Args({4'000'000, 10})
    ->Args({10'000'000, 10})
    ->Unit(benchmark::kMicrosecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(250);

/// Rows of a join side: 4 M of them below a number of keys, 24 bytes each; one by one or by the batch.
void BM_MapAppend(benchmark::State& state) {
  constexpr int64_t kNumRows = 4'000'000;
  const std::vector<Batch> batches = EveryKeyOnce(kNumRows);
  const bool by_batch = state.range(1) != 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto table = std::make_unique<CountTable>();
    KeyedMap* map =
        table->state().OpenMap({"rows", 1, {DataType::Bigint()}, {DataType::Bigint()}, 16, 0}).value();
    MapAppender appender(*map, state.range(0), by_batch);
    state.ResumeTiming();
    for (const Batch& batch : batches) appender.Append(batch);
    state.PauseTiming();
    state.counters["bytes_a_row"] = static_cast<double>(map->memory_bytes()) / kNumRows;
    std::unique_ptr<FrozenState> frozen = table->state().Freeze(Epoch{1});
    proto::SubtaskSnapshot snapshot;
    const std::clock_t begin = std::clock();
    CHECK(frozen->Write(&snapshot).ok());
    state.counters["snapshot_cpu_ms"] = static_cast<double>(std::clock() - begin) * 1000 / CLOCKS_PER_SEC;
    frozen.reset();
    table.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kNumRows);
}
BENCHMARK(BM_MapAppend)
    ->Name("state/map_append")
    ->ArgNames({"keys", "by_batch"})
    ->Args({50'000, 0})
    ->Args({50'000, 1})
    ->Args({2'000'000, 0})
    ->Args({2'000'000, 1})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

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
