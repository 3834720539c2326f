#include "sql/parser/select_parser.h"

#include "sql/lexer/error_codes.h"
#include "sql/parser/expression_parser.h"
#include "sql/parser/query_parser.h"
#include "sql/parser/table_reference_parser.h"

namespace millrace::sql {
namespace {

Result<SelectItem> ParseSelectItem(TokenStream& tokens) {
  SelectItem item;
  item.place = tokens.Here();
  if (tokens.Is(TokenKind::kStar)) {
    tokens.Take();
    item.expression = MakeExpression(tokens, item.place, Star{});
    return item;
  }
  ASSIGN_OR_RETURN(item.expression, ParseExpression(tokens));
  if (tokens.Accept("AS"_kw)) {
    ASSIGN_OR_RETURN(item.alias, tokens.ExpectName("an alias"));
  } else if (tokens.IsName()) {
    const Token token = tokens.Peek();
    ASSIGN_OR_RETURN(item.alias, tokens.ExpectName("an alias"));
    tokens.NoteBareAlias(token);
  }
  item.place = tokens.RangeFrom(item.place);
  return item;
}

/// GROUPING SETS (...), ROLLUP (...), CUBE (...), (), (a, b) or an expression.
Result<GroupItem> ParseGroupItem(TokenStream& tokens);

Status ParseGroupItems(TokenStream& tokens, std::vector<GroupItem>& items) {
  do {
    ASSIGN_OR_RETURN(GroupItem item, ParseGroupItem(tokens));
    items.push_back(std::move(item));
  } while (tokens.Accept(TokenKind::kComma));
  return Status::Ok();
}

Result<GroupItem> ParseGroupItem(TokenStream& tokens) {
  const DepthScope depth(tokens);
  RETURN_IF_ERROR(depth.status());
  GroupItem item;
  item.place = tokens.Here();
  const bool rollup = tokens.Is("ROLLUP"_kw);
  const bool sets = tokens.Is("GROUPING"_kw) && tokens.NextIs("SETS"_kw);
  if (rollup || sets || tokens.Is("CUBE"_kw)) {
    item.kind = rollup ? GroupItemKind::kRollup : sets ? GroupItemKind::kGroupingSets : GroupItemKind::kCube;
    tokens.Take();
    if (sets) tokens.Take();
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
    RETURN_IF_ERROR(ParseGroupItems(tokens, item.items));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  } else if (tokens.Is(TokenKind::kLeftParen) && tokens.NextIs(TokenKind::kRightParen)) {
    item.kind = GroupItemKind::kSet;
    tokens.Take();
    tokens.Take();
  } else {
    ASSIGN_OR_RETURN(ExpressionPtr expression, ParseExpression(tokens));
    auto* row = expression->As<RowConstructor>();
    if (row != nullptr && !row->explicit_row) {
      item.kind = GroupItemKind::kSet;
      item.expressions = std::move(row->items);
    } else {
      item.expressions.push_back(std::move(expression));
    }
  }
  item.place = tokens.RangeFrom(item.place);
  return item;
}

Result<GroupBy> ParseGroupBy(TokenStream& tokens) {
  GroupBy group_by;
  group_by.place = tokens.Take().place;
  RETURN_IF_ERROR(tokens.Expect("BY"_kw));
  if (tokens.Accept("DISTINCT"_kw)) {
    group_by.quantifier = SetQuantifier::kDistinct;
  } else if (tokens.Accept("ALL"_kw)) {
    group_by.quantifier = SetQuantifier::kAll;
  }
  RETURN_IF_ERROR(ParseGroupItems(tokens, group_by.items));
  group_by.place = tokens.RangeFrom(group_by.place);
  return group_by;
}

Result<FrameBound> ParseFrameBound(TokenStream& tokens) {
  FrameBound bound;
  if (tokens.AcceptWords({"CURRENT"_kw, "ROW"_kw})) return bound;
  if (tokens.AcceptWords({"UNBOUNDED"_kw, "PRECEDING"_kw})) {
    bound.kind = FrameBoundKind::kUnboundedPreceding;
    return bound;
  }
  if (tokens.AcceptWords({"UNBOUNDED"_kw, "FOLLOWING"_kw})) {
    bound.kind = FrameBoundKind::kUnboundedFollowing;
    return bound;
  }
  ASSIGN_OR_RETURN(bound.offset, ParseExpression(tokens));
  if (tokens.Accept("PRECEDING"_kw)) {
    bound.kind = FrameBoundKind::kPreceding;
  } else {
    RETURN_IF_ERROR(tokens.Expect("FOLLOWING"_kw));
    bound.kind = FrameBoundKind::kFollowing;
  }
  return bound;
}

Result<WindowFrame> ParseFrame(TokenStream& tokens) {
  WindowFrame frame;
  frame.unit = tokens.Take().keyword == "ROWS"_kw ? FrameUnit::kRows : FrameUnit::kRange;
  const bool between = tokens.Accept("BETWEEN"_kw);
  if (!between) {
    ASSIGN_OR_RETURN(frame.start, ParseFrameBound(tokens));
    return frame;
  }
  ASSIGN_OR_RETURN(frame.start, ParseFrameBound(tokens));
  RETURN_IF_ERROR(tokens.Expect("AND"_kw));
  ASSIGN_OR_RETURN(frame.end, ParseFrameBound(tokens));
  return frame;
}

Status ParseWindows(TokenStream& tokens, std::vector<NamedWindow>& windows) {
  do {
    NamedWindow window;
    ASSIGN_OR_RETURN(window.name, tokens.ExpectName("a window name"));
    RETURN_IF_ERROR(tokens.Expect("AS"_kw));
    ASSIGN_OR_RETURN(window.specification, ParseWindowSpecification(tokens));
    windows.push_back(std::move(window));
  } while (tokens.Accept(TokenKind::kComma));
  return Status::Ok();
}

/// key = 'value', 'key' = 'value'
Result<Property> ParseHintProperty(TokenStream& tokens) {
  Property property;
  if (tokens.IsString()) {
    ASSIGN_OR_RETURN(property.key, tokens.ExpectString("an option"));
  } else {
    ASSIGN_OR_RETURN(Identifier name, tokens.ExpectName("an option"));
    property.key = StringValue{std::move(name.text), name.place};
  }
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kEqual));
  ASSIGN_OR_RETURN(property.value, tokens.ExpectString("a value in quotes"));
  return property;
}

