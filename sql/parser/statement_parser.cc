#include "sql/parser/statement_parser.h"

#include <fmt/format.h>

#include "sql/lexer/error_codes.h"
#include "sql/parser/command_parser.h"
#include "sql/parser/ddl_parser.h"
#include "sql/parser/expression_parser.h"
#include "sql/parser/query_parser.h"
#include "sql/parser/table_definition_parser.h"

namespace millrace::sql {
namespace {

using NodeParser = Result<Statement::Node> (*)(TokenStream&);

/// Whether a parenthesis here opens a query and not a list of columns.
bool AtParenthesizedQuery(TokenStream& tokens) {
  size_t ahead = 0;
  while (tokens.NextIs(TokenKind::kLeftParen, ahead)) ++ahead;
  return ahead > 0 && (tokens.NextIs("SELECT"_kw, ahead) || tokens.NextIs("WITH"_kw, ahead) ||
                       tokens.NextIs("VALUES"_kw, ahead) || tokens.NextIs("TABLE"_kw, ahead));
}

/// (a, b.c, ...)
Result<std::vector<QualifiedName>> ParseColumnNames(TokenStream& tokens) {
  std::vector<QualifiedName> names;
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kLeftParen));
  do {
    ASSIGN_OR_RETURN(QualifiedName name, tokens.ExpectQualifiedName("a column name"));
    names.push_back(std::move(name));
  } while (tokens.Accept(TokenKind::kComma));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kRightParen));
  return names;
}

Result<Statement::Node> ParseInsert(TokenStream& tokens) {
  Insert insert;
  insert.upsert = tokens.Take().keyword == "UPSERT"_kw;
  if (!insert.upsert) insert.overwrite = tokens.Accept("OVERWRITE"_kw);
  if (!insert.overwrite) RETURN_IF_ERROR(tokens.Expect("INTO"_kw));
  ASSIGN_OR_RETURN(insert.target, tokens.ExpectQualifiedName("a table name"));
  ASSIGN_OR_RETURN(insert.hints, ParseHints(tokens));
  if (tokens.Accept("PARTITION"_kw)) {
    ASSIGN_OR_RETURN(insert.partition, ParsePartitionSpec(tokens));
  }
  if (tokens.At(TokenKind::kLeftParen) && !AtParenthesizedQuery(tokens)) {
    ASSIGN_OR_RETURN(insert.columns, ParseColumnNames(tokens));
  }
  ASSIGN_OR_RETURN(insert.query, ParseQuery(tokens));
  return Statement::Node(std::move(insert));
}

Result<Statement::Node> ParseQueryStatement(TokenStream& tokens) {
  QueryStatement statement;
  ASSIGN_OR_RETURN(statement.query, ParseQuery(tokens));
  return Statement::Node(std::move(statement));
}

template <NodeParser Parse>
Result<StatementPtr> ParseAs(TokenStream& tokens) {
  const SourcePlace start = tokens.Here();
  ASSIGN_OR_RETURN(Statement::Node node, Parse(tokens));
  return std::make_unique<Statement>(std::move(node), tokens.RangeFrom(start));
}

/// The INSERTs of a statement set up to END, each with its semicolon.
Status ParseSetMembers(TokenStream& tokens, StatementSet& set) {
  while (!tokens.At("END"_kw)) {
    if (!tokens.At("INSERT"_kw) && !tokens.At("UPSERT"_kw)) {
      const Token found = tokens.Peek();
      if (found.kind != TokenKind::kWord || !found.keyword) return tokens.Unexpected();
      return Status(kStatementNotAllowed,
                    fmt::format("a statement set holds INSERT only, found: {}", found.text))
          .WithPlace(found.place)
          .WithSuggestion("end the set with END; before other statements");
    }
    ASSIGN_OR_RETURN(StatementPtr insert, ParseAs<ParseInsert>(tokens));
    set.statements.push_back(std::move(insert));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kSemicolon));
  }
  if (set.statements.empty()) {
    return Status(kSyntaxError, "a statement set holds at least one INSERT").WithPlace(tokens.Here());
  }
  return tokens.Expect("END"_kw);
}

/// STATEMENT SET BEGIN insert; ... END
Result<Statement::Node> ParseStatementSet(TokenStream& tokens) {
  RETURN_IF_ERROR(tokens.ExpectWords({"STATEMENT"_kw, "SET"_kw, "BEGIN"_kw}));
  StatementSet set;
  RETURN_IF_ERROR(ParseSetMembers(tokens, set));
  return Statement::Node(std::move(set));
}

/// BEGIN STATEMENT SET; insert; ... END
Result<Statement::Node> ParseBegin(TokenStream& tokens) {
  tokens.Take();
  RETURN_IF_ERROR(tokens.ExpectWords({"STATEMENT"_kw, "SET"_kw}));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kSemicolon));
  StatementSet set;
  RETURN_IF_ERROR(ParseSetMembers(tokens, set));
  return Statement::Node(std::move(set));
}

