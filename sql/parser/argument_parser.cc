#include "sql/parser/argument_parser.h"

#include "sql/parser/expression_parser.h"
#include "sql/parser/query_parser.h"

namespace millrace::sql {
namespace {

/// PARTITION BY a | (a, b) and ORDER BY a | (a, b) behind a table argument.
Status ParsePartitionAndOrder(TokenStream& tokens, TableArgument& table) {
  if (tokens.AcceptWords({"PARTITION"_kw, "BY"_kw})) {
    if (tokens.Accept(TokenKind::kLeftParen)) {
      ASSIGN_OR_RETURN(table.partition_by, ParseExpressionList(tokens));
      RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
    } else {
      ASSIGN_OR_RETURN(ExpressionPtr column, ParsePrimary(tokens));
      table.partition_by.push_back(std::move(column));
    }
  }
  if (!tokens.AcceptWords({"ORDER"_kw, "BY"_kw})) return Status::Ok();
  if (tokens.Accept(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(table.order_by, ParseOrderItems(tokens));
    return tokens.Expect(TokenKind::kRightParen);
  }
  OrderItem item;
  ASSIGN_OR_RETURN(item.expression, ParseExpression(tokens));
  if (tokens.Accept("DESC"_kw)) {
    item.descending = true;
  } else {
    tokens.Accept("ASC"_kw);
  }
  table.order_by.push_back(std::move(item));
  return Status::Ok();
}

/// TABLE t [PARTITION BY ...] [ORDER BY ...]
Result<ExpressionPtr> ParseTable(TokenStream& tokens) {
  const SourcePlace start = tokens.Take().place;
  ASSIGN_OR_RETURN(QualifiedName name, tokens.ExpectQualifiedName("a table name"));
  TableArgument table;
  table.query = std::make_unique<Query>(ExplicitTable{std::move(name)}, tokens.RangeFrom(start));
  RETURN_IF_ERROR(ParsePartitionAndOrder(tokens, table));
  return MakeExpression(tokens, start, std::move(table));
}

Result<ExpressionPtr> ParseValue(TokenStream& tokens) {
  const SourcePlace start = tokens.Here();
  if (tokens.Is("DEFAULT"_kw)) {
    tokens.Take();
    return MakeExpression(tokens, start, SymbolArgument{"DEFAULT"});
  }
  if (tokens.Is("TABLE"_kw) && tokens.IsName(1)) return ParseTable(tokens);
  if (tokens.Is("MODEL"_kw) && tokens.IsName(1)) {
    tokens.Take();
    ASSIGN_OR_RETURN(QualifiedName name, tokens.ExpectQualifiedName("a model name"));
    return MakeExpression(tokens, start, ModelArgument{std::move(name)});
  }
  ASSIGN_OR_RETURN(ExpressionPtr value, ParseQueryOrExpression(tokens));
  auto* subquery = value->As<ScalarSubquery>();
  const bool has_clause = tokens.Is("PARTITION"_kw) || (tokens.Is("ORDER"_kw) && tokens.NextIs("BY"_kw));
  if (subquery == nullptr || !has_clause) return value;
  TableArgument table;
  table.query = std::move(subquery->query);
  RETURN_IF_ERROR(ParsePartitionAndOrder(tokens, table));
  return MakeExpression(tokens, start, std::move(table));
}

}  // namespace

Status ParseArguments(TokenStream& tokens, FunctionCall& call) {
  if (tokens.Is(TokenKind::kRightParen)) return Status::Ok();
  if (tokens.Is(TokenKind::kStar)) {
    const SourcePlace start = tokens.Take().place;
    call.arguments.push_back({std::nullopt, MakeExpression(tokens, start, Star{})});
    return Status::Ok();
  }
  if (tokens.Accept("DISTINCT"_kw)) {
    call.quantifier = SetQuantifier::kDistinct;
  } else if (tokens.Accept("ALL"_kw)) {
    call.quantifier = SetQuantifier::kAll;
  }
  do {
    FunctionArgument argument;
    if (tokens.IsName() && tokens.NextIs(TokenKind::kArrow)) {
      ASSIGN_OR_RETURN(argument.name, tokens.ExpectName("an argument name"));
      tokens.Take();
    }
    ASSIGN_OR_RETURN(argument.value, ParseValue(tokens));
    call.arguments.push_back(std::move(argument));
  } while (tokens.Accept(TokenKind::kComma));
  if (tokens.AcceptWords({"ORDER"_kw, "BY"_kw})) {
    ASSIGN_OR_RETURN(call.order_by, ParseOrderItems(tokens));
  }
  return Status::Ok();
}

void MakeTableArguments(FunctionCall& call) {
  for (FunctionArgument& argument : call.arguments) {
    auto* subquery = argument.value->As<ScalarSubquery>();
    if (subquery == nullptr) continue;
    TableArgument table;
    table.query = std::move(subquery->query);
    argument.value->node = std::move(table);
  }
}

}  // namespace millrace::sql
