#include "core/types/type_rules.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

const char* OperatorName(SetOperator op) {
  switch (op) {
    case SetOperator::kUnion:
      return "UNION";
    case SetOperator::kIntersect:
      return "INTERSECT";
    case SetOperator::kExcept:
      return "EXCEPT";
  }
  return "?";
}

std::vector<std::string> NamesOf(const PlanColumns& columns) {
  std::vector<std::string> names;
  for (const PlanColumn& column : columns) names.push_back(column.name);
  return names;
}

/// The types that both sides are brought to.
Result<std::vector<DataType>> CommonColumns(const PlanNode& left, const PlanNode& right,
                                            const SetOperation& operation) {
  const char* name = OperatorName(operation.op);
  if (left.columns().size() != right.columns().size()) {
    return ErrorAt(kColumnCountMismatch,
                   std::string("Sides of ") + name +
                       " have different numbers of columns: " + std::to_string(left.columns().size()) +
                       " and " + std::to_string(right.columns().size()),
                   operation.op_place);
  }
  std::vector<DataType> types;
  for (size_t i = 0; i < left.columns().size(); ++i) {
    const DataType pair[] = {left.columns()[i].type, right.columns()[i].type};
    std::optional<DataType> common = CommonType(pair);
    if (!common && pair[0].kind() == millrace::TypeKind::kNull && pair[1].kind() == millrace::TypeKind::kNull)
      common = pair[0];
    if (!common) {
      return ErrorAt(kTypeMismatch,
                     std::string("Columns of ") + name + " have no common type: " + left.columns()[i].name +
                         " is " + pair[0].ToStringWithoutNullability() + " and " + right.columns()[i].name +
                         " is " + pair[1].ToStringWithoutNullability(),
                     operation.op_place)
          .WithSuggestion("use CAST");
    }
    types.push_back(*common);
  }
  return types;
}

/// `plan` with the given types and names, and `extra` behind; the plan itself when nothing changes.
PlanPtr Conform(const PlanPtr& plan, const std::vector<DataType>& types,
                const std::vector<std::string>& names, const BoundExprPtr& extra) {
  bool changed = extra != nullptr;
  std::vector<BoundExprPtr> projections;
  for (uint32_t i = 0; i < types.size(); ++i) {
    projections.push_back(CastExpr(ColumnExpr(i, plan->columns()[i].type), types[i]));
    changed = changed || !projections.back()->IsColumn();
  }
  if (!changed) return plan;
  std::vector<std::string> all_names(names.begin(), names.end());
  if (extra != nullptr) {
    projections.push_back(extra);
    all_names.push_back("$side");
  }
  return std::make_shared<CalcNode>(plan, nullptr, std::move(projections), std::move(all_names));
}

/// INTERSECT and EXCEPT keep or drop the rows of the left side by how often they are in each: a count of both
/// sides for every distinct row. Right for sides that change, too.
Result<PlanPtr> CountSides(QueryBinder& binder, const PlanPtr& left, const PlanPtr& right,
                           const SetOperation& operation, const std::vector<DataType>& types) {
  const SourcePlace& place = operation.op_place;
  const std::vector<std::string> names = NamesOf(left->columns());
  const auto width = static_cast<uint32_t>(types.size());
  std::vector<PlanPtr> sides = {Conform(left, types, names, BooleanExpr(true)),
                                Conform(right, types, names, BooleanExpr(false))};
  PlanPtr both = std::make_shared<UnionNode>(std::move(sides));
  std::vector<BoundExprPtr> projections;
  std::vector<uint32_t> keys;
  for (uint32_t i = 0; i < width; ++i) {
    projections.push_back(ColumnExpr(i, both->columns()[i].type));
    keys.push_back(i);
  }
  const BoundExprPtr side = ColumnExpr(width, DataType::Boolean().NotNull());
  ASSIGN_OR_RETURN(BoundExprPtr other_side, BindFunction("NOT", {side}, place));
  projections.push_back(side);
  projections.push_back(std::move(other_side));
  std::vector<std::string> all_names = names;
  all_names.insert(all_names.end(), {"$left", "$right"});
  both = std::make_shared<CalcNode>(std::move(both), nullptr, projections, all_names);
  const DataType count = DataType::Bigint().NotNull();
  std::vector<PlanAggregate> calls = {
      {.function = "COUNT", .filter = width, .type = count, .name = "$left"},
      {.function = "COUNT", .filter = width + 1, .type = count, .name = "$right"}};
  ASSIGN_OR_RETURN(PlanPtr counted, MakeAggregate(binder, std::move(both), keys, std::move(calls), place));
  const bool intersect = operation.op == SetOperator::kIntersect;
  ASSIGN_OR_RETURN(BoundExprPtr in_left,
                   BindFunction(">", {ColumnExpr(width, count), IntegerExpr(0)}, place));
  ASSIGN_OR_RETURN(
      BoundExprPtr in_right,
      BindFunction(intersect ? ">" : "=", {ColumnExpr(width + 1, count), IntegerExpr(0)}, place));
  projections.resize(width);
  return PlanPtr(std::make_shared<CalcNode>(std::move(counted), Conjunction({in_left, in_right}),
                                            std::move(projections), names));
}

}  // namespace

Result<PlanPtr> QueryBinder::BindSetOperation(const SetOperation& operation) {
  ASSIGN_OR_RETURN(PlanPtr left, BindQuery(*operation.left));
  ASSIGN_OR_RETURN(PlanPtr right, BindQuery(*operation.right));
  ASSIGN_OR_RETURN(const std::vector<DataType> types, CommonColumns(*left, *right, operation));
  if (operation.op != SetOperator::kUnion) {
    if (operation.all)
      return NotSupported(std::string(OperatorName(operation.op)) + " ALL", operation.op_place);
    return CountSides(*this, left, right, operation, types);
  }
  const std::vector<std::string> names = NamesOf(left->columns());
  std::vector<PlanPtr> inputs;
  PlanPtr first = Conform(left, types, names, nullptr);
  if (first->kind() == PlanKind::kUnion && first == left) {
    inputs = first->inputs();
  } else {
    inputs.push_back(std::move(first));
  }
  inputs.push_back(Conform(right, types, names, nullptr));
  PlanPtr all = std::make_shared<UnionNode>(std::move(inputs));
  if (operation.all) return all;
  return MakeDistinct(*this, std::move(all), operation.op_place);
}

}  // namespace millrace::sql
