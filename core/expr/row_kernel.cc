#include "core/expr/row_kernel.h"

namespace millrace {

Row::Row(const KernelCall& call) : call_(call) {
  readers_.reserve(call.arguments.size());
  for (const ColumnPtr& argument : call.arguments) {
    readers_.emplace_back(*argument);
    any_nulls_ = any_nulls_ || readers_.back().has_nulls();
  }
  if (PhysicalSize(call.result_type.physical()) == 0) {
    builder_.emplace(call.result_type);
    builder_->Reserve(call.context.batch.num_rows);
  } else {
    output_.emplace(call.result_type, call.context.batch.num_rows);
  }
}

void Row::FillGap(uint32_t row) {
  while (builder_->size() < row) builder_->AppendNull();
}

void Row::ReturnNull() {
  if (builder_) {
    builder_->AppendNull();
  } else {
    output_->SetNull(index_);
  }
}

void Row::Fail(ErrorCode code, std::string message) {
  call_.context.errors.Add(index_, Status(code, std::move(message)));
  ReturnNull();
}

ColumnPtr Row::Finish() {
  if (builder_) {
    FillGap(call_.context.batch.num_rows);
    return builder_->Finish();
  }
  for (size_t argument = 0; argument < readers_.size(); ++argument) {
    if (kept_arguments_ >> argument & 1) output_->KeepAlive(*call_.arguments[argument]);
  }
  return output_->Finish();
}

}  // namespace millrace
