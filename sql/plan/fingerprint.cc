#include "sql/plan/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/row/key_hash.h"
#include "sql/plan/plan_key.h"

namespace millrace::sql {
namespace {

/// A hash of a text and of other hashes, in order.
uint64_t Mix(std::string_view text, std::initializer_list<uint64_t> parts = {}) {
  uint64_t hash = HashBytes(text);
  for (uint64_t part : parts) {
    hash = HashBytes(std::string_view(reinterpret_cast<const char*>(&part), sizeof(part)), hash);
  }
  return hash;
}

uint64_t MixAll(std::string_view text, const std::vector<uint64_t>& parts) {
  uint64_t hash = HashBytes(text);
  for (uint64_t part : parts) hash = Mix("", {hash, part});
  return hash;
}

uint64_t ExprFingerprint(const BoundExpr& expr, const std::vector<uint64_t>& columns) {
  if (expr.IsColumn()) return columns[expr.index];
  if (expr.IsLiteral()) return Mix("literal" + ExprKey(expr));
  std::vector<uint64_t> parts;
  for (const BoundExprPtr& child : expr.children) parts.push_back(ExprFingerprint(*child, columns));
  const std::string what =
      fmt::format("{} {} {} {} {}", static_cast<int>(expr.kind), expr.function, expr.index, expr.try_cast,
                  expr.kind == BoundExpr::Kind::kCast ? expr.type.ToStringWithoutNullability() : "");
  return MixAll(what, parts);
}

/// Filters add up, so that neither their order nor where they stand matters.
uint64_t FilterFingerprint(const BoundExprPtr& filter, const std::vector<uint64_t>& columns) {
  uint64_t sum = 0;
  for (const BoundExprPtr& conjunct : Conjuncts(filter))
    sum += Mix("filter", {ExprFingerprint(*conjunct, columns)});
  return sum;
}

uint64_t CallFingerprint(const PlanAggregate& call, const std::vector<uint64_t>& columns) {
  std::vector<uint64_t> parts;
  for (uint32_t argument : call.arguments) parts.push_back(columns[argument]);
  if (call.filter) parts.push_back(Mix("filter", {columns[*call.filter]}));
  return MixAll(call.function + (call.distinct ? " DISTINCT" : ""), parts);
}

/// Adds keys and calls as columns of an aggregate whose rows are `rows`.
void AddAggregate(const std::vector<uint32_t>& keys, const std::vector<PlanAggregate>& calls,
                  const std::vector<uint64_t>& input, uint64_t rows, Fingerprint* result) {
  std::vector<uint64_t> sorted;
  for (uint32_t key : keys) {
    result->columns.push_back(input[key]);
    sorted.push_back(input[key]);
  }
  std::sort(sorted.begin(), sorted.end());
  result->rows = MixAll("groups", sorted) + rows;
  uint64_t all_calls = 0;
  for (const PlanAggregate& call : calls) {
    const uint64_t of_call = CallFingerprint(call, input);
    all_calls += of_call;
    result->columns.push_back(Mix("call", {result->rows, of_call}));
  }
  result->state = Mix("aggregate", {result->rows, all_calls});
}

/// The window without column numbers.
uint64_t WindowFingerprint(const PlanWindow& window, const std::vector<uint64_t>& columns) {
  PlanWindow plain = window;
  plain.time_column = plain.start_column = plain.end_column = 0;
  const bool attached = window.kind == PlanWindow::Kind::kAttached;
  return Mix(WindowKey(plain), {columns[attached ? window.start_column : window.time_column],
                                attached ? columns[window.end_column] : 0});
}

void AddWindowColumns(Fingerprint* result) {
  for (const char* name : {"window_start", "window_end", "window_time"})
    result->columns.push_back(Mix(name, {result->rows}));
}

Fingerprint OfScan(const ScanNode& scan) {
  Fingerprint result;
  const uint64_t path = Mix("table" + scan.table->path.ToString());
  const ScanTable& table = *scan.table;
  const size_t num_declared = table.columns.size() - table.added.size();
  std::vector<uint64_t> declared;
  for (size_t i = 0; i < num_declared; ++i) declared.push_back(Mix(table.columns[i].name, {path}));
  for (uint32_t column : scan.output) {
    const bool added = column >= num_declared;
    result.columns.push_back(added ? ExprFingerprint(*table.added[column - num_declared], declared)
                                   : declared[column]);
  }
  result.rows = path + FilterFingerprint(scan.filter, result.columns);
  result.state = path;
  return result;
}

Fingerprint OfJoin(const JoinNode& join, const Fingerprint& left, const Fingerprint& right) {
  Fingerprint result;
  for (uint64_t column : left.columns) result.columns.push_back(Mix("left", {column}));
  for (uint64_t column : right.columns) result.columns.push_back(Mix("right", {column}));
  uint64_t keys = 0;
  for (size_t i = 0; i < join.left_keys.size(); ++i) {
    keys += Mix("key", {left.columns[join.left_keys[i]], right.columns[join.right_keys[i]]});
  }
  result.rows = Mix(PlanJoinTypeName(join.type),
                    {left.rows, right.rows, keys, FilterFingerprint(join.condition, result.columns)});
  result.state = Mix("join", {result.rows});
  return result;
}

}  // namespace

std::string FingerprintText(uint64_t fingerprint) {
  return fmt::format("{:016x}", fingerprint);
}

const Fingerprint& Fingerprinter::Of(const PlanNode& node) {
  if (auto found = done_.find(&node); found != done_.end()) return found->second;
  return done_[&node] = Compute(node);
}

Fingerprint Fingerprinter::Compute(const PlanNode& node) {
  if (const auto* scan = node.As<ScanNode>()) return OfScan(*scan);
  if (const auto* join = node.As<JoinNode>())
    return OfJoin(*join, Of(*join->inputs()[0]), Of(*join->inputs()[1]));
  Fingerprint result;
  if (node.kind() == PlanKind::kValues) {
    result.rows = Mix(PlanKey(node));
    for (uint64_t i = 0; i < node.columns().size(); ++i)
      result.columns.push_back(Mix("value", {result.rows, i}));
    result.state = result.rows;
    return result;
  }
  if (node.kind() == PlanKind::kUnion) {
    std::vector<uint64_t> rows;
    for (const PlanPtr& input : node.inputs()) rows.push_back(Of(*input).rows);
    result.rows = MixAll("union", rows);
    for (size_t i = 0; i < node.columns().size(); ++i) {
      std::vector<uint64_t> parts;
      for (const PlanPtr& input : node.inputs()) parts.push_back(Of(*input).columns[i]);
      result.columns.push_back(MixAll("union", parts));
    }
    result.state = result.rows;
    return result;
  }
  const Fingerprint& input = Of(*node.input());
  if (const auto* calc = node.As<CalcNode>()) {
    result.rows = input.rows + FilterFingerprint(calc->filter, input.columns);
    for (const BoundExprPtr& expr : calc->projections)
      result.columns.push_back(ExprFingerprint(*expr, input.columns));
    result.state = MixAll("calc", result.columns) + result.rows;
  } else if (const auto* assign = node.As<WindowAssignNode>()) {
    result.rows = Mix("windows", {input.rows, WindowFingerprint(assign->window, input.columns)});
    result.columns = input.columns;
    result.state = result.rows;
    AddWindowColumns(&result);
  } else if (const auto* aggregate = node.As<AggregateNode>()) {
    AddAggregate(aggregate->keys, aggregate->calls, input.columns, input.rows, &result);
  } else if (const auto* window = node.As<WindowAggregateNode>()) {
    const uint64_t rows = Mix("windows", {input.rows, WindowFingerprint(window->window, input.columns)});
    AddAggregate(window->keys, window->calls, input.columns, rows, &result);
    AddWindowColumns(&result);
  } else if (const auto* normalize = node.As<NormalizeNode>()) {
    result.columns = input.columns;
    std::vector<uint64_t> keys;
    for (uint32_t key : normalize->keys) keys.push_back(input.columns[key]);
    result.rows = MixAll("normalize", keys) + input.rows;
    result.state = result.rows;
  } else if (const auto* materialize = node.As<UpsertMaterializeNode>()) {
    result.columns = input.columns;
    const auto of_columns = [&](std::string_view text, const std::vector<uint32_t>& columns) {
      std::vector<uint64_t> parts;
      for (uint32_t column : columns) parts.push_back(input.columns[column]);
      return MixAll(text, parts);
    };
    // Whole rows are kept, in the order of the table's columns.
    result.rows = Mix("upsert materialize", {input.rows, MixAll("columns", input.columns),
                                             of_columns("key", materialize->table->primary_key),
                                             of_columns("upsert key", materialize->upsert_key)});
    result.state = result.rows;
  } else if (const auto* sink = node.As<SinkNode>()) {
    result.rows = result.state = Mix("sink" + sink->table->path.ToString());
  } else {
    result.rows = result.state = Mix("collect");
  }
  return result;
}

}  // namespace millrace::sql
