#include "sql/plan/plan_node.h"

#include <algorithm>
#include <set>

namespace millrace::sql {
namespace {

PlanColumns Pick(const PlanColumns& columns, const std::vector<uint32_t>& indices) {
  PlanColumns picked;
  for (uint32_t index : indices) picked.push_back(columns[index]);
  return picked;
}

PlanColumns CalcColumns(const PlanColumns& input, const std::vector<BoundExprPtr>& projections,
                        const std::vector<std::string>& names) {
  PlanColumns columns;
  for (size_t i = 0; i < projections.size(); ++i) {
    const BoundExpr& expr = *projections[i];
    PlanColumn column;
    if (expr.IsColumn()) column = input[expr.index];
    column.name = names[i];
    column.type = expr.type;
    if (expr.IsCall("PROCTIME")) column.time = TimeAttribute::kProctime;
    columns.push_back(std::move(column));
  }
  return columns;
}

PlanColumn Plain(PlanColumn column) {
  column.time = TimeAttribute::kNone;
  column.window_role = WindowRole::kNone;
  column.window_zone.clear();
  return column;
}

PlanColumns AssignColumns(const PlanColumns& input, const PlanWindow& window) {
  PlanColumns columns = input;
  for (PlanColumn& column : columns) column = Plain(std::move(column));
  for (PlanColumn& column : WindowColumns(window)) columns.push_back(std::move(column));
  return columns;
}

PlanColumns AggregateColumns(const PlanColumns& input, const std::vector<uint32_t>& keys,
                             const std::vector<PlanAggregate>& calls) {
  PlanColumns columns;
  for (uint32_t key : keys) columns.push_back(Plain(input[key]));
  for (const PlanAggregate& call : calls) columns.push_back({.name = call.name, .type = call.type});
  return columns;
}

PlanColumns WindowAggregateColumns(const PlanColumns& input, const PlanWindow& window,
                                   const std::vector<uint32_t>& keys,
                                   const std::vector<PlanAggregate>& calls) {
  PlanColumns columns = AggregateColumns(input, keys, calls);
  for (PlanColumn& column : WindowColumns(window)) columns.push_back(std::move(column));
  return columns;
}

PlanColumns JoinColumns(const PlanNode& left, const PlanNode& right, PlanJoinType type) {
  PlanColumns columns;
  const bool left_padded = type == PlanJoinType::kRight || type == PlanJoinType::kFull;
  const bool right_padded = type == PlanJoinType::kLeft || type == PlanJoinType::kFull;
  for (const PlanColumn& column : left.columns()) {
    columns.push_back(Plain(column));
    if (left_padded) columns.back().type = column.type.WithNullable(true);
  }
  for (const PlanColumn& column : right.columns()) {
    columns.push_back(Plain(column));
    if (right_padded) columns.back().type = column.type.WithNullable(true);
  }
  return columns;
}

PlanColumns SinkColumns(const SinkTable& table) {
  PlanColumns columns;
  for (const Field& field : table.physical) columns.push_back({.name = field.name, .type = field.type});
  for (const ScanTable::Metadata& metadata : table.metadata) {
    columns.push_back({.name = metadata.field.name, .type = metadata.field.type});
  }
  return columns;
}

/// Whether all inputs are projections of one node, so that their windows are the same.
bool ProjectSameInput(const std::vector<PlanPtr>& inputs) {
  for (const PlanPtr& input : inputs) {
    if (input->kind() != PlanKind::kCalc || input->input() != inputs.front()->input()) return false;
  }
  return true;
}

/// A column is a time attribute of the union when it is one in every input; likewise a part of a window, but
/// windows of different inputs must not be mixed up.
PlanColumns UnionColumns(const std::vector<PlanPtr>& inputs) {
  PlanColumns columns = inputs.front()->columns();
  const bool same_windows = ProjectSameInput(inputs);
  for (size_t i = 0; i < columns.size(); ++i) {
    for (const PlanPtr& input : inputs) {
      const PlanColumn& other = input->columns()[i];
      if (other.type.nullable()) columns[i].type = columns[i].type.WithNullable(true);
      if (other.time != columns[i].time) columns[i].time = TimeAttribute::kNone;
      if (!same_windows || other.window_role != columns[i].window_role)
        columns[i].window_role = WindowRole::kNone;
    }
    if (columns[i].window_role == WindowRole::kNone) columns[i].window_zone.clear();
  }
  return columns;
}

}  // namespace

ScanNode::ScanNode(std::shared_ptr<const ScanTable> scanned, std::vector<uint32_t> output_columns,
                   BoundExprPtr predicate)
    : PlanNode(kKind, {}, Pick(scanned->columns, output_columns)),
      table(std::move(scanned)),
      output(std::move(output_columns)),
      filter(std::move(predicate)) {
}
PlanPtr ScanNode::WithInputs(std::vector<PlanPtr>) const {
  return std::make_shared<ScanNode>(table, output, filter);
}

ValuesNode::ValuesNode(PlanColumns columns, std::vector<std::vector<BoundExprPtr>> row_values)
    : PlanNode(kKind, {}, std::move(columns)), rows(std::move(row_values)) {
}
PlanPtr ValuesNode::WithInputs(std::vector<PlanPtr>) const {
  return std::make_shared<ValuesNode>(columns(), rows);
}

CalcNode::CalcNode(PlanPtr input, BoundExprPtr predicate, std::vector<BoundExprPtr> exprs,
                   std::vector<std::string> names)
    : PlanNode(kKind, {input}, CalcColumns(input->columns(), exprs, names)),
      filter(std::move(predicate)),
      projections(std::move(exprs)) {
}
PlanPtr CalcNode::WithInputs(std::vector<PlanPtr> inputs) const {
  std::vector<std::string> names;
  for (const PlanColumn& column : columns()) names.push_back(column.name);
  return std::make_shared<CalcNode>(std::move(inputs.front()), filter, projections, std::move(names));
}
PlanPtr CalcNode::Filter(PlanPtr input, BoundExprPtr filter) {
  std::vector<BoundExprPtr> projections;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < input->columns().size(); ++i) {
    projections.push_back(ColumnExpr(i, input->columns()[i].type));
    names.push_back(input->columns()[i].name);
  }
  return std::make_shared<CalcNode>(std::move(input), std::move(filter), std::move(projections),
                                    std::move(names));
}
bool CalcNode::ProjectsNothing() const {
  if (projections.size() != input()->columns().size()) return false;
  for (uint32_t i = 0; i < projections.size(); ++i) {
    if (!projections[i]->IsColumn() || projections[i]->index != i) return false;
  }
  return true;
}

