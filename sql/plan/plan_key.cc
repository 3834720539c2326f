#include "sql/plan/plan_key.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proto/expression.pb.h"

namespace millrace::sql {
namespace {

std::string OptionalKey(const BoundExprPtr& expr) {
  return expr == nullptr ? "-" : ExprKey(*expr);
}

std::string CallsKey(const std::vector<PlanAggregate>& calls) {
  std::string key;
  for (const PlanAggregate& call : calls) {
    key +=
        fmt::format("{}({}){}{}:{};", call.function, fmt::join(call.arguments, ","), call.distinct ? "D" : "",
                    call.filter ? "F" + std::to_string(*call.filter) : "", call.type.ToString());
  }
  return key;
}

std::string TableKey(const ObjectPath& path, const Options& options) {
  std::string key = path.ToString();
  for (const auto& [name, value] : options) key += fmt::format("\x1f{}\x1e{}", name, value);
  return key;
}

std::string ValuesKey(const ValuesNode& values) {
  std::string key = "values";
  for (const PlanColumn& column : values.columns()) key += column.type.ToString() + ",";
  for (const auto& row : values.rows) {
    key += "\x1f";
    for (const BoundExprPtr& value : row) key += ExprKey(*value);
  }
  return key;
}

}  // namespace

std::string ExprKey(const BoundExpr& expr) {
  proto::Expression message;
  ToProto(expr, &message);
  const std::string bytes = message.SerializeAsString();
  return fmt::format("{}:{}", bytes.size(), bytes);
}

std::string WindowKey(const PlanWindow& window) {
  return fmt::format("{} {} {} {} t{} s{} e{} {} {} {}", static_cast<int>(window.kind), window.size_ms,
                     window.slide_ms, window.offset_ms, window.time_column, window.start_column,
                     window.end_column, window.processing_time, window.zone, window.time_type.ToString());
}

std::string PlanKey(const PlanNode& node) {
  switch (node.kind()) {
    case PlanKind::kScan: {
      const auto& scan = *node.As<ScanNode>();
      std::string key = "scan " + TableKey(scan.table->path, scan.table->options) + OptionalKey(scan.filter);
      for (uint32_t column : scan.output) key += ExprKey(*scan.table->expressions[column]);
      return key;
    }
    case PlanKind::kValues:
      return ValuesKey(*node.As<ValuesNode>());
    case PlanKind::kCalc: {
      const auto& calc = *node.As<CalcNode>();
      std::string key = "calc " + OptionalKey(calc.filter);
      for (const BoundExprPtr& projection : calc.projections) key += ExprKey(*projection);
      return key;
    }
    case PlanKind::kWindowAssign:
      return "assign " + WindowKey(node.As<WindowAssignNode>()->window);
    case PlanKind::kAggregate: {
      const auto& aggregate = *node.As<AggregateNode>();
      return fmt::format("aggregate {} {}", fmt::join(aggregate.keys, ","), CallsKey(aggregate.calls));
    }
    case PlanKind::kWindowAggregate: {
      const auto& aggregate = *node.As<WindowAggregateNode>();
      return fmt::format("window {} {} {}", WindowKey(aggregate.window), fmt::join(aggregate.keys, ","),
                         CallsKey(aggregate.calls));
    }
    case PlanKind::kJoin: {
      const auto& join = *node.As<JoinNode>();
      return fmt::format("join {} {} {} {}", PlanJoinTypeName(join.type), fmt::join(join.left_keys, ","),
                         fmt::join(join.right_keys, ","), OptionalKey(join.condition));
    }
    case PlanKind::kUnion:
      return "union";
    case PlanKind::kNormalize:
      return fmt::format("normalize {}", fmt::join(node.As<NormalizeNode>()->keys, ","));
    case PlanKind::kUpsertMaterialize: {
      const auto& materialize = *node.As<UpsertMaterializeNode>();
      return fmt::format("upsert materialize {} {}", fmt::join(materialize.table->primary_key, ","),
                         fmt::join(materialize.upsert_key, ","));
    }
    case PlanKind::kSink:
      return "sink " + TableKey(node.As<SinkNode>()->table->path, node.As<SinkNode>()->table->options);
    case PlanKind::kCollect:
      return "collect";
  }
  return "";
}

}  // namespace millrace::sql
