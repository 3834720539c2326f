#include "sql/ast/unparse.h"
#include "sql/ast/unparser.h"

namespace millrace::sql {
namespace {

const char* SetOperatorText(const SetOperation& operation) {
  switch (operation.op) {
    case SetOperator::kUnion:
      return operation.all ? "\nUNION ALL\n" : "\nUNION\n";
    case SetOperator::kIntersect:
      return operation.all ? "\nINTERSECT ALL\n" : "\nINTERSECT\n";
    case SetOperator::kExcept:
      return operation.all ? "\nEXCEPT ALL\n" : "\nEXCEPT\n";
  }
  return "";
}

/// How tightly a query holds together as an operand of a set operator.
int SetLevel(const Query& query) {
  if (query.with || !query.order_by.empty() || query.limit != nullptr || query.offset != nullptr) return -1;
  if (query.As<QueryPtr>() != nullptr) return -1;
  const auto* operation = query.As<SetOperation>();
  if (operation == nullptr) return 2;
  return operation->op == SetOperator::kIntersect ? 1 : 0;
}

}  // namespace

void Unparser::Name(const Identifier& name) {
  Text(QuoteName(name.text));
}

void Unparser::Names(const std::vector<Identifier>& names) {
  Text("(");
  for (size_t i = 0; i < names.size(); ++i) {
    if (i != 0) Text(", ");
    Name(names[i]);
  }
  Text(")");
}

void Unparser::Name(const QualifiedName& name) {
  for (size_t i = 0; i < name.parts.size(); ++i) {
    if (i != 0) Text(".");
    Name(name.parts[i]);
  }
}

void Unparser::String(std::string_view text) {
  Text(QuoteString(text));
}

void Unparser::Subquery(const Query& query) {
  Text("(");
  Write(query);
  Text(")");
}

void Unparser::Hints(const std::vector<Hint>& hints) {
  Text("/*+ ");
  for (size_t i = 0; i < hints.size(); ++i) {
    const Hint& hint = hints[i];
    if (i != 0) Text(", ");
    Name(hint.name);
    if (hint.kind == HintKind::kNoArguments) continue;
    Text("(");
    const char* comma = "";
    for (const Property& property : hint.properties) {
      Text(comma);
      String(property.key.text);
      Text(" = ");
      String(property.value.text);
      comma = ", ";
    }
    for (const QualifiedName& name : hint.names) {
      Text(comma);
      Name(name);
      comma = ", ";
    }
    for (const StringValue& literal : hint.literals) {
      Text(comma);
      String(literal.text);
      comma = ", ";
    }
    Text(")");
  }
  Text(" */");
}

void Unparser::Group(const GroupItem& item) {
  switch (item.kind) {
    case GroupItemKind::kExpression:
      return List(item.expressions);
    case GroupItemKind::kSet:
      Text("(");
      List(item.expressions);
      return Text(")");
    case GroupItemKind::kRollup:
      Text("ROLLUP(");
      break;
    case GroupItemKind::kCube:
      Text("CUBE(");
      break;
    case GroupItemKind::kGroupingSets:
      Text("GROUPING SETS(");
      break;
  }
  for (size_t i = 0; i < item.items.size(); ++i) {
    if (i != 0) Text(", ");
    Group(item.items[i]);
  }
  Text(")");
}

void Unparser::Body(const Select& select) {
  Text("SELECT ");
  if (!select.hints.empty()) {
    Hints(select.hints);
    Text("\n");
  }
  if (select.quantifier == SetQuantifier::kDistinct) Text("DISTINCT ");
  if (select.quantifier == SetQuantifier::kAll) Text("ALL ");
  for (size_t i = 0; i < select.items.size(); ++i) {
    if (i != 0) Text(", ");
    Write(*select.items[i].expression);
    if (!select.items[i].alias) continue;
    Text(" AS ");
    Name(*select.items[i].alias);
  }
  if (select.from == nullptr) return;
  Text("\nFROM ");
  Write(*select.from);
  if (select.where != nullptr) {
    Text("\nWHERE ");
    Write(*select.where);
  }
  if (select.group_by) {
    Text("\nGROUP BY ");
    if (select.group_by->quantifier == SetQuantifier::kDistinct) Text("DISTINCT ");
    for (size_t i = 0; i < select.group_by->items.size(); ++i) {
      if (i != 0) Text(", ");
      Group(select.group_by->items[i]);
    }
  }
  if (select.having != nullptr) {
    Text("\nHAVING ");
    Write(*select.having);
  }
  for (size_t i = 0; i < select.windows.size(); ++i) {
    Text(i == 0 ? "\nWINDOW " : ", ");
    Name(select.windows[i].name);
    Text(" AS ");
    Window(select.windows[i].specification);
  }
  if (select.qualify == nullptr) return;
  Text("\nQUALIFY ");
  Write(*select.qualify);
}

void Unparser::Body(const Values& values) {
  for (size_t i = 0; i < values.rows.size(); ++i) {
    Text(i == 0 ? "VALUES ROW(" : ",\nROW(");
    List(values.rows[i]);
    Text(")");
  }
}

namespace {

/// Writes the body of a query: one overload for each kind.
struct QueryWriter {
  Unparser& to;

