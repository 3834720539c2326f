#include <cctype>

#include "core/error_codes.h"
#include "core/expr/function_registry.h"
#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

/// "START" of TUMBLE_START, for the auxiliary functions of legacy group windows; "" for other names.
std::string GroupWindowProperty(const std::string& name, std::string* function) {
  const size_t underscore = name.find('_');
  if (underscore == std::string::npos || !IsGroupWindowName(name.substr(0, underscore))) return "";
  *function = name.substr(0, underscore);
  const std::string property = name.substr(underscore + 1);
  const bool known =
      property == "START" || property == "END" || property == "ROWTIME" || property == "PROCTIME";
  return known ? property : "";
}

Status CheckPlainCall(const FunctionCall& node, const std::string& name, const SourcePlace& place) {
  if (node.over != nullptr) return NotSupported("OVER windows", place);
  if (node.quantifier != SetQuantifier::kNone || node.filter != nullptr || !node.order_by.empty() ||
      !node.within_group.empty() || node.null_treatment != NullTreatment::kNone) {
    return ErrorAt(kInvalidExpression,
                   "DISTINCT, FILTER, ORDER BY and the like belong to aggregates: " + name, place);
  }
  return Status::Ok();
}

}  // namespace

std::string UpperCaseName(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

bool IsGroupWindowName(std::string_view name) {
  return name == "TUMBLE" || name == "HOP" || name == "SESSION";
}

Result<BoundExprPtr> ExpressionBinder::BindArgument(const FunctionArgument& argument) {
  if (argument.name) return NotSupported("named arguments of scalar functions", argument.name->place);
  return Bind(*argument.value);
}

Result<BoundExprPtr> ExpressionBinder::BindGroupWindowProperty(const std::string& name,
                                                               const FunctionCall& node,
                                                               const SourcePlace& place) {
  std::string function;
  const std::string property = GroupWindowProperty(name, &function);
  if (group_window_ == nullptr || group_window_->function != function) {
    return ErrorAt(kInvalidWindow, "No such window in GROUP BY: " + name, place)
        .WithSuggestion("group by " + function + " with the same arguments");
  }
  std::vector<BoundExprPtr> arguments;
  for (const FunctionArgument& argument : node.arguments) {
    ASSIGN_OR_RETURN(BoundExprPtr bound, BindArgument(argument));
    arguments.push_back(std::move(bound));
  }
  bool same = arguments.size() == group_window_->arguments.size();
  for (size_t i = 0; same && i < arguments.size(); ++i)
    same = SameExpr(*arguments[i], *group_window_->arguments[i]);
  if (!same) {
    return ErrorAt(kInvalidWindow, "Arguments differ from those of the window in GROUP BY: " + name, place);
  }
  if (property == "START") return group_window_->start;
  if (property == "END") return group_window_->end;
  return group_window_->time;
}

Result<BoundExprPtr> ExpressionBinder::BindCall(const FunctionCall& node, const SourcePlace& place) {
  if (!node.name.is_simple()) {
    return ErrorAt(kUnknownFunction, "Unknown function: " + node.name.last(), node.name.place)
        .WithSuggestion("functions of catalogs are not supported, use a built-in one");
  }
  const std::string name = UpperCaseName(node.name.last());
  if (node.over != nullptr) return NotSupported("OVER windows", place);
  if (IsAggregateName(name)) return BindAggregate(name, node, place);
  if (name == "GROUPING" || name == "GROUPING_ID") return BindGrouping(node, place);
  RETURN_IF_ERROR(CheckPlainCall(node, name, place));
  std::string function;
  if (!GroupWindowProperty(name, &function).empty()) return BindGroupWindowProperty(name, node, place);
  if (IsGroupWindowName(name) && FunctionRegistry::BuiltIn().Find(name) == nullptr) {
    return ErrorAt(kInvalidWindow, "Window function stands in GROUP BY or in FROM only: " + name, place);
  }
  std::vector<BoundExprPtr> arguments;
  for (const FunctionArgument& argument : node.arguments) {
    ASSIGN_OR_RETURN(BoundExprPtr bound, BindArgument(argument));
    arguments.push_back(std::move(bound));
  }
  return Call(name, std::move(arguments), place);
}

}  // namespace millrace::sql
