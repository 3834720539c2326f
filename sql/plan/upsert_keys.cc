#include "sql/plan/upsert_keys.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace millrace::sql {
namespace {

/// More keys of one node than that are not looked for: combinations multiply in joins.
constexpr size_t kKeysMax = 128;

ColumnSet Sorted(std::vector<uint32_t> columns) {
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

ColumnSet Union(const ColumnSet& a, const ColumnSet& b) {
  ColumnSet both = a;
  both.insert(both.end(), b.begin(), b.end());
  return Sorted(std::move(both));
}

ColumnSet FirstColumns(size_t count) {
  ColumnSet columns;
  for (uint32_t i = 0; i < count; ++i) columns.push_back(i);
  return columns;
}

void AddKey(ColumnSet key, ColumnSets* keys) {
  if (keys->size() < kKeysMax) keys->insert(std::move(key));
}

int DecimalDigits(const DataType& integer) {
  switch (integer.kind()) {
    case millrace::TypeKind::kTinyint:
      return 3;
    case millrace::TypeKind::kSmallint:
      return 5;
    case millrace::TypeKind::kInteger:
      return 10;
    default:
      return 19;
  }
}

/// Whether a cast gives different values for different values.
bool KeepsValuesApart(const DataType& from, const DataType& to) {
  if (from.EqualsIgnoringNullability(to)) return true;
  if (to.kind() == millrace::TypeKind::kVarchar) {
    if (from.IsCharacter()) return to.length() >= from.length();
    if (from.IsInteger()) return to.length() > DecimalDigits(from);
    return from.kind() == millrace::TypeKind::kDate && to.length() >= 10;
  }
  if (to.kind() == millrace::TypeKind::kVarbinary) return from.IsBinary() && to.length() >= from.length();
  if (from.IsInteger()) {
    if (to.IsInteger()) return to.kind() > from.kind();
    return to.kind() == millrace::TypeKind::kDecimal && to.precision() - to.scale() >= DecimalDigits(from);
  }
  if (from.kind() == millrace::TypeKind::kDecimal) {
    return to.kind() == millrace::TypeKind::kDecimal && to.scale() >= from.scale() &&
           to.precision() - to.scale() >= from.precision() - from.scale();
  }
  if (from.IsTimestamp()) return to.kind() == from.kind() && to.precision() >= from.precision();
  return from.kind() == millrace::TypeKind::kFloat && to.kind() == millrace::TypeKind::kDouble;
}

/// The column of the input that tells the values of `expr` apart; nullopt when there is none.
std::optional<uint32_t> KeptColumn(const BoundExpr& expr) {
  if (expr.IsColumn()) return expr.index;
  if (expr.kind != BoundExpr::Kind::kCast || !expr.children[0]->IsColumn()) return std::nullopt;
  if (!KeepsValuesApart(expr.children[0]->type, expr.type)) return std::nullopt;
  return expr.children[0]->index;
}

/// Adds the input's key where all of its columns are kept: by each choice among columns that are kept twice.
void AddProjected(const ColumnSet& key, const std::map<uint32_t, ColumnSet>& outputs, ColumnSets* keys) {
  ColumnSets partial = {ColumnSet()};
  for (uint32_t column : key) {
    const auto found = outputs.find(column);
    if (found == outputs.end()) return;
    ColumnSets longer;
    for (const ColumnSet& part : partial) {
      for (uint32_t output : found->second) AddKey(Union(part, {output}), &longer);
    }
    partial = std::move(longer);
  }
  for (const ColumnSet& projected : partial) AddKey(projected, keys);
}

ColumnSets OfCalc(const CalcNode& calc, const ColumnSets& input) {
  std::map<uint32_t, ColumnSet> outputs;
  for (uint32_t i = 0; i < calc.projections.size(); ++i) {
    if (const auto column = KeptColumn(*calc.projections[i])) outputs[*column].push_back(i);
  }
  ColumnSets keys;
  for (const ColumnSet& key : input) AddProjected(key, outputs, &keys);
  return keys;
}

ColumnSets OfScan(const ScanNode& scan) {
  ColumnSet key;
  for (uint32_t column : scan.table->primary_key) {
    const auto found = std::find(scan.output.begin(), scan.output.end(), column);
    if (found == scan.output.end()) return {};
    key.push_back(static_cast<uint32_t>(found - scan.output.begin()));
  }
  if (key.empty()) return {};
  return {Sorted(std::move(key))};
}

/// The keys, and what names the window: its end or its time; its start only where windows with one start have
/// one end, too.
ColumnSets OfWindowAggregate(const WindowAggregateNode& aggregate) {
  const ColumnSet keys = FirstColumns(aggregate.keys.size());
  const auto end = static_cast<uint32_t>(aggregate.columns().size()) - 2;
  const uint32_t start = end - 1;
  const uint32_t time = end + 1;
  switch (aggregate.window.kind) {
    case PlanWindow::Kind::kTumble:
    case PlanWindow::Kind::kHop:
      return {Union(keys, {start}), Union(keys, {end}), Union(keys, {time})};
    case PlanWindow::Kind::kCumulate:
      return {Union(keys, {end}), Union(keys, {time})};
    case PlanWindow::Kind::kAttached:
      return {Union(keys, {start, end}), Union(keys, {start, time})};
  }
  return {};
}

/// The keys of a join's input that are still keys once rows are spread by the join's columns.
ColumnSets KeysBehindExchange(const ColumnSets& keys, const ColumnSet& spread_by) {
  ColumnSets kept;
  for (const ColumnSet& key : keys) {
    if (ContainsColumns(key, spread_by)) kept.insert(key);
  }
  return kept;
}

bool AnyWithin(const ColumnSets& keys, const ColumnSet& columns) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const ColumnSet& key) { return ContainsColumns(columns, key); });
}

