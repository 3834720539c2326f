#include <algorithm>

#include "sql/ast/expression_writer.h"
#include "sql/ast/precedence.h"

namespace millrace::sql {
namespace {

/// 0.5 for .5, 5 for 5., 1E3 for 1e3.
std::string NumberText(std::string_view text) {
  std::string number = UpperCase(text);
  if (number.starts_with('.')) number.insert(0, "0");
  const size_t point = number.find('.');
  const bool bare_point =
      point != std::string::npos && (point + 1 == number.size() || number[point + 1] == 'E');
  if (bare_point) number.erase(point, 1);
  return number;
}

const char* IsKindText(IsKind kind) {
  switch (kind) {
    case IsKind::kNull:
      return "NULL";
    case IsKind::kTrue:
      return "TRUE";
    case IsKind::kFalse:
      return "FALSE";
    case IsKind::kUnknown:
      return "UNKNOWN";
    case IsKind::kASet:
      return "A SET";
    case IsKind::kEmpty:
      return "EMPTY";
    case IsKind::kJson:
    case IsKind::kJsonValue:
      return "JSON VALUE";
    case IsKind::kJsonObject:
      return "JSON OBJECT";
    case IsKind::kJsonArray:
      return "JSON ARRAY";
    case IsKind::kJsonScalar:
      return "JSON SCALAR";
    case IsKind::kNormalized:
      return "NORMALIZED";
  }
  return "";
}

const char* LikeKindText(LikeKind kind) {
  switch (kind) {
    case LikeKind::kLike:
      return "LIKE ";
    case LikeKind::kSimilarTo:
      return "SIMILAR TO ";
    case LikeKind::kILike:
      return "ILIKE ";
    case LikeKind::kRLike:
      return "RLIKE ";
  }
  return "";
}

const char* CollectionText(CollectionKind kind) {
  switch (kind) {
    case CollectionKind::kArray:
      return "ARRAY";
    case CollectionKind::kMap:
      return "MAP";
    case CollectionKind::kMultiset:
      return "MULTISET";
  }
  return "";
}

}  // namespace

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return upper;
}

void ExpressionWriter::operator()(const Literal& node) {
  switch (node.kind) {
    case LiteralKind::kNull:
      return to.Text("NULL");
    case LiteralKind::kUnknown:
      return to.Text("UNKNOWN");
    case LiteralKind::kBoolean:
      return to.Text(UpperCase(node.text));
    case LiteralKind::kInteger:
    case LiteralKind::kDecimal:
    case LiteralKind::kDouble:
      return to.Text(NumberText(node.text));
    case LiteralKind::kString:
      return to.String(node.text);
    case LiteralKind::kBinary:
      return to.Text("X'" + UpperCase(node.text) + "'");
    case LiteralKind::kDate:
      to.Text("DATE ");
      break;
    case LiteralKind::kTime:
      to.Text("TIME ");
      break;
    case LiteralKind::kTimestamp:
      to.Text("TIMESTAMP ");
      break;
    case LiteralKind::kTimestampLtz:
      to.Text("TIMESTAMP WITH LOCAL TIME ZONE ");
      break;
  }
  to.String(node.text);
}

void ExpressionWriter::operator()(const IntervalLiteral& node) {
  to.Text(node.negative ? "INTERVAL -" : "INTERVAL ");
  to.String(node.text);
  to.Text(" ");
  to.Write(node.qualifier);
}

void ExpressionWriter::operator()(const IntervalExpression& node) {
  to.Text("INTERVAL ");
  const auto* literal = node.amount->As<Literal>();
  const bool number = literal != nullptr && literal->kind != LiteralKind::kString;
  to.Operand(*node.amount,
             number || node.amount->As<ColumnReference>() != nullptr ? 0 : kOperandPrecedence + 1);
  to.Text(" ");
  to.Write(node.qualifier);
}

void ExpressionWriter::operator()(const IntervalDifference& node) {
  to.Text("(");
  to.Operand(*node.left, kAddPrecedence);
  to.Text(" - ");
  to.Operand(*node.right, kAddPrecedence + 1);
  to.Text(") ");
  to.Write(node.qualifier);
}

void ExpressionWriter::operator()(const ColumnReference& node) {
  to.Name(node.name);
}

void ExpressionWriter::operator()(const Star& node) {
  for (const Identifier& part : node.qualifier) {
    to.Name(part);
    to.Text(".");
  }
  to.Text("*");
}

void ExpressionWriter::operator()(const UnaryExpression& node) {
  const auto* literal = node.operand->As<Literal>();
  const bool number =
      literal != nullptr && (literal->kind == LiteralKind::kInteger ||
                             literal->kind == LiteralKind::kDecimal || literal->kind == LiteralKind::kDouble);
  switch (node.op) {
    case UnaryOperator::kNegate:
      to.Text(number ? "-" : "- ");
      break;
    case UnaryOperator::kPlus:
      to.Text("+ ");
      break;
    case UnaryOperator::kNot:
      to.Text("NOT ");
      break;
    case UnaryOperator::kFinal:
      to.Text("FINAL ");
      break;
    case UnaryOperator::kRunning:
      to.Text("RUNNING ");
      break;
  }
  to.Operand(*node.operand, node.op == UnaryOperator::kNot ? kNotPrecedence : kSignPrecedence + 1);
}

void ExpressionWriter::operator()(const BinaryExpression& node) {
  const int precedence = PrecedenceOf(node.op);
  to.Operand(*node.left, precedence);
  to.Text(" ");
  to.Text(BinaryOperatorText(node.op));
  to.Text(" ");
  to.Operand(*node.right, precedence + 1);
}