Result<Statement::Node> ParseExecute(TokenStream& tokens) {
  tokens.Take();
  if (tokens.Accept("PLAN"_kw)) {
    ExecutePlan plan;
    ASSIGN_OR_RETURN(plan.path, tokens.ExpectString("a path in quotes"));
    return Statement::Node(std::move(plan));
  }
  if (tokens.At("STATEMENT"_kw)) return ParseStatementSet(tokens);
  if (tokens.At("INSERT"_kw) || tokens.At("UPSERT"_kw)) {
    ASSIGN_OR_RETURN(Statement::Node node, ParseInsert(tokens));
    std::get<Insert>(node).execute = true;
    return node;
  }
  if (!AtQuery(tokens) && !tokens.Is(TokenKind::kLeftParen)) {
    tokens.At("SELECT"_kw);
    return tokens.Unexpected();
  }
  ASSIGN_OR_RETURN(Statement::Node node, ParseQueryStatement(tokens));
  std::get<QueryStatement>(node).execute = true;
  return node;
}

/// What EXPLAIN and COMPILE PLAN take: the statements that make a job.
Result<StatementPtr> ParseJobStatement(TokenStream& tokens, bool queries) {
  if (tokens.At("STATEMENT"_kw)) return ParseAs<ParseStatementSet>(tokens);
  if (tokens.At("INSERT"_kw) || tokens.At("UPSERT"_kw)) return ParseAs<ParseInsert>(tokens);
  if (queries) {
    if (AtQuery(tokens) || tokens.Is(TokenKind::kLeftParen)) return ParseAs<ParseQueryStatement>(tokens);
    if (tokens.At("CREATE"_kw)) return ParseAs<ParseCreate>(tokens);
    if (tokens.At("REPLACE"_kw)) return ParseAs<ParseReplace>(tokens);
    if (tokens.At("EXECUTE"_kw)) return ParseAs<ParseExecute>(tokens);
    tokens.At("SELECT"_kw);
  }
  return tokens.Unexpected();
}

/// COMPILE PLAN 'path' [IF NOT EXISTS] FOR ..., COMPILE AND EXECUTE PLAN 'path' FOR ...
Result<Statement::Node> ParseCompile(TokenStream& tokens) {
  CompilePlan plan;
  tokens.Take();
  plan.execute = tokens.AcceptWords({"AND"_kw, "EXECUTE"_kw});
  RETURN_IF_ERROR(tokens.Expect("PLAN"_kw));
  ASSIGN_OR_RETURN(plan.path, tokens.ExpectString("a path in quotes"));
  if (!plan.execute) plan.if_not_exists = tokens.AcceptWords({"IF"_kw, "NOT"_kw, "EXISTS"_kw});
  RETURN_IF_ERROR(tokens.Expect("FOR"_kw));
  ASSIGN_OR_RETURN(plan.statement, ParseJobStatement(tokens, false));
  return Statement::Node(std::move(plan));
}

std::optional<ExplainDetail> MatchExplainDetail(TokenStream& tokens) {
  if (tokens.At("ESTIMATED_COST"_kw)) return ExplainDetail::kEstimatedCost;
  if (tokens.At("CHANGELOG_MODE"_kw)) return ExplainDetail::kChangelogMode;
  if (tokens.At("JSON_EXECUTION_PLAN"_kw)) return ExplainDetail::kJsonExecutionPlan;
  if (tokens.At("PLAN_ADVICE"_kw)) return ExplainDetail::kPlanAdvice;
  return std::nullopt;
}

Result<Statement::Node> ParseExplain(TokenStream& tokens) {
  Explain explain;
  tokens.Take();
  if (!tokens.AcceptWords({"PLAN"_kw, "FOR"_kw})) {
    bool more = MatchExplainDetail(tokens).has_value();
    while (more) {
      const auto detail = MatchExplainDetail(tokens);
      if (!detail) return tokens.Unexpected();
      explain.details.push_back(*detail);
      tokens.Take();
      more = tokens.Accept(TokenKind::kComma);
    }
  }
  ASSIGN_OR_RETURN(explain.statement, ParseJobStatement(tokens, true));
  const auto* create = explain.statement->As<CreateTable>();
  const bool creates = explain.statement->As<QueryStatement>() == nullptr &&
                       explain.statement->As<Insert>() == nullptr &&
                       explain.statement->As<StatementSet>() == nullptr;
  if (creates && (create == nullptr || create->query == nullptr)) {
    return Status(kStatementNotAllowed,
                  fmt::format("EXPLAIN takes a query, INSERT or CREATE TABLE AS, found: {}",
                              StatementName(*explain.statement)))
        .WithPlace(explain.statement->place);
  }
  return Statement::Node(std::move(explain));
}

