// All workloads as Google Benchmarks, beside those that say BENCHMARK themselves.
#include <benchmark/benchmark.h>

#include "tests/bench/workload.h"

namespace millrace::bench {
namespace {

void Run(benchmark::State& state, const std::function<Workload()>& make) {
  const Workload workload = make();
  const uint64_t rows_out_before = workload.num_rows_out ? workload.num_rows_out() : 0;
  for (auto _ : state) workload.run();
  state.SetItemsProcessed(state.iterations() * workload.num_rows);
  if (workload.num_rows_out) {
    state.counters["out_of_a_row"] = static_cast<double>(workload.num_rows_out() - rows_out_before) /
                                     static_cast<double>(state.iterations() * workload.num_rows);
  }
  if (workload.num_bytes > 0) state.SetBytesProcessed(state.iterations() * workload.num_bytes);
}

void Register() {
  for (const NamedWorkload& workload : AllWorkloads()) {
    auto* const registered = benchmark::RegisterBenchmark(
        workload.name.c_str(), [make = workload.make](benchmark::State& state) { Run(state, make); });
    registered->Unit(benchmark::kMicrosecond);
    if (workload.num_runs_max > 0) registered->Iterations(workload.num_runs_max);
  }
}

}  // namespace
}  // namespace millrace::bench

int main(int argc, char** argv) {
  millrace::bench::Register();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
