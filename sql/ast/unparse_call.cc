#include "sql/ast/expression_writer.h"
#include "sql/ast/precedence.h"
#include "sql/ast/unparse.h"
#include "sql/lexer/keywords.h"

namespace millrace::sql {
namespace {

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

void ExpressionWriter::operator()(const FunctionCall& node) {
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

void ExpressionWriter::FunctionName(const QualifiedName& name) {
  const Identifier& part = name.parts.front();
  const auto keyword = FindKeyword(part.text);
  const bool plain = IsPlainName(part.text) || (keyword && IsReserved(*keyword));
  if (name.is_simple() && !part.quoted && plain) {
    to.Text(UpperCase(part.text));
  } else {
    to.Name(name);
  }
}

void ExpressionWriter::Arguments(const FunctionCall& node) {
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

void ExpressionWriter::FilterAndOver(const ExpressionPtr& filter,
                                     const std::unique_ptr<WindowSpecification>& over) {
  if (filter != nullptr) {
    to.Text(" FILTER (WHERE ");
    to.Write(*filter);
    to.Text(")");
  }
  if (over == nullptr) return;
  to.Text(" OVER ");
  to.Window(*over);
}

void ExpressionWriter::operator()(const TimeUnitArgument& node) {
  to.Text(TimeUnitName(node.unit));
}

/// Words of the grammar stand as they are; the name of a character set is a name.
void ExpressionWriter::operator()(const SymbolArgument& node) {
  to.Text(IsReservedWord(node.text) ? node.text : QuoteName(node.text));
}

void ExpressionWriter::operator()(const TableArgument& node) {
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

void ExpressionWriter::operator()(const ModelArgument& node) {
  to.Text("MODEL ");
  to.Name(node.name);
}

void ExpressionWriter::operator()(const Descriptor& node) {
  to.Text("DESCRIPTOR");
  to.Names(node.columns);
}

void Unparser::Bound(const FrameBound& bound) {
  switch (bound.kind) {
    case FrameBoundKind::kUnboundedPreceding:
      Text("UNBOUNDED PRECEDING");
      break;
    case FrameBoundKind::kUnboundedFollowing:
      Text("UNBOUNDED FOLLOWING");
      break;
    case FrameBoundKind::kCurrentRow:
      Text("CURRENT ROW");
      break;
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
