#include <optional>

#include "sql/binder/bind_error.h"
#include "sql/binder/query_binder.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

std::optional<uint32_t> FindRole(const PlanColumns& columns, const std::vector<uint32_t>& keys,
                                 WindowRole role) {
  for (uint32_t key : keys) {
    if (columns[key].window_role == role) return key;
  }
  return std::nullopt;
}

/// Groups by the window that the columns `start` and `end` hold.
PlanPtr MakeWindowAggregate(PlanPtr input, const std::vector<uint32_t>& keys,
                            std::vector<PlanAggregate> calls, uint32_t start, uint32_t end) {
  const PlanColumns columns = input->columns();
  const std::optional<uint32_t> time = FindRole(columns, keys, WindowRole::kTime);
  PlanWindow window{.kind = PlanWindow::Kind::kAttached, .start_column = start, .end_column = end};
  window.zone = columns[start].window_zone;
  window.time_type = window.zone.empty() ? DataType::Timestamp(3) : DataType::TimestampLtz(3);
  if (time) window.time_type = columns[*time].type;
  window.processing_time = time && columns[*time].time == TimeAttribute::kProctime;
  std::vector<uint32_t> other_keys;
  for (uint32_t key : keys) {
    if (key != start && key != end && key != time) other_keys.push_back(key);
  }
  const auto num_keys = static_cast<uint32_t>(other_keys.size());
  const auto num_calls = static_cast<uint32_t>(calls.size());
  auto aggregate =
      std::make_shared<WindowAggregateNode>(std::move(input), window, other_keys, std::move(calls));
  std::vector<uint32_t> order;
  uint32_t next_key = 0;
  for (uint32_t key : keys) {
    if (key == start) {
      order.push_back(num_keys + num_calls);
    } else if (key == end) {
      order.push_back(num_keys + num_calls + 1);
    } else if (key == time) {
      order.push_back(num_keys + num_calls + 2);
    } else {
      order.push_back(next_key++);
    }
  }
  for (uint32_t call = 0; call < num_calls; ++call) order.push_back(num_keys + call);
  std::vector<BoundExprPtr> projections;
  std::vector<std::string> names;
  for (size_t i = 0; i < order.size(); ++i) {
    const PlanColumn& column = aggregate->columns()[order[i]];
    projections.push_back(ColumnExpr(order[i], column.type));
    names.push_back(i < keys.size() ? columns[keys[i]].name : column.name);
  }
  return std::make_shared<CalcNode>(std::move(aggregate), nullptr, std::move(projections), std::move(names));
}

}  // namespace

Result<PlanPtr> MakeAggregate(QueryBinder& binder, PlanPtr input, const std::vector<uint32_t>& keys,
                              std::vector<PlanAggregate> calls, const SourcePlace& place) {
  const std::optional<uint32_t> start = FindRole(input->columns(), keys, WindowRole::kStart);
  const std::optional<uint32_t> end = FindRole(input->columns(), keys, WindowRole::kEnd);
  if (start && end) {
    if (binder.IsUpdating(input)) return NotSupported("window aggregation of rows that change", place);
    return MakeWindowAggregate(std::move(input), keys, std::move(calls), *start, *end);
  }
  return PlanPtr(std::make_shared<AggregateNode>(std::move(input), keys, std::move(calls)));
}

Result<PlanPtr> MakeDistinct(QueryBinder& binder, PlanPtr input, const SourcePlace& place) {
  std::vector<uint32_t> keys;
  for (uint32_t i = 0; i < input->columns().size(); ++i) keys.push_back(i);
  return MakeAggregate(binder, std::move(input), keys, {}, place);
}

}  // namespace millrace::sql
