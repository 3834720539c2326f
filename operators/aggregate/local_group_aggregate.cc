#include "operators/aggregate/local_group_aggregate.h"

#include <utility>

#include "operators/aggregate/local_groups.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

class LocalGroupAggregate final : public Operator {
 public:
  explicit LocalGroupAggregate(proto::GroupAggregateConfig config) : config_(std::move(config)) {}

  Status Open(OperatorContext& context) override {
    key_columns_.assign(config_.keys().begin(), config_.keys().end());
    return groups_.Open(config_.aggregates(), key_columns_, /*with_slices=*/false, context);
  }

  Status Process(uint32_t, const Batch& batch, Output& output) override {
    return groups_.Process(batch, nullptr, output);
  }

 private:
  const proto::GroupAggregateConfig config_;
  std::vector<uint32_t> key_columns_;
  LocalGroups groups_;
};

}  // namespace

std::unique_ptr<Operator> MakeLocalGroupAggregate(const proto::GroupAggregateConfig& config) {
  return std::make_unique<LocalGroupAggregate>(config);
}

}  // namespace millrace