/// One element between the parentheses of a hint; the first decides the kind of all.
Status ParseHintArgument(TokenStream& tokens, Hint& hint) {
  const bool literal = tokens.IsString() || tokens.Is(TokenKind::kInteger) || tokens.Is(TokenKind::kDecimal);
  const HintKind kind = tokens.NextIs(TokenKind::kEqual) ? HintKind::kProperties
                        : literal                        ? HintKind::kLiterals
                                                         : HintKind::kNames;
  if (hint.kind != HintKind::kNoArguments && hint.kind != kind) {
    return tokens.Unexpected("arguments of one kind in a hint");
  }
  hint.kind = kind;
  if (kind == HintKind::kProperties) {
    ASSIGN_OR_RETURN(Property property, ParseHintProperty(tokens));
    hint.properties.push_back(std::move(property));
  } else if (kind == HintKind::kNames) {
    ASSIGN_OR_RETURN(QualifiedName name, tokens.ExpectQualifiedName("a name"));
    hint.names.push_back(std::move(name));
  } else if (tokens.IsString()) {
    ASSIGN_OR_RETURN(StringValue value, tokens.ExpectString("a string"));
    hint.literals.push_back(std::move(value));
  } else {
    const Token number = tokens.Take();
    hint.literals.push_back(StringValue{std::string(number.text), number.place});
  }
  return Status::Ok();
}

