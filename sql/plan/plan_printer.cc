#include "sql/plan/plan_printer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace millrace::sql {
namespace {

using NameOf = std::function<std::string(uint32_t)>;

NameOf NamesOfColumns(const PlanColumns& columns) {
  return [&columns](uint32_t index) { return columns[index].name; };
}

std::string Columns(const std::vector<uint32_t>& indices, const NameOf& name_of) {
  std::string text;
  for (uint32_t index : indices) text += (text.empty() ? "" : ", ") + name_of(index);
  return text;
}

std::string PrintCalc(const CalcNode& calc) {
  const NameOf name_of = NamesOfColumns(calc.input()->columns());
  std::string select;
  for (size_t i = 0; i < calc.projections.size(); ++i) {
    const std::string text = PrintExpr(*calc.projections[i], name_of);
    const std::string& name = calc.columns()[i].name;
    select += (i == 0 ? "" : ", ") + (text == name ? text : text + " AS " + name);
  }
  std::string text = fmt::format("Calc(select=[{}]", select);
  if (calc.filter != nullptr) text += fmt::format(", where=[{}]", PrintExpr(*calc.filter, name_of));
  return text + ")";
}

std::string PrintDuration(int64_t millis) {
  if (millis % 86'400'000 == 0) return fmt::format("{} d", millis / 86'400'000);
  if (millis % 3'600'000 == 0) return fmt::format("{} h", millis / 3'600'000);
  if (millis % 60'000 == 0) return fmt::format("{} min", millis / 60'000);
  if (millis % 1000 == 0) return fmt::format("{} s", millis / 1000);
  return fmt::format("{} ms", millis);
}

std::string PrintWindow(const PlanWindow& window, const NameOf& name_of) {
  std::string text;
  switch (window.kind) {
    case PlanWindow::Kind::kTumble:
      text = fmt::format("TUMBLE(time=[{}], size=[{}]", name_of(window.time_column),
                         PrintDuration(window.size_ms));
      break;
    case PlanWindow::Kind::kHop:
      text = fmt::format("HOP(time=[{}], slide=[{}], size=[{}]", name_of(window.time_column),
                         PrintDuration(window.slide_ms), PrintDuration(window.size_ms));
      break;
    case PlanWindow::Kind::kCumulate:
      text = fmt::format("CUMULATE(time=[{}], step=[{}], size=[{}]", name_of(window.time_column),
                         PrintDuration(window.slide_ms), PrintDuration(window.size_ms));
      break;
    case PlanWindow::Kind::kAttached:
      text = fmt::format("ATTACHED(start=[{}], end=[{}]", name_of(window.start_column),
                         name_of(window.end_column));
      break;
  }
  if (window.offset_ms != 0) text += fmt::format(", offset=[{}]", PrintDuration(window.offset_ms));
  if (window.processing_time) text += ", processing time";
  if (!window.zone.empty()) text += fmt::format(", zone=[{}]", window.zone);
  return text + ")";
}

std::string PrintCalls(const std::vector<PlanAggregate>& calls, const NameOf& name_of) {
  std::string text;
  for (const PlanAggregate& call : calls) {
    const std::string arguments = call.arguments.empty() ? "*" : Columns(call.arguments, name_of);
    text += fmt::format("{}{}({}{})", text.empty() ? "" : ", ", call.function,
                        call.distinct ? "DISTINCT " : "", arguments);
    if (call.filter) text += fmt::format(" FILTER {}", name_of(*call.filter));
    text += " AS " + call.name;
  }
  return text;
}

std::string PrintJoin(const JoinNode& join) {
  const NameOf left = NamesOfColumns(join.inputs()[0]->columns());
  const NameOf right = NamesOfColumns(join.inputs()[1]->columns());
  std::string keys;
  for (size_t i = 0; i < join.left_keys.size(); ++i) {
    keys += fmt::format("{}{} = {}", i == 0 ? "" : ", ", left(join.left_keys[i]), right(join.right_keys[i]));
  }
  std::string text = fmt::format("Join(type=[{}], keys=[{}]", PlanJoinTypeName(join.type), keys);
  if (join.condition != nullptr) {
    const uint32_t width = join.left_width();
    const NameOf both = [&](uint32_t index) { return index < width ? left(index) : right(index - width); };
    text += fmt::format(", condition=[{}]", PrintExpr(*join.condition, both));
  }
  return text + ")";
}

std::string PrintScan(const ScanNode& scan) {
  std::string names;
  for (const PlanColumn& column : scan.columns()) names += (names.empty() ? "" : ", ") + column.name;
  std::string text = fmt::format("Scan(table=[{}], columns=[{}]", scan.table->path.name, names);
  if (scan.filter != nullptr)
    text += fmt::format(", filter=[{}]", PrintExpr(*scan.filter, NamesOfColumns(scan.columns())));
  if (scan.table->watermark_column) {
    const PlanColumns& columns = scan.table->columns;
    text += fmt::format(", watermark=[{}: {}]", columns[*scan.table->watermark_column].name,
                        PrintExpr(*scan.table->watermark, NamesOfColumns(columns)));
  }
  return text + ")";
}

std::string PrintNode(const PlanNode& node) {
  switch (node.kind()) {
    case PlanKind::kScan:
      return PrintScan(*node.As<ScanNode>());
    case PlanKind::kValues:
      return fmt::format("Values(rows=[{}])", node.As<ValuesNode>()->rows.size());
    case PlanKind::kCalc:
      return PrintCalc(*node.As<CalcNode>());
    case PlanKind::kWindowAssign:
      return fmt::format("WindowAssign(window=[{}])", PrintWindow(node.As<WindowAssignNode>()->window,
                                                                  NamesOfColumns(node.input()->columns())));
    case PlanKind::kAggregate: {
      const auto& aggregate = *node.As<AggregateNode>();
      const NameOf name_of = NamesOfColumns(node.input()->columns());
      return fmt::format("Aggregate(keys=[{}], calls=[{}])", Columns(aggregate.keys, name_of),
                         PrintCalls(aggregate.calls, name_of));
    }
    case PlanKind::kWindowAggregate: {
      const auto& aggregate = *node.As<WindowAggregateNode>();
      const NameOf name_of = NamesOfColumns(node.input()->columns());
      return fmt::format("WindowAggregate(window=[{}], keys=[{}], calls=[{}])",
                         PrintWindow(aggregate.window, name_of), Columns(aggregate.keys, name_of),
                         PrintCalls(aggregate.calls, name_of));
    }
    case PlanKind::kJoin:
      return PrintJoin(*node.As<JoinNode>());
    case PlanKind::kUnion:
      return "Union(all=[true])";
    case PlanKind::kNormalize:
      return fmt::format("ChangelogNormalize(keys=[{}])",
                         Columns(node.As<NormalizeNode>()->keys, NamesOfColumns(node.columns())));
    case PlanKind::kUpsertMaterialize: {
      const auto& materialize = *node.As<UpsertMaterializeNode>();
      const NameOf name_of = NamesOfColumns(node.columns());
      return fmt::format("UpsertMaterialize(keys=[{}], upsertKey=[{}])",
                         Columns(materialize.table->primary_key, name_of),
                         Columns(materialize.upsert_key, name_of));
    }
    case PlanKind::kSink:
      return fmt::format("Sink(table=[{}])", node.As<SinkNode>()->table->path.name);
    case PlanKind::kCollect:
      return "Collect()";
  }
  return "?";
}

class Printer {
 public:
  Printer(const std::vector<PlanPtr>& roots, bool with_changelog) : with_changelog_(with_changelog) {
    std::set<const PlanNode*> seen;
    for (const PlanPtr& root : roots) FindShared(*root, &seen);
  }

