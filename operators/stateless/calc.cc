#include "operators/stateless/calc.h"

#include <optional>
#include <utility>
#include <vector>

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
    std::vector<const proto::Expression*> expressions;
    if (config_.has_filter()) expressions.push_back(&config_.filter());
    first_projection_ = expressions.size();
    for (const proto::Expression& projection : config_.projections()) expressions.push_back(&projection);
    ASSIGN_OR_RETURN(expressions_, Expressions::Build(expressions, *context.input_schema(0), context));
    for (size_t i = first_projection_; i < expressions_->size(); ++i) computes_ |= !expressions_->IsColumn(i);
    return Status::Ok();
  }

  Status Process(uint32_t, const Batch& batch, Output& output) override {
    const Selection all = computes_ || config_.has_filter() ? RowsOf(batch) : Selection();
    SharedValues shared = expressions_->Share(all);
    if (!config_.has_filter()) return Project(batch, all, shared, output);
    ASSIGN_OR_RETURN(Selection selected, expressions_->SelectTrue(0, batch, all, shared));
    if (selected.empty()) return Status::Ok();
    if (selected.size() == batch.num_rows) return Project(batch, all, shared, output);
    auto rows = std::make_shared<const Selection>(std::move(selected));
    if (computes_ && rows->size() * kSparseFactor < batch.num_rows) {
      shared.Take(rows);
      const Batch taken = millrace::Take(batch, std::move(rows));
      return Project(taken, RowsOf(taken), shared, output);
    }
    shared.Narrow(*rows);
    Batch filtered = batch;
    filtered.selection = rows;
    return Project(filtered, *rows, shared, output);
  }

  Status OnWatermark(Watermark watermark, Output& output) override {
    expressions_->SetWatermark(watermark);
    return output.EmitWatermark(watermark);
  }

 private:
  /// `rows` are those of the batch; not looked at when every projection is a column.
  Status Project(const Batch& batch, const Selection& rows, SharedValues& shared, Output& output) {
    Batch projected = batch;
    projected.schema = schema_;
    if (config_.projections_size() == 0) return output.Emit(std::move(projected));
    projected.columns.clear();
    projected.columns.reserve(expressions_->size() - first_projection_);
    for (size_t i = first_projection_; i < expressions_->size(); ++i) {
      ASSIGN_OR_RETURN(ColumnPtr column, expressions_->Evaluate(i, batch, rows, shared));
      projected.columns.push_back(std::move(column));
    }
    return output.Emit(std::move(projected));
  }

  const proto::CalcConfig config_;
  SchemaPtr schema_;
  std::optional<Expressions> expressions_;  // the filter, if there is one, then the projections
  size_t first_projection_ = 0;
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
