#include "operators/window/local_window_aggregate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "operators/aggregate/local_groups.h"
#include "operators/api/error_codes.h"
#include "operators/window/window_slices.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

class LocalWindowAggregate final : public Operator {
 public:
  explicit LocalWindowAggregate(proto::WindowAggregateConfig config) : config_(std::move(config)) {}

  Status Open(OperatorContext& context) override {
    if (config_.window().kind() == proto::WindowSpec::ATTACHED || config_.window().processing_time()) {
      return Status(kBadOperatorConfig, "windows of processing time or given by columns have no two phases");
    }
    ASSIGN_OR_RETURN(row_slices_, WindowSlices::Create(config_.window(), *context.input_schema(0), context));
    key_columns_.assign(config_.keys().begin(), config_.keys().end());
    return groups_.Open(config_.aggregates(), key_columns_, /*with_slices=*/true, context);
  }

  Status Process(uint32_t, const Batch& batch, Output& output) override {
    RETURN_IF_ERROR(row_slices_->Find(batch, Watermark::kMin, &slices_, nullptr));
    if (std::find(slices_.begin(), slices_.end(), WindowFrames::kNone) == slices_.end())
      return groups_.Process(batch, slices_.data(), output);
    Selection kept;
    size_t position = 0;
    batch.ForEachRow([&](uint32_t row) {
      const int64_t slice = slices_[position++];
      if (slice == WindowFrames::kNone) return;
      slices_[kept.size()] = slice;
      kept.push_back(row);
    });
    slices_.resize(kept.size());
    Batch in_windows = batch;
    in_windows.selection = std::make_shared<const Selection>(std::move(kept));
    return groups_.Process(in_windows, slices_.data(), output);
  }

 private:
  const proto::WindowAggregateConfig config_;
  std::vector<uint32_t> key_columns_;
  std::optional<WindowSlices> row_slices_;
  LocalGroups groups_;
  std::vector<int64_t> slices_;
};

}  // namespace

std::unique_ptr<Operator> MakeLocalWindowAggregate(const proto::WindowAggregateConfig& config) {
  return std::make_unique<LocalWindowAggregate>(config);
}

}  // namespace millrace
