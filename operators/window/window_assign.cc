#include "operators/window/window_assign.h"

#include <optional>
#include <utility>

#include "operators/api/error_codes.h"
#include "operators/window/window_columns.h"
#include "operators/window/window_slices.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

class WindowAssign final : public Operator {
 public:
  explicit WindowAssign(proto::WindowAssignConfig config) : config_(std::move(config)) {}

  Status Open(OperatorContext& context) override {
    schema_ = context.output_schema();
    if (config_.window().kind() == proto::WindowSpec::ATTACHED) {
      return Status(kBadOperatorConfig, "rows with windows of their own need no window_assign");
    }
    RETURN_IF_ERROR(CheckWindowColumns(*schema_, context.input_schema(0)->size()));
    ASSIGN_OR_RETURN(slices_, WindowSlices::Create(config_.window(), *context.input_schema(0), context));
    columns_.emplace(*schema_, slices_->clock());
    return Status::Ok();
  }

  Status Process(uint32_t, const Batch& batch, Output& output) override {
    RETURN_IF_ERROR(slices_->Find(batch, Watermark::kMin, &slices_of_rows_, nullptr));
    const WindowFrames& frames = slices_->frames();
    auto rows = std::make_shared<Selection>();
    size_t position = 0;
    batch.ForEachRow([&](uint32_t row) {
      const int64_t slice = slices_of_rows_[position++];
      if (slice == WindowFrames::kNone) return;
      for (int64_t end = frames.NextWindowEnd(slice, WindowFrames::kNone); end != WindowFrames::kNone;
           end = frames.NextWindowEnd(slice, end)) {
        rows->push_back(row);
        columns_->Append(frames.WindowStart(end), end);
      }
    });
    if (rows->empty()) return Status::Ok();
    Batch assigned = Take(batch, std::move(rows));
    assigned.schema = schema_;
    for (ColumnPtr& column : columns_->Finish()) assigned.columns.push_back(std::move(column));
    return output.Emit(std::move(assigned));
  }

 private:
  const proto::WindowAssignConfig config_;
  SchemaPtr schema_;
  std::optional<WindowSlices> slices_;
  std::optional<WindowColumns> columns_;
  std::vector<int64_t> slices_of_rows_;
};

}  // namespace

OperatorFactory WindowAssignFactory() {
  return {.kind = "window_assign",
          .keyed = false,
          .create = [](const proto::Operator& config) -> Result<std::unique_ptr<Operator>> {
            return std::unique_ptr<Operator>(std::make_unique<WindowAssign>(config.window_assign()));
          }};
}

}  // namespace millrace
