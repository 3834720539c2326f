#include <fmt/format.h>

#include "core/row/value_json.h"
#include "sql/plan/bound_expr.h"

namespace millrace::sql {
namespace {

using NameOf = std::function<std::string(uint32_t)>;

bool IsInfix(const std::string& function) {
  static const char* const kInfix[] = {"+",
                                       "-",
                                       "*",
                                       "/",
                                       "%",
                                       "=",
                                       "<>",
                                       "<",
                                       "<=",
                                       ">",
                                       ">=",
                                       "||",
                                       "AND",
                                       "OR",
                                       "LIKE",
                                       "SIMILAR TO",
                                       "IS DISTINCT FROM",
                                       "IS NOT DISTINCT FROM"};
  for (const char* name : kInfix) {
    if (function == name) return true;
  }
  return false;
}

bool IsPostfix(const std::string& function) {
  return function.starts_with("IS ") && !function.ends_with(" FROM");
}

std::string PrintAll(const std::vector<BoundExprPtr>& exprs, const char* separator, const NameOf& name_of) {
  std::string text;
  for (const BoundExprPtr& expr : exprs) {
    if (!text.empty()) text += separator;
    text += PrintExpr(*expr, name_of);
  }
  return text;
}

std::string PrintLiteral(const BoundExpr& expr) {
  std::string text;
  if (expr.IsNullLiteral()) return "NULL";
  if (expr.type.kind() == TypeKind::kBoolean) {
    return ColumnReader(*expr.literal).Value<uint8_t>(0) != 0 ? "TRUE" : "FALSE";
  }
  if (expr.type.kind() == TypeKind::kIntervalYearMonth) {
    return fmt::format("INTERVAL '{}' MONTH", ColumnReader(*expr.literal).Value<int32_t>(0));
  }
  if (expr.type.kind() == TypeKind::kIntervalDayTime) {
    const int64_t millis = ColumnReader(*expr.literal).Value<int64_t>(0);
    return millis % 1000 == 0 ? fmt::format("INTERVAL '{}' SECOND", millis / 1000)
                              : fmt::format("INTERVAL '{:.3f}' SECOND", static_cast<double>(millis) / 1000);
  }
  AppendValueJson(*expr.literal, 0, &text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    const std::string inner = text.substr(1, text.size() - 2);
    if (expr.type.IsNumeric()) return inner;
    text = "'" + inner + "'";
  }
  return text;
}

std::string PrintCall(const BoundExpr& expr, const NameOf& name_of) {
  const std::vector<BoundExprPtr>& arguments = expr.children;
  if (IsInfix(expr.function) && arguments.size() >= 2) {
    return "(" + PrintAll(arguments, (" " + expr.function + " ").c_str(), name_of) + ")";
  }
  if (IsPostfix(expr.function) && arguments.size() == 1) {
    return fmt::format("({} {})", PrintExpr(*arguments[0], name_of), expr.function);
  }
  if (expr.function == "[]") {
    return fmt::format("{}[{}]", PrintExpr(*arguments[0], name_of), PrintExpr(*arguments[1], name_of));
  }
  return fmt::format("{}({})", expr.function, PrintAll(arguments, ", ", name_of));
}

std::string PrintCase(const BoundExpr& expr, const NameOf& name_of) {
  std::string text = "CASE";
  for (size_t i = 0; i + 1 < expr.children.size(); i += 2) {
    text += fmt::format(" WHEN {} THEN {}", PrintExpr(*expr.children[i], name_of),
                        PrintExpr(*expr.children[i + 1], name_of));
  }
  return text + fmt::format(" ELSE {} END", PrintExpr(*expr.children.back(), name_of));
}

}  // namespace

std::string PrintExpr(const BoundExpr& expr, const NameOf& column_name) {
  switch (expr.kind) {
    case BoundExpr::Kind::kColumn:
      return column_name(expr.index);
    case BoundExpr::Kind::kLiteral:
      return PrintLiteral(expr);
    case BoundExpr::Kind::kCall:
      return PrintCall(expr, column_name);
    case BoundExpr::Kind::kCast:
      return fmt::format("{}({} AS {})", expr.try_cast ? "TRY_CAST" : "CAST",
                         PrintExpr(*expr.children[0], column_name), expr.type.ToStringWithoutNullability());
    case BoundExpr::Kind::kCase:
      return PrintCase(expr, column_name);
    case BoundExpr::Kind::kField: {
      const BoundExpr& record = *expr.children[0];
      return PrintExpr(record, column_name) + "." + record.type.fields()[expr.index].name;
    }
    case BoundExpr::Kind::kAggregate:
      return fmt::format("aggregate#{}", expr.index);
    case BoundExpr::Kind::kGrouping:
      return fmt::format("grouping#{}", expr.index);
  }
  return "?";
}

}  // namespace millrace::sql