PlanColumns WindowColumns(const PlanWindow& window) {
  const DataType bound = DataType::Timestamp(3).NotNull();
  const auto time = window.processing_time ? TimeAttribute::kProctime : TimeAttribute::kRowtime;
  return {
      {.name = "window_start", .type = bound, .window_role = WindowRole::kStart, .window_zone = window.zone},
      {.name = "window_end", .type = bound, .window_role = WindowRole::kEnd, .window_zone = window.zone},
      {.name = "window_time",
       .type = window.time_type.NotNull(),
       .time = time,
       .window_role = WindowRole::kTime,
       .window_zone = window.zone}};
}

WindowAssignNode::WindowAssignNode(PlanPtr input, PlanWindow spec)
    : PlanNode(kKind, {input}, AssignColumns(input->columns(), spec)), window(std::move(spec)) {
}
PlanPtr WindowAssignNode::WithInputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<WindowAssignNode>(std::move(inputs.front()), window);
}

AggregateNode::AggregateNode(PlanPtr input, std::vector<uint32_t> key_columns,
                             std::vector<PlanAggregate> aggregates)
    : PlanNode(kKind, {input}, AggregateColumns(input->columns(), key_columns, aggregates)),
      keys(std::move(key_columns)),
      calls(std::move(aggregates)) {
}
PlanPtr AggregateNode::WithInputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<AggregateNode>(std::move(inputs.front()), keys, calls);
}

WindowAggregateNode::WindowAggregateNode(PlanPtr input, PlanWindow spec, std::vector<uint32_t> key_columns,
                                         std::vector<PlanAggregate> aggregates)
    : PlanNode(kKind, {input}, WindowAggregateColumns(input->columns(), spec, key_columns, aggregates)),
      window(std::move(spec)),
      keys(std::move(key_columns)),
      calls(std::move(aggregates)) {
}
PlanPtr WindowAggregateNode::WithInputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<WindowAggregateNode>(std::move(inputs.front()), window, keys, calls);
}

const char* PlanJoinTypeName(PlanJoinType type) {
  switch (type) {
    case PlanJoinType::kInner:
      return "INNER";
    case PlanJoinType::kLeft:
      return "LEFT";
    case PlanJoinType::kRight:
      return "RIGHT";
    case PlanJoinType::kFull:
      return "FULL";
  }
  return "?";
}

