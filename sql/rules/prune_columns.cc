#include <algorithm>
#include <set>

#include "sql/rules/rules.h"

namespace millrace::sql {
namespace {

using Columns = std::set<uint32_t>;

void Add(const BoundExprPtr& expr, Columns* columns) {
  if (expr == nullptr) return;
  VisitExpr(*expr, [&](const BoundExpr& node) {
    if (node.IsColumn()) columns->insert(node.index);
  });
}

/// Which columns of each node somebody reads, over all of its consumers. Never none: a row is at least one
/// column wide.
class Needs {
 public:
  explicit Needs(const PlanRoots& roots) {
    std::vector<PlanPtr> order = NodesInOrder(roots);
    for (const PlanPtr& root : roots) NeedAll(*root);
    for (auto node = order.rbegin(); node != order.rend(); ++node) {
      Columns& own = columns_[node->get()];
      if (own.empty()) own.insert(0);
      Visit(**node, own);
    }
  }
  const Columns& Of(const PlanNode& node) const { return columns_.at(&node); }

 private:
  void NeedAll(const PlanNode& node) {
    for (uint32_t i = 0; i < node.columns().size(); ++i) columns_[&node].insert(i);
  }

  void AddCalls(const std::vector<PlanAggregate>& calls, uint32_t first, const Columns& own, Columns* input) {
    for (uint32_t i = 0; i < calls.size(); ++i) {
      if (!own.contains(first + i)) continue;
      input->insert(calls[i].arguments.begin(), calls[i].arguments.end());
      if (calls[i].filter) input->insert(*calls[i].filter);
    }
  }

  void Visit(const PlanNode& node, Columns& own) {
    if (const auto* calc = node.As<CalcNode>()) {
      Columns& input = columns_[calc->input().get()];
      Add(calc->filter, &input);
      for (uint32_t column : own) Add(calc->projections[column], &input);
    } else if (const auto* assign = node.As<WindowAssignNode>()) {
      Columns& input = columns_[assign->input().get()];
      const auto width = static_cast<uint32_t>(assign->input()->columns().size());
      for (uint32_t column : own) {
        if (column < width) input.insert(column);
      }
      input.insert(assign->window.time_column);
    } else if (const auto* aggregate = node.As<AggregateNode>()) {
      Columns& input = columns_[aggregate->input().get()];
      input.insert(aggregate->keys.begin(), aggregate->keys.end());
      AddCalls(aggregate->calls, static_cast<uint32_t>(aggregate->keys.size()), own, &input);
    } else if (const auto* window = node.As<WindowAggregateNode>()) {
      Columns& input = columns_[window->input().get()];
      input.insert(window->keys.begin(), window->keys.end());
      AddCalls(window->calls, static_cast<uint32_t>(window->keys.size()), own, &input);
      if (window->window.kind == PlanWindow::Kind::kAttached) {
        input.insert({window->window.start_column, window->window.end_column});
      } else {
        input.insert(window->window.time_column);
      }
    } else if (const auto* join = node.As<JoinNode>()) {
      VisitJoin(*join, own);
    } else if (node.kind() == PlanKind::kUnion) {
      for (const PlanPtr& input : node.inputs()) columns_[input.get()].insert(own.begin(), own.end());
    } else if (const auto* normalize = node.As<NormalizeNode>()) {
      own.insert(normalize->keys.begin(), normalize->keys.end());
      columns_[normalize->input().get()].insert(own.begin(), own.end());
    } else if (node.kind() == PlanKind::kSink || node.kind() == PlanKind::kCollect) {
      NeedAll(*node.input());
    }
  }

  void VisitJoin(const JoinNode& join, const Columns& own) {
    Columns all = own;
    Add(join.condition, &all);
    const uint32_t width = join.left_width();
    Columns& left = columns_[join.inputs()[0].get()];
    Columns& right = columns_[join.inputs()[1].get()];
    for (uint32_t column : all) {
      if (column < width) {
        left.insert(column);
      } else {
        right.insert(column - width);
      }
    }
    left.insert(join.left_keys.begin(), join.left_keys.end());
    right.insert(join.right_keys.begin(), join.right_keys.end());
  }

  std::map<const PlanNode*, Columns> columns_;
};

/// A rebuilt node, and where the old columns are in it (kGone: nowhere).
struct Pruned {
  PlanPtr plan;
  std::vector<uint32_t> positions;
};
constexpr uint32_t kGone = UINT32_MAX;

class Pruner {
 public:
  explicit Pruner(const PlanRoots& roots) : needs_(roots) {}

