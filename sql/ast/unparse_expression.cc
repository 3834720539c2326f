#include <algorithm>

#include "sql/ast/precedence.h"
#include "sql/ast/unparse.h"
#include "sql/ast/unparser.h"
#include "sql/lexer/keywords.h"

namespace millrace::sql {
namespace {

std::string ToUpper(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return upper;
}

/// 0.5 for .5, 5 for 5., 1E3 for 1e3.
std::string NumberText(std::string_view text) {
  std::string number = ToUpper(text);
  if (number.starts_with('.')) number.insert(0, "0");
  const size_t point = number.find('.');
  const bool bare_point = point != std::string::npos && (point + 1 == number.size() || number[point + 1] == 'E');
  if (bare_point) number.erase(point, 1);
  return number;
}

const char* IsKindText(IsKind kind) {
  switch (kind) {
    case IsKind::kNull: return "NULL";
    case IsKind::kTrue: return "TRUE";
    case IsKind::kFalse: return "FALSE";
    case IsKind::kUnknown: return "UNKNOWN";
    case IsKind::kASet: return "A SET";
    case IsKind::kEmpty: return "EMPTY";
    case IsKind::kJson:
    case IsKind::kJsonValue: return "JSON VALUE";
    case IsKind::kJsonObject: return "JSON OBJECT";
    case IsKind::kJsonArray: return "JSON ARRAY";
    case IsKind::kJsonScalar: return "JSON SCALAR";
    case IsKind::kNormalized: return "NORMALIZED";
  }
  return "";
}

const char* LikeKindText(LikeKind kind) {
  switch (kind) {
    case LikeKind::kLike: return "LIKE ";
    case LikeKind::kSimilarTo: return "SIMILAR TO ";
    case LikeKind::kILike: return "ILIKE ";
    case LikeKind::kRLike: return "RLIKE ";
  }
  return "";
}

const char* CollectionText(CollectionKind kind) {
  switch (kind) {
    case CollectionKind::kArray: return "ARRAY";
    case CollectionKind::kMap: return "MAP";
    case CollectionKind::kMultiset: return "MULTISET";
  }
  return "";
}

/// The word in front of the argument at `index` of a special form; ", " where there is none.
const char* SpecialSeparator(const FunctionCall& call, size_t index) {
  const std::string& name = call.name.last();
  if (name == "EXTRACT") return " FROM ";
  if (name == "FLOOR" || name == "CEIL") return " TO ";
  if (name == "TRIM") return index == 1 ? " " : " FROM ";
  if (name == "POSITION") return index == 1 ? " IN " : " FROM ";
  if (name == "OVERLAY") return index == 1 ? " PLACING " : index == 2 ? " FROM " : " FOR ";
  if (name == "CONVERT" || name == "TRANSLATE") return " USING ";
  return ", ";
}

}  // namespace

/// One overload for each kind of node.
struct ExpressionWriter {
  Unparser& to;

  void operator()(const Literal& node) {
    switch (node.kind) {
      case LiteralKind::kNull: return to.Text("NULL");
      case LiteralKind::kUnknown: return to.Text("UNKNOWN");
      case LiteralKind::kBoolean: return to.Text(ToUpper(node.text));
      case LiteralKind::kInteger:
      case LiteralKind::kDecimal:
      case LiteralKind::kDouble: return to.Text(NumberText(node.text));
      case LiteralKind::kString: return to.String(node.text);
      case LiteralKind::kBinary: return to.Text("X'" + ToUpper(node.text) + "'");
      case LiteralKind::kDate: to.Text("DATE "); break;
      case LiteralKind::kTime: to.Text("TIME "); break;
      case LiteralKind::kTimestamp: to.Text("TIMESTAMP "); break;
      case LiteralKind::kTimestampLtz: to.Text("TIMESTAMP WITH LOCAL TIME ZONE "); break;
    }
    to.String(node.text);
  }

  void operator()(const IntervalLiteral& node) {
    to.Text(node.negative ? "INTERVAL -" : "INTERVAL ");
    to.String(node.text);
    to.Text(" ");
    to.Write(node.qualifier);
  }

