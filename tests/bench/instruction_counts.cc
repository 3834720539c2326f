// One workload for scripts/check_instructions, which counts the instructions below MeasuredRuns:
//   instruction_counts --list
//   instruction_counts --kernel NAME --rows N
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/bench/workload.h"

namespace millrace::bench {
namespace {

/// Ten kernels and a little more: what a row meets on its way.
constexpr const char* kKernels[] = {
    "json/decode_bid_5_fields", "json/encode",      "filter/mod",          "project/decimal",
    "project/split_index",      "aggregate/update", "window/tumble_count", "window/hop_10",
    "distinct/count",           "join/probe",       "row/encode",          "exchange/hash_2",
};

const NamedWorkload* Find(const Workloads& workloads, const char* name) {
  for (const NamedWorkload& workload : workloads) {
    if (workload.name == name) return &workload;
  }
  return nullptr;
}

}  // namespace

/// Counted by its name: not inlined, not renamed.
extern "C" __attribute__((noinline)) void MeasuredRuns(const Workload& workload, int64_t num_runs) {
  for (int64_t i = 0; i < num_runs; ++i) workload.run();
}

int Main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (const char* name : kKernels) std::printf("%s\n", name);
    return 0;
  }
  if (argc != 5 || std::strcmp(argv[1], "--kernel") != 0 || std::strcmp(argv[3], "--rows") != 0) {
    std::fprintf(stderr, "instruction_counts --list | --kernel NAME --rows N\n");
    return 2;
  }
  const Workloads workloads = AllWorkloads();
  const NamedWorkload* const named = Find(workloads, argv[2]);
  const int64_t num_rows = std::atoll(argv[4]);
  if (named == nullptr || num_rows <= 0) {
    std::fprintf(stderr, "instruction_counts: no workload '%s', or no rows\n", argv[2]);
    return 2;
  }
  const Workload workload = named->make();
  workload.run();  // what is made once
  const int64_t num_runs = (num_rows + workload.num_rows - 1) / workload.num_rows;
  MeasuredRuns(workload, num_runs);
  std::printf("%lld\n", static_cast<long long>(num_runs * workload.num_rows));
  return 0;
}

}  // namespace millrace::bench

int main(int argc, char** argv) {
  return millrace::bench::Main(argc, argv);
}
