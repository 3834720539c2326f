#include "operators/window/window_columns.h"

#include <string>

#include "core/temporal/civil.h"
#include "operators/api/error_codes.h"

namespace millrace {
namespace {

constexpr size_t kNumColumns = 3;

void AppendTime(int64_t micros, ColumnBuilder& out) {
  if (out.type().physical() == PhysicalType::kTimestamp) {
    out.Append(WideFromMicros(micros));
  } else {
    out.Append(micros);
  }
}

}  // namespace

WindowColumns::WindowColumns(const Schema& schema, const WindowClock& clock) : clock_(clock) {
  for (size_t i = schema.size() - kNumColumns; i < schema.size(); ++i) builders_.emplace_back(schema.type(i));
}

void WindowColumns::Append(int64_t start, int64_t end) {
  if (end != last_end_) {
    last_end_ = end;
    last_time_ = clock_.LastInstant(end);
  }
  AppendTime(start, builders_[0]);
  AppendTime(end, builders_[1]);
  AppendTime(last_time_, builders_[2]);
}

std::vector<ColumnPtr> WindowColumns::Finish() {
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders_) columns.push_back(builder.Finish());
  return columns;
}

std::vector<ColumnPtr> WindowColumns::Constant(int64_t start, int64_t end, uint32_t num_rows) {
  Append(start, end);
  std::vector<ColumnPtr> columns = Finish();
  for (ColumnPtr& column : columns) column = Column::ConstantOf(std::move(column), 0, num_rows);
  return columns;
}

Status CheckWindowColumns(const Schema& schema, size_t num_columns) {
  bool fits = schema.size() == num_columns + kNumColumns;
  for (size_t i = num_columns; fits && i < schema.size(); ++i) fits = schema.type(i).IsTimestamp();
  if (fits) return Status::Ok();
  return Status(kBadOperatorConfig, "the output of a window must be its " + std::to_string(num_columns) +
                                        " columns, then window_start, window_end and window_time");
}

}  // namespace millrace
