// From one task's output to another's input in one process: rows are routed by key, pushed into channels and
// taken out again.
#include <memory>

#include "core/check.h"
#include "proto/worker.pb.h"
#include "runtime/channel.h"
#include "runtime/output_router.h"
#include "runtime/probe.h"
#include "tests/bench/nexmark_batches.h"
#include "tests/bench/workload.h"

namespace millrace::bench {
namespace {

constexpr uint32_t kMaxParallelism = 1024;
constexpr uint32_t kCapacityBatches = 16;
constexpr uint32_t kNumBatches = 64;

struct Exchange {
  std::vector<Batch> batches = MakeEvents(NexmarkEvent::kBid, kNumBatches);
  OperatorProbe probe;
  OutputRouter router{kMaxParallelism, &probe};
  std::vector<std::shared_ptr<Channel>> channels;
  size_t next = 0;

  Exchange(uint32_t num_channels, proto::Partitioning::Kind kind) {
    for (uint32_t i = 0; i < num_channels; ++i) {
      channels.push_back(std::make_shared<LocalChannel>(
          kCapacityBatches, [] {}, [] {}));
    }
    proto::OutputDescriptor descriptor;
    descriptor.mutable_partitioning()->set_kind(kind);
    if (kind == proto::Partitioning::HASH) descriptor.mutable_partitioning()->add_keys(1);
    descriptor.set_target_parallelism(num_channels);
    for (uint32_t i = 0; i < num_channels; ++i) descriptor.add_channels()->set_channel(i + 1);
    router.AddEdge(descriptor, channels);
  }

  void Run() {
    CHECK(router.Emit(batches[next++ % batches.size()]).ok());
    uint32_t num_rows = 0;
    for (const auto& channel : channels) {
      while (const std::optional<Element> element = channel->Pop()) {
        num_rows += std::get<Batch>(*element).NumSelected();
      }
    }
    CHECK(num_rows == kBatchRows);
  }
};

NamedWorkload Named(const std::string& name, uint32_t num_channels, proto::Partitioning::Kind kind) {
  return {name, [num_channels, kind] {
            auto exchange = std::make_shared<Exchange>(num_channels, kind);
            return Workload{.run = [exchange] { exchange->Run(); }, .num_rows = kBatchRows};
          }};
}

}  // namespace

void AddExchangeWorkloads(Workloads* workloads) {
  workloads->push_back(Named("exchange/forward", 1, proto::Partitioning::FORWARD));
  workloads->push_back(Named("exchange/hash_2", 2, proto::Partitioning::HASH));
  workloads->push_back(Named("exchange/hash_16", 16, proto::Partitioning::HASH));
}

}  // namespace millrace::bench