  const Pruned& Run(const PlanPtr& node) {
    if (auto found = done_.find(node.get()); found != done_.end()) return found->second;
    return done_[node.get()] = Rebuild(node);
  }

 private:
  static std::vector<uint32_t> Map(const std::vector<uint32_t>& columns,
                                   const std::vector<uint32_t>& positions) {
    std::vector<uint32_t> mapped;
    for (uint32_t column : columns) mapped.push_back(positions[column]);
    return mapped;
  }
  static BoundExprPtr Map(const BoundExprPtr& expr, const std::vector<uint32_t>& positions) {
    return expr == nullptr ? nullptr : RemapColumns(expr, positions);
  }

  Pruned Rebuild(const PlanPtr& node) {
    if (const auto* scan = node->As<ScanNode>()) return RebuildScan(*scan);
    if (const auto* values = node->As<ValuesNode>()) return RebuildValues(*values);
    if (const auto* calc = node->As<CalcNode>()) return RebuildCalc(*calc);
    if (const auto* assign = node->As<WindowAssignNode>()) return RebuildAssign(*assign);
    if (const auto* aggregate = node->As<AggregateNode>()) return RebuildAggregate(*aggregate);
    if (const auto* window = node->As<WindowAggregateNode>()) return RebuildWindowAggregate(*window);
    if (const auto* join = node->As<JoinNode>()) return RebuildJoin(*join);
    if (const auto* normalize = node->As<NormalizeNode>()) {
      const Pruned& input = Run(node->input());
      return {std::make_shared<NormalizeNode>(input.plan, Map(normalize->keys, input.positions)),
              input.positions};
    }
    // Union, sink and collect read exactly what is needed, in order.
    const Columns& needed = needs_.Of(*node);
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : node->inputs()) inputs.push_back(Exactly(input, needed));
    return {node->WithInputs(std::move(inputs)), PositionsOf(needed, node->columns().size())};
  }

  static std::vector<uint32_t> PositionsOf(const Columns& kept, size_t width) {
    std::vector<uint32_t> positions(width, kGone);
    uint32_t next = 0;
    for (uint32_t column : kept) positions[column] = next++;
    return positions;
  }

  PlanPtr Exactly(const PlanPtr& node, const Columns& needed) {
    const Pruned& pruned = Run(node);
    std::vector<BoundExprPtr> projections;
    std::vector<std::string> names;
    bool same = needed.size() == pruned.plan->columns().size();
    for (uint32_t column : needed) {
      const uint32_t position = pruned.positions[column];
      same = same && position == projections.size();
      projections.push_back(ColumnExpr(position, pruned.plan->columns()[position].type));
      names.push_back(node->columns()[column].name);
    }
    if (same) return pruned.plan;
    return std::make_shared<CalcNode>(pruned.plan, nullptr, std::move(projections), std::move(names));
  }

  Pruned RebuildScan(const ScanNode& scan) {
    Columns kept = needs_.Of(scan);
    Columns of_table;
    if (scan.table->watermark_column) {
      of_table.insert(*scan.table->watermark_column);
      Add(scan.table->watermark, &of_table);
    }
    if (scan.table->upsert) of_table.insert(scan.table->primary_key.begin(), scan.table->primary_key.end());
    Add(scan.filter, &kept);
    for (uint32_t i = 0; i < scan.output.size(); ++i) {
      if (of_table.contains(scan.output[i])) kept.insert(i);
    }
    std::vector<uint32_t> output;
    for (uint32_t column : kept) output.push_back(scan.output[column]);
    std::vector<uint32_t> positions = PositionsOf(kept, scan.output.size());
    BoundExprPtr filter = Map(scan.filter, positions);
    return {std::make_shared<ScanNode>(scan.table, std::move(output), std::move(filter)),
            std::move(positions)};
  }

  Pruned RebuildValues(const ValuesNode& values) {
    const Columns& kept = needs_.Of(values);
    PlanColumns columns;
    for (uint32_t column : kept) columns.push_back(values.columns()[column]);
    std::vector<std::vector<BoundExprPtr>> rows;
    for (const auto& row : values.rows) {
      rows.emplace_back();
      for (uint32_t column : kept) rows.back().push_back(row[column]);
    }
    return {std::make_shared<ValuesNode>(std::move(columns), std::move(rows)),
            PositionsOf(kept, values.columns().size())};
  }

