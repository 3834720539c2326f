#include "sql/ast/unparse.h"
#include "sql/ast/unparser.h"
#include "sql/lexer/keywords.h"

namespace millrace::sql {
namespace {

const char* JoinText(const Join& join) {
  switch (join.kind) {
    case JoinKind::kComma: return ",\n";
    case JoinKind::kCross: return "\nCROSS JOIN ";
    case JoinKind::kInner: return join.natural ? "\nNATURAL INNER JOIN " : "\nINNER JOIN ";
    case JoinKind::kLeft: return join.natural ? "\nNATURAL LEFT JOIN " : "\nLEFT JOIN ";
    case JoinKind::kRight: return join.natural ? "\nNATURAL RIGHT JOIN " : "\nRIGHT JOIN ";
    case JoinKind::kFull: return join.natural ? "\nNATURAL FULL JOIN " : "\nFULL JOIN ";
  }
  return "";
}

const char* SetOperatorText(const SetOperation& operation) {
  switch (operation.op) {
    case SetOperator::kUnion: return operation.all ? "\nUNION ALL\n" : "\nUNION\n";
    case SetOperator::kIntersect: return operation.all ? "\nINTERSECT ALL\n" : "\nINTERSECT\n";
    case SetOperator::kExcept: return operation.all ? "\nEXCEPT ALL\n" : "\nEXCEPT\n";
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

struct TableWriter {
  Unparser& to;

  void operator()(const NamedTable& node) {
    to.Name(node.name);
    if (node.hints.empty()) return;
    to.Text(" ");
    to.Hints(node.hints);
  }

  void operator()(const DerivedTable& node) {
    if (node.lateral) to.Text("LATERAL ");
    to.Subquery(*node.query);
  }

  void operator()(const Join& node) {
    to.Write(*node.left);
    to.Text(JoinText(node));
    const auto* right = node.right->As<Join>();
    const bool parentheses = right != nullptr && node.kind != JoinKind::kComma;
    if (parentheses) to.Text("(");
    to.Write(*node.right);
    if (parentheses) to.Text(")");
    if (node.on != nullptr) {
      to.Text(" ON ");
      to.Write(*node.on);
    } else if (!node.using_columns.empty()) {
      to.Text(" USING ");
      to.Names(node.using_columns);
    }
  }

  void operator()(const TableFunction& node) {
    to.Text(node.lateral ? "LATERAL TABLE(" : "TABLE(");
    to.Write(*node.call);
    to.Text(")");
  }

  void operator()(const Unnest& node) {
    to.Text(node.lateral ? "LATERAL UNNEST(" : "UNNEST(");
    to.List(node.collections);
    to.Text(node.with_ordinality ? ") WITH ORDINALITY" : ")");
  }

  void operator()(const MatchRecognize& node) {
    to.Write(*node.input);
    to.Text(" MATCH_RECOGNIZE(");
    if (!node.partition_by.empty()) {
      to.Text("\nPARTITION BY ");
      to.List(node.partition_by);
    }
    if (!node.order_by.empty()) {
      to.Text("\nORDER BY ");
      to.OrderItems(node.order_by);
    }
    Measures(node.measures);
    if (node.rows_per_match == RowsPerMatch::kOneRow) to.Text("\nONE ROW PER MATCH");
    if (node.rows_per_match == RowsPerMatch::kAllRows) to.Text("\nALL ROWS PER MATCH");
    AfterMatch(node);
    to.Text(node.anchored_at_start ? "\nPATTERN (^ " : "\nPATTERN (");
    to.Pattern(node.pattern, false);
    to.Text(node.anchored_at_end ? " $)" : ")");
    if (node.within != nullptr) {
      to.Text(" WITHIN ");
      to.Write(*node.within);
    }
    Subsets(node.subsets);
    for (size_t i = 0; i < node.defines.size(); ++i) {
      to.Text(i == 0 ? "\nDEFINE " : ", ");
      to.Name(node.defines[i].name);
      to.Text(" AS ");
      to.Write(*node.defines[i].expression);
    }
    to.Text(")");
  }

  void Measures(const std::vector<NamedExpression>& measures) {
    for (size_t i = 0; i < measures.size(); ++i) {
      to.Text(i == 0 ? "\nMEASURES " : ", ");
      to.Write(*measures[i].expression);
      to.Text(" AS ");
      to.Name(measures[i].name);
    }
  }

  void AfterMatch(const MatchRecognize& node) {
    switch (node.after_match) {
      case AfterMatchSkip::kUnspecified: return;
      case AfterMatchSkip::kToNextRow: return to.Text("\nAFTER MATCH SKIP TO NEXT ROW");
      case AfterMatchSkip::kPastLastRow: return to.Text("\nAFTER MATCH SKIP PAST LAST ROW");
      case AfterMatchSkip::kToFirst: to.Text("\nAFTER MATCH SKIP TO FIRST "); break;
      case AfterMatchSkip::kToLast: to.Text("\nAFTER MATCH SKIP TO LAST "); break;
    }
    to.Name(*node.skip_variable);
  }

  void Subsets(const std::vector<PatternSubset>& subsets) {
    for (size_t i = 0; i < subsets.size(); ++i) {
      to.Text(i == 0 ? "\nSUBSET " : ", ");
      to.Name(subsets[i].name);
      to.Text(" = ");
      to.Names(subsets[i].variables);
    }
  }
};

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

void Unparser::Write(const TableReference& table) {
  std::visit(TableWriter{*this}, table.node);
  if (table.system_time != nullptr) {
    Text(" FOR SYSTEM_TIME AS OF ");
    Write(*table.system_time);
  }
  if (table.alias) {
    Text(" AS ");
    Name(table.alias->name);
    if (!table.alias->columns.empty()) {
      Text(" ");
      Names(table.alias->columns);
    }
  }
  if (!table.sample) return;
  Text(table.sample->bernoulli ? " TABLESAMPLE BERNOULLI(" : " TABLESAMPLE SYSTEM(");
  Text(table.sample->percentage + ")");
  if (table.sample->repeatable_seed) Text(" REPEATABLE(" + *table.sample->repeatable_seed + ")");
}

void Unparser::Pattern(const PatternNode& pattern, bool nested) {
  const auto children = [&](const char* separator) {
    for (size_t i = 0; i < pattern.children.size(); ++i) {
      if (i != 0) Text(separator);
      Pattern(pattern.children[i], pattern.kind != PatternKind::kPermute && pattern.kind != PatternKind::kExclusion);
    }
  };
  switch (pattern.kind) {
    case PatternKind::kVariable: Name(pattern.variable); break;
    case PatternKind::kEmpty: Text("()"); break;
    case PatternKind::kPermute:
      Text("PERMUTE (");
      children(", ");
      Text(")");
      break;
    case PatternKind::kExclusion:
      Text("{- ");
      children("");
      Text(" -}");
      break;
    case PatternKind::kConcatenation:
    case PatternKind::kAlternation:
      if (nested) Text("(");
      children(pattern.kind == PatternKind::kConcatenation ? " " : " | ");
      if (nested) Text(")");
      break;
    case PatternKind::kQuantified: {
      // A quantifier on a quantifier needs parentheses, which nothing else here gives it.
      const bool doubled = pattern.children[0].kind == PatternKind::kQuantified;
      if (doubled) Text("(");
      children("");
      if (doubled) Text(")");
      if (!pattern.maximum && pattern.minimum <= 1) {
        Text(pattern.minimum == 0 ? " *" : " +");
      } else if (pattern.minimum == 0 && pattern.maximum == 1) {
        Text(" ?");
      } else {
        Text(" {" + std::to_string(pattern.minimum) + ", ");
        if (pattern.maximum) Text(std::to_string(*pattern.maximum));
        Text("}");
      }
      if (pattern.reluctant) Text(" ?");
      break;
    }
  }
}

void Unparser::Group(const GroupItem& item) {
  switch (item.kind) {
    case GroupItemKind::kExpression: return List(item.expressions);
    case GroupItemKind::kSet:
      Text("(");
      List(item.expressions);
      return Text(")");
    case GroupItemKind::kRollup: Text("ROLLUP("); break;
    case GroupItemKind::kCube: Text("CUBE("); break;
    case GroupItemKind::kGroupingSets: Text("GROUPING SETS("); break;
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

std::string Unparse(const Expression& expression) { return UnparseNode(expression); }
std::string Unparse(const Query& query) { return UnparseNode(query); }
std::string Unparse(const TypeNode& type) { return UnparseNode(type); }
std::string Unparse(const IntervalQualifier& qualifier) { return UnparseNode(qualifier); }

std::string Unparse(const QualifiedName& name) {
  std::string text;
  for (const Identifier& part : name.parts) text += (text.empty() ? "" : ".") + QuoteName(part.text);
  return text;
}

std::string QuoteName(std::string_view name) { return Quote(name, '`'); }
std::string QuoteString(std::string_view text) { return Quote(text, '\''); }

}  // namespace millrace::sql
