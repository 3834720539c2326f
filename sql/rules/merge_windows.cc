#include <algorithm>

#include "sql/rules/rules.h"

namespace millrace::sql {
namespace {

/// WindowAggregate(attached) over Calc over WindowAssign, taken apart.
struct Pattern {
  const WindowAggregateNode* aggregate = nullptr;
  const CalcNode* calc = nullptr;  // null: the aggregate stands on the assignment
  const WindowAssignNode* assign = nullptr;
};

bool Match(const PlanPtr& node, Pattern* pattern) {
  pattern->aggregate = node->As<WindowAggregateNode>();
  if (pattern->aggregate == nullptr || pattern->aggregate->window.kind != PlanWindow::Kind::kAttached)
    return false;
  const PlanPtr& input = node->input();
  pattern->calc = input->As<CalcNode>();
  pattern->assign =
      pattern->calc == nullptr ? input->As<WindowAssignNode>() : input->input()->As<WindowAssignNode>();
  return pattern->assign != nullptr;
}

/// Columns of the aggregate's input that are read beside the window's start and end.
std::vector<uint32_t> ReadColumns(const WindowAggregateNode& aggregate) {
  std::vector<uint32_t> columns = aggregate.keys;
  for (const PlanAggregate& call : aggregate.calls) {
    columns.insert(columns.end(), call.arguments.begin(), call.arguments.end());
    if (call.filter) columns.push_back(*call.filter);
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

PlanPtr Merge(const PlanPtr& node, const Pattern& pattern) {
  const WindowAssignNode& assign = *pattern.assign;
  const WindowAggregateNode& aggregate = *pattern.aggregate;
  const auto width = static_cast<uint32_t>(assign.input()->columns().size());
  const auto of_window = [&](uint32_t column) { return column >= width; };
  const auto is_plain = [&](uint32_t column, uint32_t window_column) {
    if (pattern.calc == nullptr) return column == width + window_column;
    const BoundExpr& expr = *pattern.calc->projections[column];
    return expr.IsColumn() && expr.index == width + window_column;
  };
  if (!is_plain(aggregate.window.start_column, 0) || !is_plain(aggregate.window.end_column, 1)) return node;
  const BoundExprPtr filter = pattern.calc == nullptr ? nullptr : pattern.calc->filter;
  if (filter != nullptr && AnyColumn(*filter, of_window)) return node;

  const PlanColumns& input = node->input()->columns();
  std::vector<BoundExprPtr> projections;
  std::vector<std::string> names;
  std::vector<uint32_t> positions(input.size(), 0);
  for (uint32_t column : ReadColumns(aggregate)) {
    BoundExprPtr expr =
        pattern.calc == nullptr ? ColumnExpr(column, input[column].type) : pattern.calc->projections[column];
    if (AnyColumn(*expr, of_window)) return node;
    positions[column] = static_cast<uint32_t>(projections.size());
    projections.push_back(std::move(expr));
    names.push_back(input[column].name);
  }
  PlanWindow window = assign.window;
  const PlanColumn& time = assign.input()->columns()[window.time_column];
  projections.push_back(ColumnExpr(window.time_column, time.type));
  names.push_back(time.name);
  window.time_column = static_cast<uint32_t>(projections.size() - 1);

  std::vector<uint32_t> keys;
  for (uint32_t key : aggregate.keys) keys.push_back(positions[key]);
  std::vector<PlanAggregate> calls = aggregate.calls;
  for (PlanAggregate& call : calls) {
    for (uint32_t& argument : call.arguments) argument = positions[argument];
    if (call.filter) call.filter = positions[*call.filter];
  }
  PlanPtr rows = std::make_shared<CalcNode>(assign.input(), filter, std::move(projections), std::move(names));
  return std::make_shared<WindowAggregateNode>(std::move(rows), std::move(window), std::move(keys),
                                               std::move(calls));
}

}  // namespace

PlanRoots MergeWindows(const PlanRoots& roots) {
  return RewritePlans(roots, [](const PlanPtr& node) {
    Pattern pattern;
    return Match(node, &pattern) ? Merge(node, pattern) : node;
  });
}

}  // namespace millrace::sql