  void Print(const PlanPtr& node, int depth) {
    const std::string indent = depth == 0 ? "" : std::string(3 * (depth - 1), ' ') + "+- ";
    const auto shared = shared_.find(node.get());
    if (shared != shared_.end() && shared->second > 0) {
      text_ += fmt::format("{}Reused(#{})\n", indent, shared->second);
      return;
    }
    std::string line = PrintNode(*node);
    if (with_changelog_) line += traits_.Updating(node) ? " [I,UB,UA,D]" : " [I]";
    if (shared != shared_.end()) {
      shared->second = ++num_shared_;
      line += fmt::format(" (#{})", shared->second);
    }
    text_ += indent + line + "\n";
    for (const PlanPtr& input : node->inputs()) Print(input, depth + 1);
  }

  const std::string& text() const { return text_; }

 private:
  void FindShared(const PlanNode& node, std::set<const PlanNode*>* seen) {
    if (!seen->insert(&node).second) {
      shared_[&node] = 0;
      return;
    }
    for (const PlanPtr& input : node.inputs()) FindShared(*input, seen);
  }

  bool with_changelog_;
  std::map<const PlanNode*, int> shared_;  // number once printed, 0 before
  int num_shared_ = 0;
  PlanTraits traits_;
  std::string text_;
};

}  // namespace

std::string PrintPlans(const std::vector<PlanPtr>& roots, bool with_changelog) {
  Printer printer(roots, with_changelog);
  for (const PlanPtr& root : roots) printer.Print(root, 0);
  return printer.text();
}

}  // namespace millrace::sql
