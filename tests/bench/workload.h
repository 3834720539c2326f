#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace millrace::bench {

/// Work that is done again and again, on the same number of rows each time. Owns what it works on.
struct Workload {
  std::function<void()> run;
  int64_t num_rows = 0;                    // of one run
  int64_t num_bytes = 0;                   // of one run; 0 = not meaningful
  std::function<uint64_t()> num_rows_out;  // so far; null = not meaningful
};

/// A workload by name, "subject/what". Made only when it is wanted; always from the same seed.
struct NamedWorkload {
  std::string name;
  std::function<Workload()> make;
  /// Runs after which its state is no longer what it stands for (a table filled by keys that never came
  /// before); 0 = never.
  int64_t num_runs_max = 0;
};

using Workloads = std::vector<NamedWorkload>;

// One function a file of this folder.
void AddExchangeWorkloads(Workloads* workloads);
void AddJsonWorkloads(Workloads* workloads);
void AddQueryWorkloads(Workloads* workloads);
void AddRowWorkloads(Workloads* workloads);
void AddTextFormatWorkloads(Workloads* workloads);

inline Workloads AllWorkloads() {
  Workloads workloads;
  AddQueryWorkloads(&workloads);
  AddJsonWorkloads(&workloads);
  AddTextFormatWorkloads(&workloads);
  AddRowWorkloads(&workloads);
  AddExchangeWorkloads(&workloads);
  return workloads;
}

}  // namespace millrace::bench
