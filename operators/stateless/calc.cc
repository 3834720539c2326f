#include "operators/stateless/calc.h"

#include <optional>
#include <utility>

#include "operators/stateless/expressions.h"
#include "proto/job_graph.pb.h"

namespace millrace {
namespace {

/// Below one selected row in this many, rows are compacted before expressions fill whole columns for them.
constexpr uint32_t kSparseFactor = 4;

class Calc final : public Operator {
 public:
  explicit Calc(proto::CalcConfig config) : config_(std::move(config)) {}

  Status Open(OperatorContext& context) override {
    schema_ = context.output_schema();
    const Schema& input = *context.input_schema(0);
    if (config_.has_filter()) {
      const proto::Expression* filter = &config_.filter();
      ASSIGN_OR_RETURN(filter_, Expressions::Build({&filter, 1}, input, context));
    }
    ASSIGN_OR_RETURN(projections_, Expressions::Build(config_.projections(), input, context));
    for (size_t i = 0; i < projections_->size(); ++i) computes_ |= !projections_->IsColumn(i);
    return Status::Ok();
  }

  Status Process(uint32_t, const Batch& batch, Output& output) override {
    if (!filter_) return Project(batch, output);
    ASSIGN_OR_RETURN(Selection selected, filter_->SelectTrue(0, batch, RowsOf(batch)));
    if (selected.empty()) return Status::Ok();
    if (selected.size() == batch.num_rows) return Project(batch, output);
    auto rows = std::make_shared<const Selection>(std::move(selected));
    if (computes_ && rows->size() * kSparseFactor < batch.num_rows)
      return Project(Take(batch, std::move(rows)), output);
    Batch filtered = batch;
    filtered.selection = std::move(rows);
    return Project(filtered, output);
  }

  Status OnWatermark(Watermark watermark, Output& output) override {
    if (filter_) filter_->SetWatermark(watermark);
    projections_->SetWatermark(watermark);
    return output.EmitWatermark(watermark);
  }

 private:
  Status Project(const Batch& batch, Output& output) {
    Batch projected = batch;
    projected.schema = schema_;
    if (projections_->size() == 0) return output.Emit(std::move(projected));
    const Selection rows = computes_ ? RowsOf(batch) : Selection();
    projected.columns.clear();
    projected.columns.reserve(projections_->size());
    for (size_t i = 0; i < projections_->size(); ++i) {
      ASSIGN_OR_RETURN(ColumnPtr column, projections_->Evaluate(i, batch, rows));
      projected.columns.push_back(std::move(column));
    }
    return output.Emit(std::move(projected));
  }

  const proto::CalcConfig config_;
  SchemaPtr schema_;
  std::optional<Expressions> filter_;
  std::optional<Expressions> projections_;
  bool computes_ = false;  // some projection is more than a column
};

}  // namespace

OperatorFactory CalcFactory() {
  return {.kind = "calc",
          .keyed = false,
          .create = [](const proto::Operator& config) -> Result<std::unique_ptr<Operator>> {
            return std::unique_ptr<Operator>(std::make_unique<Calc>(config.calc()));
          }};
}

}  // namespace millrace