void ExpressionWriter::operator()(const IsPredicate& node) {
  to.Operand(*node.operand, kIsPrecedence);
  to.Text(node.negated ? " IS NOT " : " IS ");
  to.Text(IsKindText(node.kind));
}

void ExpressionWriter::operator()(const BetweenPredicate& node) {
  to.Operand(*node.operand, kBetweenPrecedence);
  to.Text(node.negated ? " NOT BETWEEN " : " BETWEEN ");
  to.Text(node.symmetric ? "SYMMETRIC " : "ASYMMETRIC ");
  to.Operand(*node.low, kBetweenPrecedence + 1);
  to.Text(" AND ");
  to.Operand(*node.high, kBetweenPrecedence + 1);
}

void ExpressionWriter::operator()(const LikePredicate& node) {
  to.Operand(*node.operand, kBetweenPrecedence);
  to.Text(node.negated ? " NOT " : " ");
  to.Text(LikeKindText(node.kind));
  to.Operand(*node.pattern, kBetweenPrecedence + 1);
  if (node.escape == nullptr) return;
  to.Text(" ESCAPE ");
  to.Operand(*node.escape, kBetweenPrecedence + 1);
}

void ExpressionWriter::operator()(const InPredicate& node) {
  to.Operand(*node.operand, kBetweenPrecedence);
  to.Text(node.negated ? " NOT IN " : " IN ");
  to.ListOrQuery(node.list, node.query);
}

void ExpressionWriter::operator()(const ExistsPredicate& node) {
  to.Text(node.unique ? "UNIQUE " : "EXISTS ");
  to.Subquery(*node.query);
}

void ExpressionWriter::operator()(const QuantifiedComparison& node) {
  to.Operand(*node.operand, kComparisonPrecedence);
  to.Text(" ");
  to.Text(BinaryOperatorText(node.op));
  to.Text(node.all ? " ALL " : " SOME ");
  to.ListOrQuery(node.list, node.query);
}

/// The form with an operand is written as the one without, as Flink does.
void ExpressionWriter::operator()(const CaseExpression& node) {
  to.Text("CASE");
  for (const WhenClause& when : node.whens) {
    to.Text(" WHEN ");
    Condition(node.operand.get(), when);
    to.Text(" THEN ");
    to.Write(*when.result);
  }
  to.Text(" ELSE ");
  if (node.else_result != nullptr) {
    to.Write(*node.else_result);
  } else {
    to.Text("NULL");
  }
  to.Text(" END");
}

void ExpressionWriter::Condition(const Expression* operand, const WhenClause& when) {
  if (operand != nullptr) {
    const bool list = !when.further_values.empty();
    to.Operand(*operand, list ? kBetweenPrecedence : kComparisonPrecedence);
    to.Text(list ? " IN (" : " = ");
    to.Operand(*when.condition, list ? 0 : kComparisonPrecedence + 1);
    for (const ExpressionPtr& value : when.further_values) {
      to.Text(", ");
      to.Write(*value);
    }
    if (list) to.Text(")");
    return;
  }
  to.Write(*when.condition);
  for (const ExpressionPtr& value : when.further_values) {
    to.Text(", ");
    to.Write(*value);
  }
}

void ExpressionWriter::operator()(const CastExpression& node) {
  to.Text(node.try_cast ? "TRY_CAST(" : "CAST(");
  to.Write(*node.operand);
  to.Text(" AS ");
  to.Write(*node.type);
  to.Text(")");
}

void ExpressionWriter::operator()(const RowConstructor& node) {
  to.Text("ROW(");
  to.List(node.items);
  to.Text(")");
}

void ExpressionWriter::operator()(const CollectionConstructor& node) {
  to.Text(CollectionText(node.kind));
  if (node.query != nullptr) {
    to.Text(" ");
    to.Subquery(*node.query);
    return;
  }
  to.Text("[");
  to.List(node.items);
  to.Text("]");
}

void ExpressionWriter::operator()(const ItemAccess& node) {
  to.Operand(*node.collection, kPostfixPrecedence);
  to.Text("[");
  to.Write(*node.index);
  to.Text("]");
}

void ExpressionWriter::operator()(const FieldAccess& node) {
  const bool ambiguous =
      node.record->As<ColumnReference>() != nullptr || node.record->As<Literal>() != nullptr;
  to.Operand(*node.record, ambiguous ? kOperandPrecedence + 1 : kPostfixPrecedence);
  to.Text(".");
  to.Name(node.field);
}

void ExpressionWriter::operator()(const ScalarSubquery& node) {
  to.Subquery(*node.query);
}

void Unparser::Write(const Expression& expression) {
  std::visit(ExpressionWriter{*this}, expression.node);
}

void Unparser::Operand(const Expression& expression, int precedence) {
  const bool parentheses = PrecedenceOf(expression) < precedence;
  if (parentheses) Text("(");
  Write(expression);
  if (parentheses) Text(")");
}

void Unparser::List(const std::vector<ExpressionPtr>& expressions) {
  for (size_t i = 0; i < expressions.size(); ++i) {
    if (i != 0) Text(", ");
    Write(*expressions[i]);
  }
}

void Unparser::ListOrQuery(const std::vector<ExpressionPtr>& list, const QueryPtr& query) {
  if (query != nullptr) {
    Subquery(*query);
    return;
  }
  Text("(");
  List(list);
  Text(")");
}

void Unparser::OrderItems(const std::vector<OrderItem>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i != 0) Text(", ");
    Write(*items[i].expression);
    if (items[i].descending) Text(" DESC");
    if (items[i].nulls == NullOrder::kFirst) Text(" NULLS FIRST");
    if (items[i].nulls == NullOrder::kLast) Text(" NULLS LAST");
  }
}

}  // namespace millrace::sql
