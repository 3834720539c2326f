#include "sql/parser/table_reference_parser.h"

#include "sql/lexer/error_codes.h"
#include "sql/parser/argument_parser.h"
#include "sql/parser/expression_parser.h"
#include "sql/parser/function_parser.h"
#include "sql/parser/query_parser.h"

namespace millrace::sql {
namespace {

constexpr int kRepeatableSeedMax = 2147483647;

TableReferencePtr MakeReference(const TokenStream& tokens, const SourcePlace& start,
                                TableReference::Node node) {
  return std::make_unique<TableReference>(std::move(node), tokens.RangeFrom(start));
}

Result<TableReferencePtr> ParseJoinTree(TokenStream& tokens);

/// f(...) with its name at the current token.
Result<TableReferencePtr> ParseTableFunction(TokenStream& tokens, const SourcePlace& start, bool lateral,
                                             bool keyword) {
  tokens.Accept("SPECIFIC"_kw);
  ASSIGN_OR_RETURN(QualifiedName name, tokens.ExpectQualifiedName("a table function"));
  ASSIGN_OR_RETURN(ExpressionPtr call, ParseCallRest(tokens, std::move(name)));
  if (auto* function = call->As<FunctionCall>()) MakeTableArguments(*function);
  if (keyword) RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return MakeReference(tokens, start, TableFunction{std::move(call), lateral, keyword});
}

/// (query) or (a JOIN b ...)
Result<TableReferencePtr> ParseParenthesized(TokenStream& tokens, const SourcePlace& start, bool lateral) {
  const DepthScope depth(tokens);
  RETURN_IF_ERROR(depth.status());
  tokens.Take();
  QueryPtr query;
  if (AtQuery(tokens)) {
    ASSIGN_OR_RETURN(query, ParseQuery(tokens));
  } else {
    ASSIGN_OR_RETURN(TableReferencePtr inner, ParseJoinTree(tokens));
    auto* derived = inner->As<DerivedTable>();
    const bool goes_on = derived != nullptr && !derived->lateral && !inner->alias && AtQueryRest(tokens);
    if (!goes_on) {
      RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
      if (!lateral) return inner;
      if (derived == nullptr) {
        return Status(kSyntaxError, "LATERAL takes a query or a table function").WithPlace(start);
      }
      derived->lateral = true;
      return inner;
    }
    ASSIGN_OR_RETURN(query, ParseQueryRest(tokens, std::move(derived->query)));
  }
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return MakeReference(tokens, start, DerivedTable{std::move(query), lateral});
}

Result<TableReferencePtr> ParseUnnest(TokenStream& tokens, const SourcePlace& start, bool lateral) {
  tokens.Take();
  Unnest unnest;
  unnest.lateral = lateral;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  do {
    ASSIGN_OR_RETURN(ExpressionPtr collection, ParseQueryOrExpression(tokens));
    unnest.collections.push_back(std::move(collection));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  if (tokens.Accept("WITH"_kw)) {
    RETURN_IF_ERROR(tokens.Expect("ORDINALITY"_kw));
    unnest.with_ordinality = true;
  }
  return MakeReference(tokens, start, std::move(unnest));
}

/// A table without alias and clauses.
Result<TableReferencePtr> ParseTablePrimary(TokenStream& tokens) {
  const SourcePlace start = tokens.Here();
  const bool lateral = tokens.Accept("LATERAL"_kw);
  if (tokens.Is("UNNEST"_kw)) return ParseUnnest(tokens, start, lateral);
  if (tokens.Is("TABLE"_kw) && tokens.NextIs(TokenKind::kLeftParen)) {
    tokens.Take();
    tokens.Take();
    return ParseTableFunction(tokens, start, lateral, true);
  }
  if (tokens.Is(TokenKind::kLeftParen)) return ParseParenthesized(tokens, start, lateral);
  if (tokens.Is("VALUES"_kw) || tokens.Is("SELECT"_kw))
    return tokens.Unexpected("a table; put a query in parentheses");
  if (lateral) return ParseTableFunction(tokens, start, lateral, false);
  ASSIGN_OR_RETURN(QualifiedName name, tokens.ExpectQualifiedName("a table"));
  if (tokens.Is(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(ExpressionPtr call, ParseCallRest(tokens, std::move(name)));
    if (auto* function = call->As<FunctionCall>()) MakeTableArguments(*function);
    return MakeReference(tokens, start, TableFunction{std::move(call), false, false});
  }
  NamedTable table;
  table.name = std::move(name);
  ASSIGN_OR_RETURN(table.hints, ParseHints(tokens));
  return MakeReference(tokens, start, std::move(table));
}

Status ParseAlias(TokenStream& tokens, TableReference& table) {
  const bool as = tokens.Accept("AS"_kw);
  if (!as && !tokens.IsName()) return Status::Ok();
  const Token token = tokens.Peek();
  if (table.As<Join>() != nullptr) {
    return Status(kSyntaxError, "a join in parentheses takes no alias")
        .WithPlace(token.place)
        .WithSuggestion("give aliases to its tables, or write (SELECT * FROM ...)");
  }
  TableAlias alias;
  ASSIGN_OR_RETURN(alias.name, tokens.ExpectName("an alias"));
  if (tokens.At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(alias.columns, tokens.ExpectNameList("a column name"));
  } else if (!as) {
    tokens.NoteBareAlias(token);
  }
  table.alias = std::move(alias);
  return Status::Ok();
}

Status ParseSample(TokenStream& tokens, TableReference& table) {
  if (!tokens.Accept("TABLESAMPLE"_kw)) return Status::Ok();
  TableSample sample;
  sample.bernoulli = tokens.Accept("BERNOULLI"_kw);
  if (!sample.bernoulli) RETURN_IF_ERROR(tokens.Expect("SYSTEM"_kw));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  if (!tokens.Is(TokenKind::kInteger) && !tokens.Is(TokenKind::kDecimal))
    return tokens.Unexpected("a percentage");
  sample.percentage = std::string(tokens.Take().text);
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  if (tokens.Accept("REPEATABLE"_kw)) {
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
    std::string seed = tokens.Accept(TokenKind::kMinus) ? "-" : "";
    ASSIGN_OR_RETURN(const int value, tokens.ExpectInteger("a seed", kRepeatableSeedMax));
    sample.repeatable_seed = seed + std::to_string(value);
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  }
  table.sample = std::move(sample);
  return Status::Ok();
}

/// A table with FOR SYSTEM_TIME, MATCH_RECOGNIZE, alias and sample.
Result<TableReferencePtr> ParseTable(TokenStream& tokens) {
  const SourcePlace start = tokens.Here();
  ASSIGN_OR_RETURN(TableReferencePtr table, ParseTablePrimary(tokens));
  if (tokens.AcceptWords({"FOR"_kw, "SYSTEM_TIME"_kw})) {
    RETURN_IF_ERROR(tokens.ExpectWords({"AS"_kw, "OF"_kw}));
    ASSIGN_OR_RETURN(table->system_time, ParseExpression(tokens));
  }
  if (tokens.At("MATCH_RECOGNIZE"_kw)) {
    ASSIGN_OR_RETURN(table, ParseMatchRecognize(tokens, std::move(table)));
  }
  if (tokens.Is("PIVOT"_kw) || tokens.Is("UNPIVOT"_kw)) {
    return Status(kUnsupportedSyntax, std::string(KeywordText(*tokens.Peek().keyword)) + " is not supported")
        .WithPlace(tokens.Here())
        .WithSuggestion("write it with CASE and GROUP BY, or UNION ALL");
  }
  if (!table->alias) RETURN_IF_ERROR(ParseAlias(tokens, *table));
  RETURN_IF_ERROR(ParseSample(tokens, *table));
  table->place = tokens.RangeFrom(start);
  return table;
}

/// The words of a join up to JOIN; none when the current token begins no join.
Result<std::optional<JoinKind>> ParseJoinKind(TokenStream& tokens) {
  if (tokens.Accept("JOIN"_kw)) return std::optional(JoinKind::kInner);
  std::optional<JoinKind> kind;
  if (tokens.Accept("INNER"_kw)) {
    kind = JoinKind::kInner;
  } else if (tokens.Accept("LEFT"_kw)) {
    kind = JoinKind::kLeft;
  } else if (tokens.Accept("RIGHT"_kw)) {
    kind = JoinKind::kRight;
  } else if (tokens.Accept("FULL"_kw)) {
    kind = JoinKind::kFull;
  } else if (tokens.Accept("CROSS"_kw)) {
    kind = JoinKind::kCross;
  } else {
    return kind;
  }
  if (tokens.Is("APPLY"_kw)) {
    return Status(kUnsupportedSyntax, "CROSS APPLY is not supported")
        .WithPlace(tokens.Here())
        .WithSuggestion("write CROSS JOIN LATERAL");
  }
  const bool outer = *kind == JoinKind::kLeft || *kind == JoinKind::kRight || *kind == JoinKind::kFull;
  if (outer) tokens.Accept("OUTER"_kw);
  RETURN_IF_ERROR(tokens.Expect("JOIN"_kw));
  return kind;
}

Status ParseJoinCondition(TokenStream& tokens, Join& join) {
  if (tokens.Accept("ON"_kw)) {
    const bool allowed = join.kind != JoinKind::kCross && !join.natural;
    if (!allowed) return Status(kSyntaxError, "this join takes no ON").WithPlace(tokens.Here());
    ASSIGN_OR_RETURN(join.on, ParseExpression(tokens));
    return Status::Ok();
  }
  if (join.kind == JoinKind::kCross || join.natural) return Status::Ok();
  if (!tokens.Accept("USING"_kw)) return tokens.Unexpected("ON or USING");
  ASSIGN_OR_RETURN(join.using_columns, tokens.ExpectNameList("a column name"));
  return Status::Ok();
}

/// A table and the joins behind it, which associate to the left.
Result<TableReferencePtr> ParseJoinTree(TokenStream& tokens) {
  HeightScope height(tokens);
  const SourcePlace start = tokens.Here();
  ASSIGN_OR_RETURN(TableReferencePtr left, ParseTable(tokens));
  while (true) {
    Join join;
    join.natural = tokens.Accept("NATURAL"_kw);
    ASSIGN_OR_RETURN(const std::optional<JoinKind> kind, ParseJoinKind(tokens));
    if (!kind) {
      if (join.natural) return tokens.Unexpected();
      return left;
    }
    join.kind = *kind;
    join.left = std::move(left);
    ASSIGN_OR_RETURN(join.right, ParseTable(tokens));
    RETURN_IF_ERROR(ParseJoinCondition(tokens, join));
    left = MakeReference(tokens, start, std::move(join));
    RETURN_IF_ERROR(height.AddLevel());
  }
}

}  // namespace

Result<TableReferencePtr> ParseFrom(TokenStream& tokens) {
  HeightScope height(tokens);
  const SourcePlace start = tokens.Here();
  ASSIGN_OR_RETURN(TableReferencePtr left, ParseJoinTree(tokens));
  while (tokens.Accept(TokenKind::kComma)) {
    Join join;
    join.kind = JoinKind::kComma;
    join.left = std::move(left);
    ASSIGN_OR_RETURN(join.right, ParseJoinTree(tokens));
    left = MakeReference(tokens, start, std::move(join));
    RETURN_IF_ERROR(height.AddLevel());
  }
  return left;
}

}  // namespace millrace::sql