  void operator()(const Select& node) { to.Body(node); }
  void operator()(const Values& node) { to.Body(node); }
  void operator()(const QueryPtr& node) { to.Subquery(*node); }
  void operator()(const ExplicitTable& node) {
    to.Text("TABLE ");
    to.Name(node.name);
  }
  void operator()(const SetOperation& node) {
    const int level = node.op == SetOperator::kIntersect ? 1 : 0;
    Operand(*node.left, level);
    to.Text(SetOperatorText(node));
    Operand(*node.right, level + 1);
  }
  void Operand(const Query& query, int level) {
    if (SetLevel(query) < level) {
      to.Subquery(query);
    } else {
      to.Write(query);
    }
  }
};

}  // namespace

void Unparser::Write(const Query& query) {
  if (query.with) {
    Text(query.with->recursive ? "WITH RECURSIVE " : "WITH ");
    for (size_t i = 0; i < query.with->tables.size(); ++i) {
      const CommonTable& table = query.with->tables[i];
      if (i != 0) Text(", ");
      Name(table.name);
      if (!table.columns.empty()) {
        Text(" ");
        Names(table.columns);
      }
      Text(" AS ");
      Subquery(*table.query);
    }
    Text(" ");
  }
  std::visit(QueryWriter{*this}, query.body);
  if (!query.order_by.empty()) {
    Text("\nORDER BY ");
    OrderItems(query.order_by);
  }
  if (query.offset != nullptr) {
    Text("\nOFFSET ");
    Write(*query.offset);
    Text(" ROWS");
  }
  if (query.limit == nullptr) return;
  Text("\nFETCH NEXT ");
  Write(*query.limit);
  Text(" ROWS ONLY");
}

namespace {

template <class Node>
std::string UnparseNode(const Node& node) {
  Unparser unparser;
  unparser.Write(node);
  return unparser.Take();
}

std::string Quote(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (char c : text) {
    quoted.push_back(c);
    if (c == quote) quoted.push_back(c);
  }
  quoted.push_back(quote);
  return quoted;
}

}  // namespace

std::string Unparse(const Expression& expression) {
  return UnparseNode(expression);
}
std::string Unparse(const Query& query) {
  return UnparseNode(query);
}
std::string Unparse(const TypeNode& type) {
  return UnparseNode(type);
}
std::string Unparse(const IntervalQualifier& qualifier) {
  return UnparseNode(qualifier);
}

std::string Unparse(const QualifiedName& name) {
  std::string text;
  for (const Identifier& part : name.parts) text += (text.empty() ? "" : ".") + QuoteName(part.text);
  return text;
}

std::string QuoteName(std::string_view name) {
  return Quote(name, '`');
}
std::string QuoteString(std::string_view text) {
  return Quote(text, '\'');
}

}  // namespace millrace::sql
