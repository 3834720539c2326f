// A read-modify-write of keyed state by batches of random keys: the inner loop of every aggregation.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/check.h"
#include "core/column/batch.h"
#include "core/env/env.h"
#include "state/keyed_state.h"
#include "state/memory_budget.h"
#include "state/object_store.h"

namespace millrace {
namespace {

constexpr uint32_t kBatchRows = 2048;
constexpr uint32_t kNumBatches = 64;
constexpr uint32_t kMaxParallelism = 1024;

/// Batches of uniformly random BIGINT keys below `num_keys`.
std::vector<Batch> RandomKeys(uint64_t num_keys) {
  auto schema = std::make_shared<Schema>();
  schema->fields.push_back({"key", DataType::Bigint()});
  std::vector<Batch> batches;
  uint64_t random = 88172645463325252u;
  for (uint32_t b = 0; b < kNumBatches; ++b) {
    BatchBuilder builder(schema);
    for (uint32_t row = 0; row < kBatchRows; ++row) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      builder.column(0).Append<int64_t>(static_cast<int64_t>(random % num_keys));
      builder.FinishRow();
    }
    batches.push_back(builder.Finish());
  }
  return batches;
}

void BM_CountPerKey(benchmark::State& state) {
  const std::vector<Batch> batches = RandomKeys(static_cast<uint64_t>(state.range(0)));
  const auto env = CreateSystemEnv(1);
  std::string directory = std::filesystem::temp_directory_path() / "millrace_bench_XXXXXX";
  CHECK(mkdtemp(directory.data()) != nullptr);
  MemoryBudget budget(uint64_t{1} << 32);
  std::shared_ptr<ObjectStore> store = std::move(OpenObjectStore("file://" + directory + "/store", *env)).value();
  KeyedStateOptions options;
  options.operator_uid = "bench";
  options.max_parallelism = kMaxParallelism;
  options.key_groups = KeyGroupRangeOf(kMaxParallelism, 1, 0);
  options.local_directory = directory + "/local";
  options.store_prefix = "shared";
  options.unique_suffix = "bench";
  const auto keyed = std::move(KeyedState::Open(std::move(options), {}, store, budget, *env)).value();
  KeyedTable* table = keyed->OpenTable({"counts", 1, {DataType::Bigint()}, {DataType::Bigint()}, 8, 0}).value();

  KeyBatch keys({DataType::Bigint()}, kMaxParallelism);
  std::vector<RowRef> rows;
  std::vector<uint8_t> inserted;
  const uint32_t key_columns[] = {0};
  size_t next = 0;
  for (auto _ : state) {
    keys.Build(batches[next++ % batches.size()], key_columns);
    CHECK(table->FindOrInsert(keys, &rows, &inserted).ok());
    for (const RowRef row : rows) {
      int64_t count;
      uint8_t* payload = table->MutableFixed(row);
      std::memcpy(&count, payload, sizeof(count));
      ++count;
      std::memcpy(payload, &count, sizeof(count));
    }
  }
  state.SetItemsProcessed(state.iterations() * kBatchRows);
  CHECK(env->files().RemoveRecursively(directory).ok());
}
BENCHMARK(BM_CountPerKey)->Arg(1'000)->Arg(100'000)->Arg(10'000'000);

}  // namespace
}  // namespace millrace
