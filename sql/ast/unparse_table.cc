#include "sql/ast/unparser.h"

namespace millrace::sql {
namespace {

const char* JoinText(const Join& join) {
  switch (join.kind) {
    case JoinKind::kComma:
      return ",\n";
    case JoinKind::kCross:
      return "\nCROSS JOIN ";
    case JoinKind::kInner:
      return join.natural ? "\nNATURAL INNER JOIN " : "\nINNER JOIN ";
    case JoinKind::kLeft:
      return join.natural ? "\nNATURAL LEFT JOIN " : "\nLEFT JOIN ";
    case JoinKind::kRight:
      return join.natural ? "\nNATURAL RIGHT JOIN " : "\nRIGHT JOIN ";
    case JoinKind::kFull:
      return join.natural ? "\nNATURAL FULL JOIN " : "\nFULL JOIN ";
  }
  return "";
}

/// Writes the node of a table reference: one overload for each kind.
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
      case AfterMatchSkip::kUnspecified:
        return;
      case AfterMatchSkip::kToNextRow:
        return to.Text("\nAFTER MATCH SKIP TO NEXT ROW");
      case AfterMatchSkip::kPastLastRow:
        return to.Text("\nAFTER MATCH SKIP PAST LAST ROW");
      case AfterMatchSkip::kToFirst:
        to.Text("\nAFTER MATCH SKIP TO FIRST ");
        break;
      case AfterMatchSkip::kToLast:
        to.Text("\nAFTER MATCH SKIP TO LAST ");
        break;
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

}  // namespace

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
      Pattern(pattern.children[i],
              pattern.kind != PatternKind::kPermute && pattern.kind != PatternKind::kExclusion);
    }
  };
  switch (pattern.kind) {
    case PatternKind::kVariable:
      Name(pattern.variable);
      break;
    case PatternKind::kEmpty:
      Text("()");
      break;
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

}  // namespace millrace::sql