Result<Statement::Node> ParseTruncate(TokenStream& tokens) {
  TruncateTable truncate;
  tokens.Take();
  RETURN_IF_ERROR(tokens.Expect("TABLE"_kw));
  ASSIGN_OR_RETURN(truncate.name, tokens.ExpectQualifiedName("a table name"));
  return Statement::Node(std::move(truncate));
}

/// [[AS] alias]
Status ParseTargetAlias(TokenStream& tokens, std::optional<Identifier>& alias) {
  if (!tokens.Accept("AS"_kw) && !tokens.IsName()) return Status::Ok();
  ASSIGN_OR_RETURN(alias, tokens.ExpectName("an alias"));
  return Status::Ok();
}

Result<Statement::Node> ParseDelete(TokenStream& tokens) {
  DeleteFrom node;
  tokens.Take();
  RETURN_IF_ERROR(tokens.Expect("FROM"_kw));
  ASSIGN_OR_RETURN(node.table, tokens.ExpectQualifiedName("a table name"));
  RETURN_IF_ERROR(ParseTargetAlias(tokens, node.alias));
  if (tokens.Accept("WHERE"_kw)) {
    ASSIGN_OR_RETURN(node.where, ParseExpression(tokens));
  }
  return Statement::Node(std::move(node));
}

Result<Statement::Node> ParseUpdate(TokenStream& tokens) {
  Update node;
  tokens.Take();
  ASSIGN_OR_RETURN(node.table, tokens.ExpectQualifiedName("a table name"));
  RETURN_IF_ERROR(ParseTargetAlias(tokens, node.alias));
  RETURN_IF_ERROR(tokens.Expect("SET"_kw));
  do {
    Assignment assignment;
    ASSIGN_OR_RETURN(assignment.column, tokens.ExpectQualifiedName("a column name"));
    RETURN_IF_ERROR(tokens.Expect(TokenKind::kEqual));
    ASSIGN_OR_RETURN(assignment.value, ParseExpression(tokens));
    node.assignments.push_back(std::move(assignment));
  } while (tokens.Accept(TokenKind::kComma));
  if (tokens.Accept("WHERE"_kw)) {
    ASSIGN_OR_RETURN(node.where, ParseExpression(tokens));
  }
  return Statement::Node(std::move(node));
}

struct StatementForm {
  Keyword first;
  NodeParser parse;
};

constexpr StatementForm kForms[] = {
    {"SELECT"_kw, ParseQueryStatement},
    {"WITH"_kw, ParseQueryStatement},
    {"VALUES"_kw, ParseQueryStatement},
    {"TABLE"_kw, ParseQueryStatement},
    {"INSERT"_kw, ParseInsert},
    {"UPSERT"_kw, ParseInsert},
    {"BEGIN"_kw, ParseBegin},
    {"EXECUTE"_kw, ParseExecute},
    {"COMPILE"_kw, ParseCompile},
    {"EXPLAIN"_kw, ParseExplain},
    {"CREATE"_kw, ParseCreate},
    {"REPLACE"_kw, ParseReplace},
    {"DROP"_kw, ParseDrop},
    {"ALTER"_kw, ParseAlter},
    {"SHOW"_kw, ParseShow},
    {"DESCRIBE"_kw, ParseDescribe},
    {"DESC"_kw, ParseDescribe},
    {"USE"_kw, ParseUse},
    {"SET"_kw, ParseSet},
    {"RESET"_kw, ParseReset},
    {"LOAD"_kw, ParseLoadModule},
    {"UNLOAD"_kw, ParseUnloadModule},
    {"ADD"_kw, ParseJar},
    {"REMOVE"_kw, ParseJar},
    {"STOP"_kw, ParseStopJob},
    {"CALL"_kw, ParseCall},
    {"TRUNCATE"_kw, ParseTruncate},
    {"DELETE"_kw, ParseDelete},
    {"UPDATE"_kw, ParseUpdate},
    {"ANALYZE"_kw, ParseAnalyze},
};

}  // namespace

Result<StatementPtr> ParseStatement(TokenStream& tokens) {
  if (tokens.Is(TokenKind::kLeftParen)) return ParseAs<ParseQueryStatement>(tokens);
  const SourcePlace start = tokens.Here();
  for (const StatementForm& form : kForms) {
    if (!tokens.At(form.first)) continue;
    ASSIGN_OR_RETURN(Statement::Node node, form.parse(tokens));
    return std::make_unique<Statement>(std::move(node), tokens.RangeFrom(start));
  }
  if (tokens.Is("MERGE"_kw)) {
    return Status(kUnsupportedSyntax, "MERGE is not supported")
        .WithPlace(start)
        .WithSuggestion("INSERT INTO a table with a primary key updates its rows");
  }
  if (tokens.Is("END"_kw)) return Status(kSyntaxError, "END without BEGIN STATEMENT SET").WithPlace(start);
  return tokens.Unexpected();
}

}  // namespace millrace::sql
