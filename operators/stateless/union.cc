#include "operators/stateless/union.h"

#include <utility>

namespace millrace {
namespace {

class Union final : public Operator {
 public:
  Status Open(OperatorContext& context) override {
    schema_ = context.output_schema();
    return Status::Ok();
  }

  Status Process(uint32_t, const Batch& batch, Output& output) override {
    Batch forwarded = batch;
    forwarded.schema = schema_;
    return output.Emit(std::move(forwarded));
  }

 private:
  SchemaPtr schema_;
};

}  // namespace

OperatorFactory UnionFactory() {
  return {.kind = "union",
          .keyed = false,
          .create = [](const proto::Operator&) -> Result<std::unique_ptr<Operator>> {
            return std::unique_ptr<Operator>(std::make_unique<Union>());
          }};
}

}  // namespace millrace