  Pruned RebuildCalc(const CalcNode& calc) {
    const Pruned& input = Run(calc.input());
    const Columns& kept = needs_.Of(calc);
    std::vector<BoundExprPtr> projections;
    std::vector<std::string> names;
    for (uint32_t column : kept) {
      projections.push_back(Map(calc.projections[column], input.positions));
      names.push_back(calc.columns()[column].name);
    }
    return {std::make_shared<CalcNode>(input.plan, Map(calc.filter, input.positions), std::move(projections),
                                       std::move(names)),
            PositionsOf(kept, calc.columns().size())};
  }

  Pruned RebuildAssign(const WindowAssignNode& assign) {
    const Pruned& input = Run(assign.input());
    PlanWindow window = assign.window;
    window.time_column = input.positions[window.time_column];
    std::vector<uint32_t> positions = input.positions;
    const auto width = static_cast<uint32_t>(input.plan->columns().size());
    for (uint32_t i = 0; i < 3; ++i) positions.push_back(width + i);
    return {std::make_shared<WindowAssignNode>(input.plan, std::move(window)), std::move(positions)};
  }

  /// The calls that are read; of an aggregate without keys at least one.
  std::vector<PlanAggregate> KeepCalls(const PlanNode& node, const std::vector<PlanAggregate>& calls,
                                       uint32_t num_keys, const std::vector<uint32_t>& input_positions,
                                       std::vector<uint32_t>* positions) {
    const Columns& needed = needs_.Of(node);
    std::vector<PlanAggregate> kept;
    for (uint32_t key = 0; key < num_keys; ++key) positions->push_back(key);
    for (uint32_t i = 0; i < calls.size(); ++i) {
      if (!needed.contains(num_keys + i)) {
        positions->push_back(kGone);
        continue;
      }
      positions->push_back(num_keys + static_cast<uint32_t>(kept.size()));
      PlanAggregate call = calls[i];
      call.arguments = Map(call.arguments, input_positions);
      if (call.filter) call.filter = input_positions[*call.filter];
      kept.push_back(std::move(call));
    }
    return kept;
  }

  Pruned RebuildAggregate(const AggregateNode& aggregate) {
    const Pruned& input = Run(aggregate.input());
    std::vector<uint32_t> positions;
    const auto num_keys = static_cast<uint32_t>(aggregate.keys.size());
    std::vector<PlanAggregate> calls =
        KeepCalls(aggregate, aggregate.calls, num_keys, input.positions, &positions);
    return {
        std::make_shared<AggregateNode>(input.plan, Map(aggregate.keys, input.positions), std::move(calls)),
        std::move(positions)};
  }

  Pruned RebuildWindowAggregate(const WindowAggregateNode& aggregate) {
    const Pruned& input = Run(aggregate.input());
    std::vector<uint32_t> positions;
    const auto num_keys = static_cast<uint32_t>(aggregate.keys.size());
    std::vector<PlanAggregate> calls =
        KeepCalls(aggregate, aggregate.calls, num_keys, input.positions, &positions);
    for (uint32_t i = 0; i < 3; ++i) positions.push_back(num_keys + static_cast<uint32_t>(calls.size()) + i);
    PlanWindow window = aggregate.window;
    if (window.kind == PlanWindow::Kind::kAttached) {
      window.start_column = input.positions[window.start_column];
      window.end_column = input.positions[window.end_column];
    } else {
      window.time_column = input.positions[window.time_column];
    }
    return {std::make_shared<WindowAggregateNode>(input.plan, std::move(window),
                                                  Map(aggregate.keys, input.positions), std::move(calls)),
            std::move(positions)};
  }

  Pruned RebuildJoin(const JoinNode& join) {
    const Pruned left = Run(join.inputs()[0]);
    const Pruned& right = Run(join.inputs()[1]);
    std::vector<uint32_t> positions = left.positions;
    const auto width = static_cast<uint32_t>(left.plan->columns().size());
    for (uint32_t position : right.positions)
      positions.push_back(position == kGone ? kGone : position + width);
    return {std::make_shared<JoinNode>(left.plan, right.plan, join.type, Map(join.left_keys, left.positions),
                                       Map(join.right_keys, right.positions), Map(join.condition, positions)),
            positions};
  }

  Needs needs_;
  std::map<const PlanNode*, Pruned> done_;
};

}  // namespace

PlanRoots PruneColumns(const PlanRoots& roots) {
  Pruner pruner(roots);
  PlanRoots pruned;
  for (const PlanPtr& root : roots) pruned.push_back(pruner.Run(root).plan);
  return pruned;
}

}  // namespace millrace::sql
