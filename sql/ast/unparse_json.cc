#include "sql/ast/expression_writer.h"

namespace millrace::sql {
namespace {

const char* JsonFunctionName(JsonFunctionKind kind) {
  switch (kind) {
    case JsonFunctionKind::kExists:
      return "JSON_EXISTS(";
    case JsonFunctionKind::kValue:
      return "JSON_VALUE(";
    case JsonFunctionKind::kQuery:
      return "JSON_QUERY(";
    case JsonFunctionKind::kObject:
      return "JSON_OBJECT(";
    case JsonFunctionKind::kArray:
      return "JSON_ARRAY(";
    case JsonFunctionKind::kObjectAgg:
      return "JSON_OBJECTAGG(";
    case JsonFunctionKind::kArrayAgg:
      return "JSON_ARRAYAGG(";
  }
  return "";
}

const char* JsonBehaviorText(JsonBehavior behavior) {
  switch (behavior) {
    case JsonBehavior::kUnspecified:
      return "";
    case JsonBehavior::kError:
      return "ERROR";
    case JsonBehavior::kNull:
      return "NULL";
    case JsonBehavior::kDefault:
      return "DEFAULT ";
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
  return "";
}

}  // namespace

void ExpressionWriter::operator()(const JsonFunction& node) {
  const auto clause = [&](const JsonClause& value, const char* on) {
    const bool fill = node.kind == JsonFunctionKind::kQuery && value.behavior == JsonBehavior::kUnspecified;
    if (value.behavior == JsonBehavior::kUnspecified && !fill) return;
    to.Text(" ");
    to.Text(fill ? "NULL" : JsonBehaviorText(value.behavior));
    if (value.value != nullptr) to.Write(*value.value);
    to.Text(on);
  };
  const auto entry = [&](const JsonEntry& value) {
    if (value.key != nullptr) {
      to.Text("KEY ");
      to.Write(*value.key);
      to.Text(" VALUE ");
    }
    to.Write(*value.value);
    if (value.format_json) to.Text(" FORMAT JSON");
  };
  to.Text(JsonFunctionName(node.kind));
  if (node.input != nullptr) {
    to.Write(*node.input);
    to.Text(", ");
    to.Write(*node.path);
    for (size_t i = 0; i < node.passing.size(); ++i) {
      to.Text(i == 0 ? " PASSING " : ", ");
      to.Write(*node.passing[i].first);
      to.Text(" AS ");
      to.Name(node.passing[i].second);
    }
    if (node.returning != nullptr) {
      to.Text(" RETURNING ");
      to.Write(*node.returning);
    }
    if (node.kind == JsonFunctionKind::kQuery) {
      if (node.wrapper == JsonWrapper::kWithConditional) {
        to.Text(" WITH CONDITIONAL ARRAY WRAPPER");
      } else {
        to.Text(node.wrapper == JsonWrapper::kWithUnconditional ? " WITH UNCONDITIONAL ARRAY WRAPPER"
                                                                : " WITHOUT ARRAY WRAPPER");
      }
      if (node.keep_quotes) to.Text(*node.keep_quotes ? " KEEP QUOTES" : " OMIT QUOTES");
    }
    clause(node.on_empty, " ON EMPTY");
    clause(node.on_error, " ON ERROR");
    to.Text(")");
    return;
  }
  for (size_t i = 0; i < node.entries.size(); ++i) {
    if (i != 0) to.Text(", ");
    entry(node.entries[i]);
  }
  const bool object = node.kind == JsonFunctionKind::kObject || node.kind == JsonFunctionKind::kObjectAgg;
  const bool null_on_null = node.null_clause == JsonNullClause::kNullOnNull ||
                            (object && node.null_clause == JsonNullClause::kUnspecified);
  if (!node.entries.empty()) to.Text(" ");
  to.Text(null_on_null ? "NULL ON NULL)" : "ABSENT ON NULL)");
  if (!node.order_by.empty()) {
    to.Text(" WITHIN GROUP (ORDER BY ");
    to.OrderItems(node.order_by);
    to.Text(")");
  }
  FilterAndOver(node.filter, node.over);
}

}  // namespace millrace::sql