Result<Hint> ParseHint(TokenStream& tokens) {
  Hint hint;
  ASSIGN_OR_RETURN(hint.name, tokens.ExpectName("the name of a hint"));
  if (!tokens.Accept(TokenKind::kLeftParen)) return hint;
  if (tokens.Accept(TokenKind::kRightParen)) return hint;
  do {
    RETURN_IF_ERROR(ParseHintArgument(tokens, hint));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return hint;
}

/// The clauses from FROM to QUALIFY.
Status ParseClauses(TokenStream& tokens, Select& select) {
  if (!tokens.Accept("FROM"_kw)) return Status::Ok();
  ASSIGN_OR_RETURN(select.from, ParseFrom(tokens));
  if (tokens.Accept("WHERE"_kw)) {
    ASSIGN_OR_RETURN(select.where, ParseExpression(tokens));
  }
  if (tokens.At("GROUP"_kw)) {
    ASSIGN_OR_RETURN(select.group_by, ParseGroupBy(tokens));
  }
  if (tokens.Accept("HAVING"_kw)) {
    ASSIGN_OR_RETURN(select.having, ParseExpression(tokens));
  }
  if (tokens.Accept("WINDOW"_kw)) RETURN_IF_ERROR(ParseWindows(tokens, select.windows));
  if (tokens.Accept("QUALIFY"_kw)) {
    ASSIGN_OR_RETURN(select.qualify, ParseExpression(tokens));
  }
  return Status::Ok();
}

}  // namespace

Result<WindowSpecification> ParseWindowSpecification(TokenStream& tokens) {
  WindowSpecification window;
  window.place = tokens.Here();
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  if (tokens.IsName()) {
    ASSIGN_OR_RETURN(window.base, tokens.ExpectName("a window name"));
  }
  if (tokens.Accept("PARTITION"_kw)) {
    RETURN_IF_ERROR(tokens.Expect("BY"_kw));
    ASSIGN_OR_RETURN(window.partition_by, ParseExpressionList(tokens));
  }
  if (tokens.Accept("ORDER"_kw)) {
    RETURN_IF_ERROR(tokens.Expect("BY"_kw));
    ASSIGN_OR_RETURN(window.order_by, ParseOrderItems(tokens));
  }
  if (tokens.At("ROWS"_kw) || tokens.At("RANGE"_kw)) {
    ASSIGN_OR_RETURN(window.frame, ParseFrame(tokens));
  }
  if (tokens.AcceptWords({"ALLOW"_kw, "PARTIAL"_kw})) {
    window.allow_partial = true;
  } else if (tokens.AcceptWords({"DISALLOW"_kw, "PARTIAL"_kw})) {
    window.allow_partial = false;
  }
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  window.place = tokens.RangeFrom(window.place);
  return window;
}

Result<std::vector<Hint>> ParseHints(TokenStream& tokens) {
  std::vector<Hint> hints;
  if (!tokens.Is(TokenKind::kHintBegin)) return hints;
  tokens.Take();
  do {
    ASSIGN_OR_RETURN(Hint hint, ParseHint(tokens));
    hints.push_back(std::move(hint));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kHintEnd));
  return hints;
}

Result<Select> ParseSelect(TokenStream& tokens) {
  Select select;
  select.place = tokens.Take().place;
  ASSIGN_OR_RETURN(select.hints, ParseHints(tokens));
  if (tokens.Is("STREAM"_kw)) {
    return Status(kUnsupportedSyntax, "SELECT STREAM is not supported")
        .WithPlace(tokens.Here())
        .WithSuggestion("leave STREAM out, every query here is a streaming one");
  }
  if (tokens.Accept("DISTINCT"_kw)) {
    select.quantifier = SetQuantifier::kDistinct;
  } else if (tokens.Accept("ALL"_kw)) {
    select.quantifier = SetQuantifier::kAll;
  }
  do {
    ASSIGN_OR_RETURN(SelectItem item, ParseSelectItem(tokens));
    select.items.push_back(std::move(item));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(ParseClauses(tokens, select));
  select.place = tokens.RangeFrom(select.place);
  return select;
}

}  // namespace millrace::sql
