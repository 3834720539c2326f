#include <algorithm>
#include <array>

#include "core/aggregate/aggregate_function.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

/// Flink's aggregates that the registry does not have yet, and the functions that stand before OVER only.
constexpr std::array kKnownAggregates = {
    "COUNT",         "SUM",
    "AVG",           "MIN",
    "MAX",           "FIRST_VALUE",
    "LAST_VALUE",    "LISTAGG",
    "COLLECT",       "ARRAY_AGG",
    "STDDEV",        "STDDEV_POP",
    "STDDEV_SAMP",   "VARIANCE",
    "VAR_POP",       "VAR_SAMP",
    "SINGLE_VALUE",  "APPROX_COUNT_DISTINCT",
    "PERCENTILE",    "JSON_OBJECTAGG",
    "JSON_ARRAYAGG", "ROW_NUMBER",
    "RANK",          "DENSE_RANK",
    "PERCENT_RANK",  "CUME_DIST",
    "NTILE",         "LEAD",
    "LAG",
};

Status CheckModifiers(const FunctionCall& node, const SourcePlace& place) {
  if (!node.order_by.empty()) return NotSupported("ORDER BY inside of an aggregate", place);
  if (!node.within_group.empty()) return NotSupported("WITHIN GROUP", place);
  if (node.null_treatment == NullTreatment::kIgnore) return NotSupported("IGNORE NULLS", place);
  return Status::Ok();
}

}  // namespace

bool IsAggregateName(std::string_view name) {
  return AggregateRegistry::BuiltIn().Find(name) != nullptr ||
         std::find(kKnownAggregates.begin(), kKnownAggregates.end(), name) != kKnownAggregates.end();
}

Result<BoundExprPtr> ExpressionBinder::BindAggregate(const std::string& name, const FunctionCall& node,
                                                     const SourcePlace& place) {
  if (in_aggregate_) return ErrorAt(kInvalidAggregate, "Aggregate inside of an aggregate: " + name, place);
  if (aggregates_ == nullptr) {
    return ErrorAt(kInvalidAggregate, "Aggregate cannot stand in " + clause_ + ": " + name, place)
        .WithSuggestion(clause_ == "WHERE" ? "use HAVING, or aggregate in a sub-query"
                                           : "aggregate in a sub-query");
  }
  const std::string registered = name == "STDDEV" ? "STDDEV_SAMP" : name == "VARIANCE" ? "VAR_SAMP" : name;
  const AggregateFunction* function = AggregateRegistry::BuiltIn().Find(registered);
  if (function == nullptr) return NotSupported("aggregate function " + name, place);
  RETURN_IF_ERROR(CheckModifiers(node, place));
  BoundAggregate call{.function = registered, .distinct = node.quantifier == SetQuantifier::kDistinct};
  const bool star = node.arguments.size() == 1 && node.arguments[0].value->As<Star>() != nullptr;
  if (star && name != "COUNT") return ErrorAt(kInvalidAggregate, "Only COUNT takes *: " + name, place);
  in_aggregate_ = true;
  std::vector<DataType> types;
  std::vector<BoundExprPtr> not_null;
  for (const FunctionArgument& argument : node.arguments) {
    if (star) break;
    Result<BoundExprPtr> bound = BindArgument(argument);
    if (!bound.ok()) {
      in_aggregate_ = false;
      return bound;
    }
    types.push_back((*bound)->type);
    call.arguments.push_back(*bound);
  }
  if (node.filter != nullptr) {
    Result<BoundExprPtr> filter = BindPredicate(*node.filter);
    if (!filter.ok()) {
      in_aggregate_ = false;
      return filter;
    }
    call.filter = *filter;
  }
  in_aggregate_ = false;
  Result<DataType> type = function->result_type(types, aggregates_->grouped && call.filter == nullptr);
  if (!type.ok()) return PlacedAt(type.status(), place);
  call.type = *type;
  if (name == "COUNT" && call.arguments.size() > 1 && call.distinct) {
    return NotSupported("COUNT(DISTINCT) of several columns", place);
  }
  if (name == "COUNT" && !call.distinct) {
    // COUNT(a, b) counts the rows in which no argument is NULL.
    std::vector<BoundExprPtr> conditions = Conjuncts(call.filter);
    for (const BoundExprPtr& argument : call.arguments) {
      if (argument->type.nullable() && call.arguments.size() > 1) {
        conditions.push_back(
            CallExpr("IS NOT NULL", {argument}, DataType::Boolean().NotNull(), argument->place));
      }
    }
    call.filter = Conjunction(std::move(conditions));
    if (call.arguments.size() > 1 || (call.arguments.size() == 1 && !call.arguments[0]->type.nullable())) {
      call.arguments.clear();
    }
  }
  if (name == "MIN" || name == "MAX") call.distinct = false;
  auto expr = std::make_shared<BoundExpr>();
  expr->kind = BoundExpr::Kind::kAggregate;
  expr->type = call.type;
  expr->index = static_cast<uint32_t>(aggregates_->calls.size());
  expr->place = place;
  aggregates_->calls.push_back(std::move(call));
  return BoundExprPtr(expr);
}

Result<BoundExprPtr> ExpressionBinder::BindGrouping(const FunctionCall& node, const SourcePlace& place) {
  if (aggregates_ == nullptr || in_aggregate_) {
    return ErrorAt(kInvalidAggregate, "GROUPING cannot stand in " + clause_, place);
  }
  if (node.arguments.empty()) return ErrorAt(kInvalidAggregate, "GROUPING needs an argument", place);
  BoundGrouping grouping{.place = place};
  for (const FunctionArgument& argument : node.arguments) {
    ASSIGN_OR_RETURN(BoundExprPtr bound, BindArgument(argument));
    grouping.arguments.push_back(std::move(bound));
  }
  auto expr = std::make_shared<BoundExpr>();
  expr->kind = BoundExpr::Kind::kGrouping;
  expr->type = DataType::Bigint().NotNull();
  expr->index = static_cast<uint32_t>(aggregates_->groupings.size());
  expr->place = place;
  aggregates_->groupings.push_back(std::move(grouping));
  return BoundExprPtr(expr);
}

}  // namespace millrace::sql
