#include "sql/parser/query_parser.h"

#include "sql/lexer/error_codes.h"
#include "sql/parser/expression_parser.h"
#include "sql/parser/select_parser.h"

namespace millrace::sql {
namespace {

enum SetPrecedence : int { kUnionLevel = 0, kIntersectLevel = 1, kLeafLevel = 2 };

QueryPtr MakeQuery(const TokenStream& tokens, const SourcePlace& start, Query::Body body) {
  return std::make_unique<Query>(std::move(body), tokens.RangeFrom(start));
}

/// A value of VALUES, or DEFAULT.
Result<ExpressionPtr> ParseRowValue(TokenStream& tokens) {
  const SourcePlace start = tokens.Here();
  if (!tokens.Accept("DEFAULT"_kw)) return ParseQueryOrExpression(tokens);
  return MakeExpression(tokens, start, SymbolArgument{"DEFAULT"});
}

/// (a, b), ROW(a, b), or a value alone.
Result<std::vector<ExpressionPtr>> ParseValuesRow(TokenStream& tokens) {
  std::vector<ExpressionPtr> row;
  if (tokens.Is("ROW"_kw) && tokens.NextIs(TokenKind::kLeftParen)) tokens.Take();
  if (!tokens.At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(ExpressionPtr value, ParseExpression(tokens));
    row.push_back(std::move(value));
    return row;
  }
  tokens.Take();
  do {
    ASSIGN_OR_RETURN(ExpressionPtr value, ParseRowValue(tokens));
    row.push_back(std::move(value));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return row;
}

Result<Values> ParseValues(TokenStream& tokens) {
  tokens.Take();
  Values values;
  do {
    ASSIGN_OR_RETURN(std::vector<ExpressionPtr> row, ParseValuesRow(tokens));
    values.rows.push_back(std::move(row));
  } while (tokens.Accept(TokenKind::kComma));
  return values;
}

/// SELECT, VALUES, TABLE t or (query).
Result<QueryPtr> ParseLeaf(TokenStream& tokens) {
  const SourcePlace start = tokens.Here();
  if (tokens.At("SELECT"_kw)) {
    ASSIGN_OR_RETURN(Select select, ParseSelect(tokens));
    return MakeQuery(tokens, start, std::move(select));
  }
  if (tokens.At("VALUES"_kw)) {
    ASSIGN_OR_RETURN(Values values, ParseValues(tokens));
    return MakeQuery(tokens, start, std::move(values));
  }
  if (tokens.Accept("TABLE"_kw)) {
    ASSIGN_OR_RETURN(QualifiedName name, tokens.ExpectQualifiedName("a table name"));
    return MakeQuery(tokens, start, ExplicitTable{std::move(name)});
  }
  if (!tokens.Accept(TokenKind::kLeftParen)) return tokens.Unexpected();
  ASSIGN_OR_RETURN(QueryPtr query, ParseQuery(tokens));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  query->place = tokens.RangeFrom(start);
  return query;
}

struct SetWord {
  SetOperator op;
  SetPrecedence level;
};

std::optional<SetWord> MatchSetOperator(TokenStream& tokens) {
  if (tokens.At("UNION"_kw)) return SetWord{SetOperator::kUnion, kUnionLevel};
  if (tokens.At("EXCEPT"_kw)) return SetWord{SetOperator::kExcept, kUnionLevel};
  if (tokens.At("INTERSECT"_kw)) return SetWord{SetOperator::kIntersect, kIntersectLevel};
  return std::nullopt;
}

/// Goes on with set operators of at least `level` behind `left`.
Result<QueryPtr> ParseSetOperators(TokenStream& tokens, QueryPtr left, int level) {
  const DepthScope depth(tokens);
  RETURN_IF_ERROR(depth.status());
  HeightScope height(tokens);
  while (const auto word = MatchSetOperator(tokens)) {
    if (word->level < level) break;
    SetOperation operation;
    operation.op = word->op;
    operation.op_place = tokens.Take().place;
    operation.all = tokens.Accept("ALL"_kw);
    if (!operation.all) tokens.Accept("DISTINCT"_kw);
    ASSIGN_OR_RETURN(QueryPtr right, ParseLeaf(tokens));
    ASSIGN_OR_RETURN(operation.right, ParseSetOperators(tokens, std::move(right), word->level + 1));
    const SourcePlace start = left->place;
    operation.left = std::move(left);
    left = MakeQuery(tokens, start, std::move(operation));
    RETURN_IF_ERROR(height.AddLevel());
  }
  return left;
}

Result<ExpressionPtr> ParseRowCount(TokenStream& tokens) {
  if (!tokens.Is(TokenKind::kInteger)) return tokens.Unexpected("a number of rows");
  return ParsePrimary(tokens);
}

/// OFFSET n [ROW | ROWS]
Status ParseOffset(TokenStream& tokens, Query& query) {
  ASSIGN_OR_RETURN(query.offset, ParseRowCount(tokens));
  if (!tokens.Accept("ROWS"_kw)) tokens.Accept("ROW"_kw);
  return Status::Ok();
}

/// FETCH FIRST | NEXT n ROW | ROWS ONLY
Status ParseFetch(TokenStream& tokens, Query& query) {
  if (!tokens.Accept("FIRST"_kw)) RETURN_IF_ERROR(tokens.Expect("NEXT"_kw));
  ASSIGN_OR_RETURN(query.limit, ParseRowCount(tokens));
  if (!tokens.Accept("ROWS"_kw)) RETURN_IF_ERROR(tokens.Expect("ROW"_kw));
  return tokens.Expect("ONLY"_kw);
}

bool HasOuterClauses(const Query& query) {
  return query.with || !query.order_by.empty() || query.limit != nullptr || query.offset != nullptr;
}

/// ORDER BY and limits behind `query`.
Result<QueryPtr> ParseOrderAndLimit(TokenStream& tokens, QueryPtr query) {
  const bool has_order = tokens.At("ORDER"_kw);
  const bool has_limit = tokens.At("LIMIT"_kw) || tokens.At("OFFSET"_kw) || tokens.At("FETCH"_kw);
  if (!has_order && !has_limit) return query;
  const SourcePlace start = query->place;
  if (HasOuterClauses(*query)) query = MakeQuery(tokens, start, std::move(query));
  if (tokens.Accept("ORDER"_kw)) {
    RETURN_IF_ERROR(tokens.Expect("BY"_kw));
    ASSIGN_OR_RETURN(query->order_by, ParseOrderItems(tokens));
  }
  if (tokens.Accept("LIMIT"_kw)) {
    if (!tokens.Accept("ALL"_kw)) {
      ASSIGN_OR_RETURN(query->limit, ParseRowCount(tokens));
    }
    if (tokens.Accept("OFFSET"_kw)) RETURN_IF_ERROR(ParseOffset(tokens, *query));
  } else {
    if (tokens.Accept("OFFSET"_kw)) RETURN_IF_ERROR(ParseOffset(tokens, *query));
    if (tokens.Accept("FETCH"_kw)) RETURN_IF_ERROR(ParseFetch(tokens, *query));
  }
  query->place = tokens.RangeFrom(start);
  return query;
}

/// WITH [RECURSIVE] name (columns) AS (query), ...
Result<WithClause> ParseWith(TokenStream& tokens) {
  WithClause with;
  with.place = tokens.Take().place;
  with.recursive = tokens.Accept("RECURSIVE"_kw);
  do {
    CommonTable table;
    ASSIGN_OR_RETURN(table.name, tokens.ExpectName("a name for a query"));
    if (tokens.At(TokenKind::kLeftParen)) {
      ASSIGN_OR_RETURN(table.columns, tokens.ExpectNameList("a column name"));
    }
    RETURN_IF_ERROR(tokens.Expect("AS"_kw));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
    ASSIGN_OR_RETURN(table.query, ParseQuery(tokens));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
    with.tables.push_back(std::move(table));
  } while (tokens.Accept(TokenKind::kComma));
  with.place = tokens.RangeFrom(with.place);
  return with;
}

}  // namespace

Result<QueryPtr> ParseQuery(TokenStream& tokens) {
  const DepthScope depth(tokens);
  RETURN_IF_ERROR(depth.status());
  HeightScope height(tokens);
  const SourcePlace start = tokens.Here();
  std::optional<WithClause> with;
  if (tokens.At("WITH"_kw)) {
    ASSIGN_OR_RETURN(with, ParseWith(tokens));
  }
  ASSIGN_OR_RETURN(QueryPtr query, ParseLeaf(tokens));
  ASSIGN_OR_RETURN(query, ParseQueryRest(tokens, std::move(query)));
  if (with) {
    if (query->with) query = MakeQuery(tokens, start, std::move(query));
    query->with = std::move(with);
    query->place = tokens.RangeFrom(start);
  }
  RETURN_IF_ERROR(height.AddLevel());
  return query;
}

Result<ExpressionPtr> ParseQueryOrExpression(TokenStream& tokens) {
  const SourcePlace start = tokens.Here();
  if (AtQuery(tokens)) {
    ASSIGN_OR_RETURN(QueryPtr query, ParseQuery(tokens));
    return MakeExpression(tokens, start, ScalarSubquery{std::move(query)});
  }
  ASSIGN_OR_RETURN(ExpressionPtr expression, ParseExpression(tokens));
  auto* subquery = expression->As<ScalarSubquery>();
  if (subquery == nullptr || !AtQueryRest(tokens)) return expression;
  ASSIGN_OR_RETURN(subquery->query, ParseQueryRest(tokens, std::move(subquery->query)));
  expression->place = tokens.RangeFrom(start);
  return expression;
}

Result<QueryPtr> ParseQueryRest(TokenStream& tokens, QueryPtr query) {
  ASSIGN_OR_RETURN(query, ParseSetOperators(tokens, std::move(query), kUnionLevel));
  return ParseOrderAndLimit(tokens, std::move(query));
}

bool AtQueryRest(TokenStream& tokens) {
  return tokens.Is("UNION"_kw) || tokens.Is("EXCEPT"_kw) || tokens.Is("INTERSECT"_kw) ||
         tokens.Is("LIMIT"_kw) || tokens.Is("OFFSET"_kw) || tokens.Is("FETCH"_kw) ||
         (tokens.Is("ORDER"_kw) && tokens.NextIs("BY"_kw));
}

}  // namespace millrace::sql