/// Adds keys with columns replaced by what the join makes equal to them; not by columns that may be padded
/// with NULLs.
void AddEquivalents(const JoinNode& join, bool left_padded, bool right_padded, ColumnSets* keys) {
  std::deque<ColumnSet> queue(keys->begin(), keys->end());
  const auto replace = [&](const ColumnSet& key, uint32_t column, uint32_t by) {
    if (!std::binary_search(key.begin(), key.end(), column) || keys->size() >= kKeysMax) return;
    ColumnSet changed = key;
    std::replace(changed.begin(), changed.end(), column, by);
    const auto [added, is_new] = keys->insert(Sorted(std::move(changed)));
    if (is_new) queue.push_back(*added);
  };
  while (!queue.empty()) {
    const ColumnSet key = std::move(queue.front());
    queue.pop_front();
    for (size_t i = 0; i < join.left_keys.size(); ++i) {
      const uint32_t left = join.left_keys[i];
      const uint32_t right = join.right_keys[i] + join.left_width();
      if (!left_padded) replace(key, right, left);
      if (!right_padded) replace(key, left, right);
    }
  }
}

}  // namespace

bool ContainsColumns(const ColumnSet& whole, const ColumnSet& part) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

ColumnSet SmallestKey(const ColumnSets& keys) {
  const auto smallest = std::min_element(
      keys.begin(), keys.end(), [](const ColumnSet& a, const ColumnSet& b) { return a.size() < b.size(); });
  return smallest == keys.end() ? ColumnSet() : *smallest;
}

const ColumnSets& UpsertKeys::Of(const PlanNode& node) {
  if (auto found = done_.find(&node); found != done_.end()) return found->second;
  ColumnSets keys = Infer(node);
  return done_[&node] = std::move(keys);
}

ColumnSets UpsertKeys::Infer(const PlanNode& node) {
  switch (node.kind()) {
    case PlanKind::kScan:
      return OfScan(*node.As<ScanNode>());
    case PlanKind::kCalc:
      return OfCalc(*node.As<CalcNode>(), Of(*node.input()));
    case PlanKind::kAggregate:
      return {FirstColumns(node.As<AggregateNode>()->keys.size())};
    case PlanKind::kWindowAggregate:
      return OfWindowAggregate(*node.As<WindowAggregateNode>());
    case PlanKind::kJoin:
      return OfJoin(*node.As<JoinNode>());
    case PlanKind::kNormalize:
      return {Sorted(node.As<NormalizeNode>()->keys)};
    case PlanKind::kUpsertMaterialize:
      return {Sorted(node.As<UpsertMaterializeNode>()->table->primary_key)};
    case PlanKind::kSink:
    case PlanKind::kCollect:
      return Of(*node.input());
    case PlanKind::kValues:
    case PlanKind::kWindowAssign:
    case PlanKind::kUnion:
      break;
  }
  return {};
}

/// Keys of both sides together, and those of one side alone where a row of it meets at most one of the other;
/// never keys of a side that may be padded with NULLs.
ColumnSets UpsertKeys::OfJoin(const JoinNode& join) {
  const ColumnSet left_columns = Sorted(join.left_keys);
  const ColumnSet right_columns = Sorted(join.right_keys);
  const ColumnSets left = KeysBehindExchange(Of(*join.inputs()[0]), left_columns);
  const ColumnSets right = KeysBehindExchange(Of(*join.inputs()[1]), right_columns);
  const bool left_padded = join.type == PlanJoinType::kRight || join.type == PlanJoinType::kFull;
  const bool right_padded = join.type == PlanJoinType::kLeft || join.type == PlanJoinType::kFull;
  ColumnSets shifted;
  for (ColumnSet key : right) {
    for (uint32_t& column : key) column += join.left_width();
    shifted.insert(std::move(key));
  }
  ColumnSets keys;
  if (!left_padded && AnyWithin(right, right_columns)) keys = left;
  if (!right_padded && AnyWithin(left, left_columns)) {
    for (const ColumnSet& key : shifted) AddKey(key, &keys);
  }
  if (!left_padded && !right_padded) {
    for (const ColumnSet& of_left : left) {
      for (const ColumnSet& of_right : shifted) AddKey(Union(of_left, of_right), &keys);
    }
  }
  AddEquivalents(join, left_padded, right_padded, &keys);
  return keys;
}

}  // namespace millrace::sql