JoinNode::JoinNode(PlanPtr left, PlanPtr right, PlanJoinType join_type, std::vector<uint32_t> left_columns,
                   std::vector<uint32_t> right_columns, BoundExprPtr predicate)
    : PlanNode(kKind, {left, right}, JoinColumns(*left, *right, join_type)),
      type(join_type),
      left_keys(std::move(left_columns)),
      right_keys(std::move(right_columns)),
      condition(std::move(predicate)) {
}
PlanPtr JoinNode::WithInputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<JoinNode>(std::move(inputs[0]), std::move(inputs[1]), type, left_keys, right_keys,
                                    condition);
}

UnionNode::UnionNode(std::vector<PlanPtr> inputs) : PlanNode(kKind, inputs, UnionColumns(inputs)) {
}
PlanPtr UnionNode::WithInputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<UnionNode>(std::move(inputs));
}

NormalizeNode::NormalizeNode(PlanPtr input, std::vector<uint32_t> key_columns)
    : PlanNode(kKind, {input}, input->columns()), keys(std::move(key_columns)) {
}
PlanPtr NormalizeNode::WithInputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<NormalizeNode>(std::move(inputs.front()), keys);
}

UpsertMaterializeNode::UpsertMaterializeNode(PlanPtr input, std::shared_ptr<const SinkTable> sink_table,
                                             std::vector<uint32_t> key_of_input)
    : PlanNode(kKind, {input}, SinkColumns(*sink_table)),
      table(std::move(sink_table)),
      upsert_key(std::move(key_of_input)) {
}
PlanPtr UpsertMaterializeNode::WithInputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<UpsertMaterializeNode>(std::move(inputs.front()), table, upsert_key);
}

SinkNode::SinkNode(PlanPtr input, std::shared_ptr<const SinkTable> sink_table)
    : PlanNode(kKind, {input}, input->columns()), table(std::move(sink_table)) {
}
PlanPtr SinkNode::WithInputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<SinkNode>(std::move(inputs.front()), table);
}

CollectNode::CollectNode(PlanPtr input) : PlanNode(kKind, {input}, input->columns()) {
}
PlanPtr CollectNode::WithInputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<CollectNode>(std::move(inputs.front()));
}

bool PlanTraits::Updating(const PlanPtr& node) {
  if (auto found = updating_.find(node.get()); found != updating_.end()) return found->second;
  bool updating = false;
  for (const PlanPtr& input : node->inputs()) updating = Updating(input) || updating;
  if (const auto* scan = node->As<ScanNode>()) updating = scan->table->upsert || scan->table->changelog;
  if (node->kind() == PlanKind::kNormalize) updating = true;
  // DISTINCT of rows that only come never takes one back; results of aggregates change.
  if (const auto* aggregate = node->As<AggregateNode>()) updating = updating || !aggregate->calls.empty();
  if (node->kind() == PlanKind::kWindowAggregate) updating = false;
  if (const auto* join = node->As<JoinNode>()) updating = updating || join->type != PlanJoinType::kInner;
  updating_[node.get()] = updating;
  return updating;
}

bool PlanTraits::Bounded(const PlanPtr& node) {
  if (auto found = bounded_.find(node.get()); found != bounded_.end()) return found->second;
  bool bounded = true;
  for (const PlanPtr& input : node->inputs()) bounded = Bounded(input) && bounded;
  if (const auto* scan = node->As<ScanNode>()) bounded = scan->table->bounded;
  bounded_[node.get()] = bounded;
  return bounded;
}

std::vector<std::string> UniqueNames(const std::vector<std::string>& names) {
  std::set<std::string> taken(names.begin(), names.end());
  std::set<std::string> used;
  std::vector<std::string> unique;
  for (const std::string& name : names) {
    std::string candidate = name;
    for (size_t number = 0; used.contains(candidate) || (candidate != name && taken.contains(candidate));
         ++number) {
      candidate = name + std::to_string(number);
    }
    used.insert(candidate);
    unique.push_back(std::move(candidate));
  }
  return unique;
}

SchemaPtr SchemaOf(const PlanColumns& columns) {
  std::vector<std::string> names;
  for (const PlanColumn& column : columns) names.push_back(column.name);
  names = UniqueNames(names);
  auto schema = std::make_shared<Schema>();
  for (uint32_t i = 0; i < columns.size(); ++i) {
    schema->fields.push_back({names[i], columns[i].type});
    if (columns[i].time == TimeAttribute::kRowtime && !schema->event_time) schema->event_time = i;
  }
  return schema;
}

}  // namespace millrace::sql
