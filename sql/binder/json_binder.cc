#include "sql/binder/bind_error.h"
#include "sql/binder/expression_binder.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

const char* BehaviorName(JsonBehavior behavior, const char* otherwise) {
  switch (behavior) {
    case JsonBehavior::kUnspecified:
      return otherwise;
    case JsonBehavior::kError:
      return "ERROR";
    case JsonBehavior::kNull:
      return "NULL";
    case JsonBehavior::kDefault:
      return "DEFAULT";
    case JsonBehavior::kTrue:
      return "TRUE";
    case JsonBehavior::kFalse:
      return "FALSE";
    case JsonBehavior::kUnknown:
      return "UNKNOWN";
    case JsonBehavior::kEmptyArray:
      return "EMPTY ARRAY";
    case JsonBehavior::kEmptyObject:
      return "EMPTY OBJECT";
  }
  return otherwise;
}

const char* WrapperName(JsonWrapper wrapper) {
  if (wrapper == JsonWrapper::kWithConditional) return "CONDITIONAL";
  if (wrapper == JsonWrapper::kWithUnconditional) return "UNCONDITIONAL";
  return "WITHOUT";
}

Result<BoundExprPtr> ReturningArgument(const JsonFunction& node, const SourcePlace& place) {
  if (node.returning == nullptr) return NullExpr(DataType::String(), place);
  ASSIGN_OR_RETURN(const DataType type, ResolveType(*node.returning));
  return NullExpr(type, place);
}

}  // namespace

Result<BoundExprPtr> ExpressionBinder::BindJson(const JsonFunction& node, const SourcePlace& place) {
  if (!node.passing.empty()) return NotSupported("PASSING of JSON functions", place);
  switch (node.kind) {
    case JsonFunctionKind::kExists: {
      ASSIGN_OR_RETURN(BoundExprPtr input, Bind(*node.input));
      ASSIGN_OR_RETURN(BoundExprPtr path, Bind(*node.path));
      std::vector<BoundExprPtr> arguments = {std::move(input), std::move(path)};
      if (node.on_error.behavior != JsonBehavior::kUnspecified) {
        arguments.push_back(TextExpr(BehaviorName(node.on_error.behavior, ""), place));
      }
      return Call("JSON_EXISTS", std::move(arguments), place);
    }
    case JsonFunctionKind::kValue:
      return BindJsonValue(node, place);
    case JsonFunctionKind::kQuery:
      return BindJsonQuery(node, place);
    case JsonFunctionKind::kObject:
    case JsonFunctionKind::kArray:
      return BindJsonConstructor(node, place);
    case JsonFunctionKind::kObjectAgg:
      return NotSupported("aggregate function JSON_OBJECTAGG", place);
    case JsonFunctionKind::kArrayAgg:
      return NotSupported("aggregate function JSON_ARRAYAGG", place);
  }
  return NotSupported("this JSON function", place);
}

Result<BoundExprPtr> ExpressionBinder::BindJsonValue(const JsonFunction& node, const SourcePlace& place) {
  ASSIGN_OR_RETURN(BoundExprPtr input, Bind(*node.input));
  ASSIGN_OR_RETURN(BoundExprPtr path, Bind(*node.path));
  std::vector<BoundExprPtr> arguments = {std::move(input), std::move(path)};
  const bool plain = node.on_empty.behavior == JsonBehavior::kUnspecified &&
                     node.on_error.behavior == JsonBehavior::kUnspecified && node.returning == nullptr;
  if (plain) return Call("JSON_VALUE", std::move(arguments), place);
  ASSIGN_OR_RETURN(BoundExprPtr returning, ReturningArgument(node, place));
  for (const JsonClause* clause : {&node.on_empty, &node.on_error}) {
    arguments.push_back(TextExpr(BehaviorName(clause->behavior, "NULL"), place));
    BoundExprPtr value = NullExpr(returning->type, place);
    if (clause->value != nullptr) {
      ASSIGN_OR_RETURN(value, Bind(*clause->value));
    }
    arguments.push_back(std::move(value));
  }
  arguments.push_back(std::move(returning));
  return Call("JSON_VALUE", std::move(arguments), place);
}

Result<BoundExprPtr> ExpressionBinder::BindJsonQuery(const JsonFunction& node, const SourcePlace& place) {
  if (node.keep_quotes.has_value() && !*node.keep_quotes)
    return NotSupported("OMIT QUOTES of JSON_QUERY", place);
  ASSIGN_OR_RETURN(BoundExprPtr input, Bind(*node.input));
  ASSIGN_OR_RETURN(BoundExprPtr path, Bind(*node.path));
  std::vector<BoundExprPtr> arguments = {std::move(input), std::move(path)};
  const bool plain = node.on_empty.behavior == JsonBehavior::kUnspecified &&
                     node.on_error.behavior == JsonBehavior::kUnspecified && node.returning == nullptr &&
                     node.wrapper == JsonWrapper::kUnspecified;
  if (plain) return Call("JSON_QUERY", std::move(arguments), place);
  ASSIGN_OR_RETURN(BoundExprPtr returning, ReturningArgument(node, place));
  arguments.push_back(TextExpr(WrapperName(node.wrapper), place));
  arguments.push_back(TextExpr(BehaviorName(node.on_empty.behavior, "NULL"), place));
  arguments.push_back(TextExpr(BehaviorName(node.on_error.behavior, "NULL"), place));
  arguments.push_back(std::move(returning));
  return Call("JSON_QUERY", std::move(arguments), place);
}

Result<BoundExprPtr> ExpressionBinder::BindJsonConstructor(const JsonFunction& node,
                                                           const SourcePlace& place) {
  const bool object = node.kind == JsonFunctionKind::kObject;
  bool absent = !object;
  if (node.null_clause != JsonNullClause::kUnspecified)
    absent = node.null_clause == JsonNullClause::kAbsentOnNull;
  std::vector<BoundExprPtr> arguments = {TextExpr(absent ? "ABSENT" : "NULL", place)};
  for (const JsonEntry& entry : node.entries) {
    if (entry.format_json) return NotSupported("FORMAT JSON", place);
    if (entry.key != nullptr) {
      ASSIGN_OR_RETURN(BoundExprPtr key, Bind(*entry.key));
      arguments.push_back(std::move(key));
    }
    ASSIGN_OR_RETURN(BoundExprPtr value, Bind(*entry.value));
    arguments.push_back(std::move(value));
  }
  return Call(object ? "JSON_OBJECT" : "JSON_ARRAY", std::move(arguments), place);
}

}  // namespace millrace::sql