  void operator()(const IntervalExpression& node) {
    to.Text("INTERVAL ");
    const auto* literal = node.amount->As<Literal>();
    const bool number = literal != nullptr && literal->kind != LiteralKind::kString;
    to.Operand(*node.amount, number || node.amount->As<ColumnReference>() != nullptr ? 0 : kOperandPrecedence + 1);
    to.Text(" ");
    to.Write(node.qualifier);
  }

  void operator()(const IntervalDifference& node) {
    to.Text("(");
    to.Operand(*node.left, kAddPrecedence);
    to.Text(" - ");
    to.Operand(*node.right, kAddPrecedence + 1);
    to.Text(") ");
    to.Write(node.qualifier);
  }

  void operator()(const ColumnReference& node) { to.Name(node.name); }

  void operator()(const Star& node) {
    for (const Identifier& part : node.qualifier) {
      to.Name(part);
      to.Text(".");
    }
    to.Text("*");
  }

  void operator()(const UnaryExpression& node) {
    const auto* literal = node.operand->As<Literal>();
    const bool number = literal != nullptr && (literal->kind == LiteralKind::kInteger ||
                                               literal->kind == LiteralKind::kDecimal ||
                                               literal->kind == LiteralKind::kDouble);
    switch (node.op) {
      case UnaryOperator::kNegate: to.Text(number ? "-" : "- "); break;
      case UnaryOperator::kPlus: to.Text("+ "); break;
      case UnaryOperator::kNot: to.Text("NOT "); break;
      case UnaryOperator::kFinal: to.Text("FINAL "); break;
      case UnaryOperator::kRunning: to.Text("RUNNING "); break;
    }
    to.Operand(*node.operand, node.op == UnaryOperator::kNot ? kNotPrecedence : kSignPrecedence + 1);
  }

  void operator()(const BinaryExpression& node) {
    const int precedence = PrecedenceOf(node.op);
    to.Operand(*node.left, precedence);
    to.Text(" ");
    to.Text(BinaryOperatorText(node.op));
    to.Text(" ");
    to.Operand(*node.right, precedence + 1);
  }

  void operator()(const IsPredicate& node) {
    to.Operand(*node.operand, kIsPrecedence);
    to.Text(node.negated ? " IS NOT " : " IS ");
    to.Text(IsKindText(node.kind));
  }

  void operator()(const BetweenPredicate& node) {
    to.Operand(*node.operand, kBetweenPrecedence);
    to.Text(node.negated ? " NOT BETWEEN " : " BETWEEN ");
    to.Text(node.symmetric ? "SYMMETRIC " : "ASYMMETRIC ");
    to.Operand(*node.low, kBetweenPrecedence + 1);
    to.Text(" AND ");
    to.Operand(*node.high, kBetweenPrecedence + 1);
  }

  void operator()(const LikePredicate& node) {
    to.Operand(*node.operand, kBetweenPrecedence);
    to.Text(node.negated ? " NOT " : " ");
    to.Text(LikeKindText(node.kind));
    to.Operand(*node.pattern, kBetweenPrecedence + 1);
    if (node.escape == nullptr) return;
    to.Text(" ESCAPE ");
    to.Operand(*node.escape, kBetweenPrecedence + 1);
  }

  void operator()(const InPredicate& node) {
    to.Operand(*node.operand, kBetweenPrecedence);
    to.Text(node.negated ? " NOT IN " : " IN ");
    to.ListOrQuery(node.list, node.query);
  }

  void operator()(const ExistsPredicate& node) {
    to.Text(node.unique ? "UNIQUE " : "EXISTS ");
    to.Subquery(*node.query);
  }

  void operator()(const QuantifiedComparison& node) {
    to.Operand(*node.operand, kComparisonPrecedence);
    to.Text(" ");
    to.Text(BinaryOperatorText(node.op));
    to.Text(node.all ? " ALL " : " SOME ");
    to.ListOrQuery(node.list, node.query);
  }

