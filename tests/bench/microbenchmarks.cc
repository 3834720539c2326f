// All workloads as Google Benchmarks, beside those that say BENCHMARK themselves.
#include <benchmark/benchmark.h>

#include "tests/bench/workload.h"

namespace millrace::bench {
namespace {

/// The workload that was made last. Google Benchmark calls a function several times until it knows how many
/// runs it needs, and again for each repetition: what took long to prepare goes on, only one is there.
class CurrentWorkload {
 public:
  const Workload& Get(const NamedWorkload& named) {
    if (named.name != name_ || named.num_runs_max > 0) {
      workload_ = {};
      workload_ = named.make();
      name_ = named.name;
    }
    return workload_;
  }

 private:
  std::string name_;
  Workload workload_;
};

void Run(benchmark::State& state, const Workload& workload) {
  const uint64_t rows_out_before = workload.num_rows_out ? workload.num_rows_out() : 0;
  for (auto _ : state) workload.run();
  state.SetItemsProcessed(state.iterations() * workload.num_rows);
  if (workload.num_rows_out) {
    state.counters["out_of_a_row"] = static_cast<double>(workload.num_rows_out() - rows_out_before) /
                                     static_cast<double>(state.iterations() * workload.num_rows);
  }
  if (workload.num_bytes > 0) state.SetBytesProcessed(state.iterations() * workload.num_bytes);
}

void Register(CurrentWorkload* current) {
  for (const NamedWorkload& named : AllWorkloads()) {
    auto* const registered = benchmark::RegisterBenchmark(
        named.name.c_str(), [current, named](benchmark::State& state) { Run(state, current->Get(named)); });
    registered->Unit(benchmark::kMicrosecond);
    if (named.num_runs_max > 0) registered->Iterations(named.num_runs_max);
  }
}

}  // namespace
}  // namespace millrace::bench

int main(int argc, char** argv) {
  millrace::bench::CurrentWorkload current;
  millrace::bench::Register(&current);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
