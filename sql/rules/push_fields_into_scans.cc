#include <algorithm>
#include <set>

#include "sql/plan/field_path.h"
#include "sql/rules/rules.h"

namespace millrace::sql {
namespace {

/// A scan that gives fields instead of ROWs: where its old columns and the fields are.
struct SplitScan {
  PlanPtr scan;
  std::map<FieldPath, uint32_t> positions;
};

/// What the consumers of each scan read of it; absent when one of them is no calculation.
class ScanUses {
 public:
  explicit ScanUses(const PlanRoots& roots) {
    for (const PlanPtr& node : NodesInOrder(roots)) {
      for (const PlanPtr& input : node->inputs()) {
        if (input->kind() != PlanKind::kScan) continue;
        if (const auto* calc = node->As<CalcNode>()) {
          AddCalc(*calc, &paths_[input.get()]);
        } else {
          whole_.insert(input.get());
        }
      }
    }
  }

  const std::set<FieldPath>* Of(const PlanNode& scan) const {
    const auto found = paths_.find(&scan);
    return found == paths_.end() || whole_.contains(&scan) ? nullptr : &found->second;
  }

 private:
  static void AddCalc(const CalcNode& calc, std::set<FieldPath>* paths) {
    const auto add = [&](const FieldPath& path) { paths->insert(path); };
    if (calc.filter != nullptr) VisitFieldPaths(*calc.filter, add);
    for (const BoundExprPtr& projection : calc.projections) VisitFieldPaths(*projection, add);
  }

  std::map<const PlanNode*, std::set<FieldPath>> paths_;
  std::set<const PlanNode*> whole_;
};

/// Columns of the table that its own watermark needs as they are.
std::vector<bool> NeededByWatermark(const ScanTable& table) {
  std::vector<bool> needed(table.columns.size(), false);
  if (!table.watermark_column) return needed;
  needed[*table.watermark_column] = true;
  MarkColumns(*table.watermark, &needed);
  return needed;
}

BoundExprPtr AccessPath(BoundExprPtr expr, const std::vector<uint32_t>& fields) {
  for (uint32_t field : fields) {
    const DataType type = expr->type.fields()[field].type;
    expr = FieldExpr(expr, field, type.WithNullable(type.nullable() || expr->type.nullable()));
  }
  return expr;
}

std::string PathName(const PlanColumn& column, const std::vector<uint32_t>& fields) {
  std::string name = column.name;
  DataType type = column.type;
  for (uint32_t field : fields) {
    const Field inner = type.fields()[field];
    name += "." + inner.name;
    type = inner.type;
  }
  return name;
}

std::optional<SplitScan> Split(const ScanNode& scan, const std::set<FieldPath>& paths) {
  const std::vector<bool> of_watermark = NeededByWatermark(*scan.table);
  std::set<uint32_t> kept;  // output columns that stay
  bool any_split = false;
  for (uint32_t i = 0; i < scan.output.size(); ++i) {
    const bool reads_whole = paths.contains(FieldPath{i, {}});
    const bool reads_fields = std::any_of(paths.begin(), paths.end(), [&](const FieldPath& path) {
      return path.column == i && !path.fields.empty();
    });
    if (reads_whole || !reads_fields || of_watermark[scan.output[i]]) {
      kept.insert(i);
    } else {
      any_split = true;
    }
  }
  if (!any_split) return std::nullopt;
  auto table = std::make_shared<ScanTable>(*scan.table);
  SplitScan split;
  std::vector<uint32_t> output;
  for (uint32_t i : kept) {
    split.positions[FieldPath{i, {}}] = static_cast<uint32_t>(output.size());
    output.push_back(scan.output[i]);
  }
  for (const FieldPath& path : paths) {
    if (kept.contains(path.column)) continue;
    const uint32_t of_table = scan.output[path.column];
    const PlanColumn& column = scan.table->columns[of_table];
    BoundExprPtr over_columns = AccessPath(ColumnExpr(of_table, column.type), path.fields);
    split.positions[path] = static_cast<uint32_t>(output.size());
    output.push_back(static_cast<uint32_t>(table->columns.size()));
    table->columns.push_back({.name = PathName(column, path.fields), .type = over_columns->type});
    table->expressions.push_back(AccessPath(scan.table->expressions[of_table], path.fields));
    table->added.push_back(std::move(over_columns));
  }
  split.scan = std::make_shared<ScanNode>(std::move(table), std::move(output), nullptr);
  return split;
}

BoundExprPtr ReadSplit(const BoundExprPtr& expr, const SplitScan& split) {
  return Rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
    const std::optional<FieldPath> path = AsFieldPath(*node);
    if (!path) return nullptr;
    const auto found = split.positions.find(*path);
    // A field of a column that stayed: its inner column is replaced further down.
    if (found == split.positions.end()) return nullptr;
    return ColumnExpr(found->second, node->type, node->place);
  });
}

}  // namespace

PlanRoots PushFieldsIntoScans(const PlanRoots& roots) {
  const ScanUses uses(roots);
  std::map<const PlanNode*, SplitScan> splits;
  for (const PlanPtr& node : NodesInOrder(roots)) {
    const auto* scan = node->As<ScanNode>();
    if (scan == nullptr || !scan->table->projects_fields || scan->table->upsert || scan->filter != nullptr)
      continue;
    const std::set<FieldPath>* paths = uses.Of(*scan);
    if (paths == nullptr) continue;
    if (std::optional<SplitScan> split = Split(*scan, *paths)) splits[scan] = std::move(*split);
  }
  return RewritePlans(roots, [&](const PlanPtr& node) {
    const auto* calc = node->As<CalcNode>();
    if (calc == nullptr) return node;
    const auto found = splits.find(calc->input().get());
    if (found == splits.end()) return node;
    const SplitScan& split = found->second;
    std::vector<BoundExprPtr> projections;
    for (const BoundExprPtr& projection : calc->projections)
      projections.push_back(ReadSplit(projection, split));
    BoundExprPtr filter = calc->filter == nullptr ? nullptr : ReadSplit(calc->filter, split);
    return PlanPtr(
        std::make_shared<CalcNode>(split.scan, std::move(filter), std::move(projections), NamesOf(*calc)));
  });
}

}  // namespace millrace::sql
