#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/column/batch.h"
#include "operators/api/output.h"
#include "runtime/channel.h"
#include "runtime/probe.h"

namespace millrace::proto {
class OutputDescriptor;
}  // namespace millrace::proto

namespace millrace {

/// The end of a task's chain: routes batches to channels by the partitioning of each edge, and everything
/// else to all channels. Owned by the task's thread.
class OutputRouter final : public Output {
 public:
  OutputRouter(uint32_t max_parallelism, OperatorProbe* probe)
      : max_parallelism_(max_parallelism), probe_(probe) {}

  void AddEdge(const proto::OutputDescriptor& descriptor, std::vector<std::shared_ptr<Channel>> channels);

  Status Emit(Batch batch) override;
  Status EmitWatermark(Watermark watermark) override;
  Status EmitIdle(Idle idle) override;
  void EmitBarrier(Barrier barrier);
  void EmitEnd();

  bool HasRoom() const;

 private:
  struct Edge {
    int kind;  // proto::Partitioning::Kind
    std::vector<uint32_t> keys;
    std::vector<std::shared_ptr<Channel>> channels;
    size_t next = 0;  // REBALANCE
  };
  void EmitHashed(Edge& edge, const Batch& batch);
  void PushToAll(const Element& element);

  const uint32_t max_parallelism_;
  OperatorProbe* const probe_;
  std::vector<Edge> edges_;
  std::vector<uint64_t> hashes_;
};

}  // namespace millrace