  /// The form with an operand is written as the one without, as Flink does.
  void operator()(const CaseExpression& node) {
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

  void Condition(const Expression* operand, const WhenClause& when) {
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

  void operator()(const CastExpression& node) {
    to.Text(node.try_cast ? "TRY_CAST(" : "CAST(");
    to.Write(*node.operand);
    to.Text(" AS ");
    to.Write(*node.type);
    to.Text(")");
  }

  void operator()(const FunctionCall& node) {
    FunctionName(node.name);
    if (node.parentheses) {
      to.Text("(");
      Arguments(node);
      to.Text(")");
    }
    if (node.null_treatment == NullTreatment::kIgnore) to.Text(" IGNORE NULLS");
    if (node.null_treatment == NullTreatment::kRespect) to.Text(" RESPECT NULLS");
    if (!node.within_group.empty()) {
      to.Text(" WITHIN GROUP (ORDER BY ");
      to.OrderItems(node.within_group);
      to.Text(")");
    }
    FilterAndOver(node.filter, node.over);
  }

  void FunctionName(const QualifiedName& name) {
    const Identifier& part = name.parts.front();
    const auto keyword = FindKeyword(part.text);
    const bool plain = IsPlainName(part.text) || (keyword && IsReserved(*keyword));
    if (name.is_simple() && !part.quoted && plain) {
      to.Text(ToUpper(part.text));
    } else {
      to.Name(name);
    }
  }

  void Arguments(const FunctionCall& node) {
    if (node.quantifier == SetQuantifier::kDistinct) to.Text("DISTINCT ");
    if (node.quantifier == SetQuantifier::kAll) to.Text("ALL ");
    for (size_t i = 0; i < node.arguments.size(); ++i) {
      if (i != 0) to.Text(node.special_form ? SpecialSeparator(node, i) : ", ");
      const FunctionArgument& argument = node.arguments[i];
      if (argument.name) {
        to.Name(*argument.name);
        to.Text(" => ");
      }
      // x of POSITION(x IN y) ends at the word IN.
      const bool before_in = i == 0 && node.special_form && node.name.last() == "POSITION";
      to.Operand(*argument.value, before_in ? kAddPrecedence : 0);
    }
    if (node.order_by.empty()) return;
    to.Text(" ORDER BY ");
    to.OrderItems(node.order_by);
  }

  void FilterAndOver(const ExpressionPtr& filter, const std::unique_ptr<WindowSpecification>& over) {
    if (filter != nullptr) {
      to.Text(" FILTER (WHERE ");
      to.Write(*filter);
      to.Text(")");
    }
    if (over == nullptr) return;
    to.Text(" OVER ");
    to.Window(*over);
  }

  void operator()(const TimeUnitArgument& node) { to.Text(TimeUnitName(node.unit)); }

  /// Words of the grammar stand as they are; the name of a character set is a name.
  void operator()(const SymbolArgument& node) {
    to.Text(IsReservedWord(node.text) ? node.text : QuoteName(node.text));
  }

  void operator()(const TableArgument& node) {
    if (node.query->As<ExplicitTable>() != nullptr && !node.query->with) {
      to.Write(*node.query);
    } else {
      to.Subquery(*node.query);
    }
    if (!node.partition_by.empty()) {
      to.Text(" PARTITION BY (");
      to.List(node.partition_by);
      to.Text(")");
    }
    if (node.order_by.empty()) return;
    to.Text(" ORDER BY (");
    to.OrderItems(node.order_by);
    to.Text(")");
  }

  void operator()(const ModelArgument& node) {
    to.Text("MODEL ");
    to.Name(node.name);
  }

  void operator()(const Descriptor& node) {
    to.Text("DESCRIPTOR");
    to.Names(node.columns);
  }

  void operator()(const RowConstructor& node) {
    to.Text("ROW(");
    to.List(node.items);
    to.Text(")");
  }

  void operator()(const CollectionConstructor& node) {
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

  void operator()(const ItemAccess& node) {
    to.Operand(*node.collection, kPostfixPrecedence);
    to.Text("[");
    to.Write(*node.index);
    to.Text("]");
  }

  void operator()(const FieldAccess& node) {
    const bool ambiguous = node.record->As<ColumnReference>() != nullptr || node.record->As<Literal>() != nullptr;
    to.Operand(*node.record, ambiguous ? kOperandPrecedence + 1 : kPostfixPrecedence);
    to.Text(".");
    to.Name(node.field);
  }

  void operator()(const ScalarSubquery& node) { to.Subquery(*node.query); }

  void operator()(const JsonFunction& node);
};

namespace {

const char* JsonFunctionName(JsonFunctionKind kind) {
  switch (kind) {
    case JsonFunctionKind::kExists: return "JSON_EXISTS(";
    case JsonFunctionKind::kValue: return "JSON_VALUE(";
    case JsonFunctionKind::kQuery: return "JSON_QUERY(";
    case JsonFunctionKind::kObject: return "JSON_OBJECT(";
    case JsonFunctionKind::kArray: return "JSON_ARRAY(";
    case JsonFunctionKind::kObjectAgg: return "JSON_OBJECTAGG(";
    case JsonFunctionKind::kArrayAgg: return "JSON_ARRAYAGG(";
  }
  return "";
}

const char* JsonBehaviorText(JsonBehavior behavior) {
  switch (behavior) {
    case JsonBehavior::kUnspecified: return "";
    case JsonBehavior::kError: return "ERROR";
    case JsonBehavior::kNull: return "NULL";
    case JsonBehavior::kDefault: return "DEFAULT ";
    case JsonBehavior::kTrue: return "TRUE";
    case JsonBehavior::kFalse: return "FALSE";
    case JsonBehavior::kUnknown: return "UNKNOWN";
    case JsonBehavior::kEmptyArray: return "EMPTY ARRAY";
    case JsonBehavior::kEmptyObject: return "EMPTY OBJECT";
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
  const bool null_on_null =
      node.null_clause == JsonNullClause::kNullOnNull || (object && node.null_clause == JsonNullClause::kUnspecified);
  if (!node.entries.empty()) to.Text(" ");
  to.Text(null_on_null ? "NULL ON NULL)" : "ABSENT ON NULL)");
  if (!node.order_by.empty()) {
    to.Text(" WITHIN GROUP (ORDER BY ");
    to.OrderItems(node.order_by);
    to.Text(")");
  }
  FilterAndOver(node.filter, node.over);
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

void Unparser::Bound(const FrameBound& bound) {
  switch (bound.kind) {
    case FrameBoundKind::kUnboundedPreceding: Text("UNBOUNDED PRECEDING"); break;
    case FrameBoundKind::kUnboundedFollowing: Text("UNBOUNDED FOLLOWING"); break;
    case FrameBoundKind::kCurrentRow: Text("CURRENT ROW"); break;
    case FrameBoundKind::kPreceding:
    case FrameBoundKind::kFollowing:
      Operand(*bound.offset, kAndPrecedence + 1);
      Text(bound.kind == FrameBoundKind::kPreceding ? " PRECEDING" : " FOLLOWING");
      break;
  }
}

void Unparser::Window(const WindowSpecification& window) {
  if (window.name_only) {
    Name(*window.base);
    return;
  }
  Text("(");
  const char* space = "";
  const auto part = [&](const char* text) {
    Text(space);
    Text(text);
    space = " ";
  };
  if (window.base) {
    part("");
    Name(*window.base);
  }
  if (!window.partition_by.empty()) {
    part("PARTITION BY ");
    List(window.partition_by);
  }
  if (!window.order_by.empty()) {
    part("ORDER BY ");
    OrderItems(window.order_by);
  }
  if (window.frame) {
    part(window.frame->unit == FrameUnit::kRows ? "ROWS " : "RANGE ");
    if (window.frame->end) Text("BETWEEN ");
    Bound(window.frame->start);
    if (window.frame->end) {
      Text(" AND ");
      Bound(*window.frame->end);
    }
  }
  if (window.allow_partial) part(*window.allow_partial ? "ALLOW PARTIAL" : "DISALLOW PARTIAL");
  Text(")");
}

}  // namespace millrace::sql
