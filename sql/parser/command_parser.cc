#include "sql/parser/command_parser.h"

#include "sql/lexer/error_codes.h"
#include "sql/parser/function_parser.h"
#include "sql/parser/table_definition_parser.h"

namespace millrace::sql {
namespace {

/// Whether the current token ends a statement.
bool AtEnd(TokenStream& tokens) {
  const bool semicolon = tokens.At(TokenKind::kSemicolon);
  return semicolon || tokens.At(TokenKind::kEnd);
}

/// [FROM | IN name]
Status ParseShowScope(TokenStream& tokens, Show& show) {
  if (!tokens.Accept("FROM"_kw) && !tokens.Accept("IN"_kw)) return Status::Ok();
  ASSIGN_OR_RETURN(show.name, tokens.ExpectQualifiedName("a name"));
  return Status::Ok();
}

/// [[NOT] LIKE | ILIKE 'pattern']
Status ParseShowLike(TokenStream& tokens, Show& show) {
  ShowLike like;
  like.negated = tokens.Accept("NOT"_kw);
  like.ignore_case = tokens.Accept("ILIKE"_kw);
  if (!like.ignore_case && !tokens.Accept("LIKE"_kw))
    return like.negated ? tokens.Unexpected() : Status::Ok();
  ASSIGN_OR_RETURN(like.pattern, tokens.ExpectString("a pattern in quotes"));
  show.like = std::move(like);
  return Status::Ok();
}

Status ParseShowCreate(TokenStream& tokens, Show& show) {
  if (tokens.Accept("TABLE"_kw)) {
    show.kind = ShowKind::kCreateTable;
  } else if (tokens.Accept("VIEW"_kw)) {
    show.kind = ShowKind::kCreateView;
  } else if (tokens.Accept("MATERIALIZED"_kw)) {
    RETURN_IF_ERROR(tokens.Expect("TABLE"_kw));
    show.kind = ShowKind::kCreateMaterializedTable;
  } else if (tokens.Accept("MODEL"_kw)) {
    show.kind = ShowKind::kCreateModel;
  } else {
    RETURN_IF_ERROR(tokens.Expect("CATALOG"_kw));
    show.kind = ShowKind::kCreateCatalog;
  }
  ASSIGN_OR_RETURN(show.name, tokens.ExpectQualifiedName("a name"));
  return Status::Ok();
}

Status ParseShowPartitions(TokenStream& tokens, Show& show) {
  show.kind = ShowKind::kPartitions;
  ASSIGN_OR_RETURN(show.name, tokens.ExpectQualifiedName("a table name"));
  if (!tokens.Accept("PARTITION"_kw)) return Status::Ok();
  ASSIGN_OR_RETURN(show.partition, ParsePartitionSpec(tokens));
  return Status::Ok();
}

/// The kinds that are one or two words, and what may follow them.
struct ShowForm {
  Keyword first;
  std::optional<Keyword> second;
  ShowKind kind;
  bool has_scope;
  bool has_like;
};

constexpr ShowForm kShowForms[] = {
    {"CATALOGS"_kw, std::nullopt, ShowKind::kCatalogs, false, true},
    {"CURRENT"_kw, "CATALOG"_kw, ShowKind::kCurrentCatalog, false, false},
    {"CURRENT"_kw, "DATABASE"_kw, ShowKind::kCurrentDatabase, false, false},
    {"DATABASES"_kw, std::nullopt, ShowKind::kDatabases, true, true},
    {"TABLES"_kw, std::nullopt, ShowKind::kTables, true, true},
    {"VIEWS"_kw, std::nullopt, ShowKind::kViews, true, true},
    {"MATERIALIZED"_kw, "TABLES"_kw, ShowKind::kMaterializedTables, true, true},
    {"COLUMNS"_kw, std::nullopt, ShowKind::kColumns, true, true},
    {"FUNCTIONS"_kw, std::nullopt, ShowKind::kFunctions, true, true},
    {"USER"_kw, "FUNCTIONS"_kw, ShowKind::kUserFunctions, true, true},
    {"PROCEDURES"_kw, std::nullopt, ShowKind::kProcedures, true, true},
    {"MODELS"_kw, std::nullopt, ShowKind::kModels, true, true},
    {"MODULES"_kw, std::nullopt, ShowKind::kModules, false, false},
    {"FULL"_kw, "MODULES"_kw, ShowKind::kFullModules, false, false},
    {"JARS"_kw, std::nullopt, ShowKind::kJars, false, false},
    {"JOBS"_kw, std::nullopt, ShowKind::kJobs, false, false},
};

/// The kinds of DESCRIBE other than a table.
struct DescribeForm {
  Keyword word;
  DescribeKind kind;
};

constexpr DescribeForm kDescribeForms[] = {
    {"DATABASE"_kw, DescribeKind::kDatabase},
    {"CATALOG"_kw, DescribeKind::kCatalog},
    {"FUNCTION"_kw, DescribeKind::kFunction},
    {"MODEL"_kw, DescribeKind::kModel},
};

}  // namespace

Result<Statement::Node> ParseShow(TokenStream& tokens) {
  Show show;
  tokens.Take();
  if (tokens.Accept("CREATE"_kw)) {
    RETURN_IF_ERROR(ParseShowCreate(tokens, show));
    return Statement::Node(std::move(show));
  }
  if (tokens.Accept("PARTITIONS"_kw)) {
    RETURN_IF_ERROR(ParseShowPartitions(tokens, show));
    return Statement::Node(std::move(show));
  }
  bool first_matched = false;
  for (const ShowForm& form : kShowForms) {
    if (!tokens.At(form.first)) continue;
    if (form.second && !tokens.NextIs(*form.second)) {
      first_matched = true;
      continue;
    }
    tokens.Take();
    if (form.second) tokens.Take();
    show.kind = form.kind;
    if (form.kind == ShowKind::kColumns && !tokens.At("FROM"_kw) && !tokens.At("IN"_kw))
      return tokens.Unexpected();
    if (form.has_scope) RETURN_IF_ERROR(ParseShowScope(tokens, show));
    if (form.has_like) RETURN_IF_ERROR(ParseShowLike(tokens, show));
    return Statement::Node(std::move(show));
  }
  if (!first_matched) return tokens.Unexpected();
  const Token first = tokens.Take();
  for (const ShowForm& form : kShowForms) {
    if (form.second && form.first == first.keyword) tokens.At(*form.second);
  }
  return tokens.Unexpected();
}

Result<Statement::Node> ParseDescribe(TokenStream& tokens) {
  Describe describe;
  tokens.Take();
  if (tokens.Is("JOB"_kw) && tokens.IsString(1)) {
    tokens.Take();
    describe.kind = DescribeKind::kJob;
    ASSIGN_OR_RETURN(describe.job_id, tokens.ExpectString("the id of a job in quotes"));
    return Statement::Node(std::move(describe));
  }
  for (const DescribeForm& form : kDescribeForms) {
    // Some of these words are names as well: DESCRIBE model.
    if (!tokens.Is(form.word) || !(tokens.IsName(1) || tokens.NextIs("EXTENDED"_kw))) continue;
    tokens.Take();
    describe.kind = form.kind;
    break;
  }
  describe.extended = tokens.Accept("EXTENDED"_kw);
  ASSIGN_OR_RETURN(describe.name, tokens.ExpectQualifiedName("a name"));
  return Statement::Node(std::move(describe));
}

Result<Statement::Node> ParseUse(TokenStream& tokens) {
  Use use;
  tokens.Take();
  if (tokens.Accept("MODULES"_kw)) {
    use.kind = UseKind::kModules;
    do {
      ASSIGN_OR_RETURN(Identifier name, tokens.ExpectName("a module"));
      use.modules.push_back(std::move(name));
    } while (tokens.Accept(TokenKind::kComma));
    return Statement::Node(std::move(use));
  }
  if (tokens.Is("CATALOG"_kw) && tokens.IsName(1)) {
    tokens.Take();
    use.kind = UseKind::kCatalog;
  }
  ASSIGN_OR_RETURN(use.name, tokens.ExpectQualifiedName("a database"));
  return Statement::Node(std::move(use));
}

namespace {

/// The source text up to `stop` or the end of the statement, blanks at its ends taken off: an option without
/// quotes, such as table.exec.state.ttl.
Result<StringValue> TakeRawText(TokenStream& tokens, TokenKind stop, std::string_view what) {
  StringValue value;
  value.place = tokens.Here();
  bool any = false;
  while (!tokens.Is(stop) && !AtEnd(tokens)) {
    if (tokens.Is(TokenKind::kInvalid)) return tokens.Unexpected();
    tokens.Take();
    any = true;
  }
  if (!any) return tokens.Unexpected(what);
  value.place = tokens.RangeFrom(value.place);
  value.text = std::string(tokens.TextOf(value.place));
  return value;
}

/// A quoted value that is the whole of what is left, or raw text.
Result<StringValue> ParseOptionText(TokenStream& tokens, TokenKind stop, std::string_view what) {
  const TokenKind next = tokens.Peek(1).kind;
  if (tokens.IsString() && (next == stop || next == TokenKind::kSemicolon || next == TokenKind::kEnd)) {
    return tokens.ExpectString(what);
  }
  return TakeRawText(tokens, stop, what);
}

}  // namespace

Result<Statement::Node> ParseSet(TokenStream& tokens) {
  SetCommand set;
  tokens.Take();
  if (AtEnd(tokens)) return Statement::Node(std::move(set));
  Property property;
  ASSIGN_OR_RETURN(property.key, ParseOptionText(tokens, TokenKind::kEqual, "an option"));
  RETURN_IF_ERROR(tokens.Expect(TokenKind::kEqual));
  ASSIGN_OR_RETURN(property.value, ParseOptionText(tokens, TokenKind::kSemicolon, "a value"));
  set.property = std::move(property);
  return Statement::Node(std::move(set));
}

Result<Statement::Node> ParseReset(TokenStream& tokens) {
  ResetCommand reset;
  tokens.Take();
  if (AtEnd(tokens)) return Statement::Node(std::move(reset));
  ASSIGN_OR_RETURN(reset.key, ParseOptionText(tokens, TokenKind::kSemicolon, "an option"));
  return Statement::Node(std::move(reset));
}

Result<Statement::Node> ParseLoadModule(TokenStream& tokens) {
  LoadModule load;
  tokens.Take();
  RETURN_IF_ERROR(tokens.Expect("MODULE"_kw));
  ASSIGN_OR_RETURN(load.name, tokens.ExpectName("a module"));
  ASSIGN_OR_RETURN(load.options, ParseOptionalWith(tokens));
  return Statement::Node(std::move(load));
}

Result<Statement::Node> ParseUnloadModule(TokenStream& tokens) {
  UnloadModule unload;
  tokens.Take();
  RETURN_IF_ERROR(tokens.Expect("MODULE"_kw));
  ASSIGN_OR_RETURN(unload.name, tokens.ExpectName("a module"));
  return Statement::Node(std::move(unload));
}

Result<Statement::Node> ParseJar(TokenStream& tokens) {
  JarCommand jar;
  jar.remove = tokens.Take().keyword == "REMOVE"_kw;
  RETURN_IF_ERROR(tokens.Expect("JAR"_kw));
  ASSIGN_OR_RETURN(jar.path, tokens.ExpectString("a path in quotes"));
  return Statement::Node(std::move(jar));
}

Result<Statement::Node> ParseStopJob(TokenStream& tokens) {
  StopJob stop;
  tokens.Take();
  RETURN_IF_ERROR(tokens.Expect("JOB"_kw));
  ASSIGN_OR_RETURN(stop.job_id, tokens.ExpectString("the id of a job in quotes"));
  stop.with_savepoint = tokens.AcceptWords({"WITH"_kw, "SAVEPOINT"_kw});
  stop.with_drain = stop.with_savepoint && tokens.AcceptWords({"WITH"_kw, "DRAIN"_kw});
  return Statement::Node(std::move(stop));
}

Result<Statement::Node> ParseCall(TokenStream& tokens) {
  CallProcedure call;
  tokens.Take();
  ASSIGN_OR_RETURN(QualifiedName name, tokens.ExpectQualifiedName("a procedure"));
  ASSIGN_OR_RETURN(call.call, ParseCallRest(tokens, std::move(name)));
  return Statement::Node(std::move(call));
}

Result<Statement::Node> ParseAnalyze(TokenStream& tokens) {
  AnalyzeTable analyze;
  tokens.Take();
  RETURN_IF_ERROR(tokens.Expect("TABLE"_kw));
  ASSIGN_OR_RETURN(analyze.name, tokens.ExpectQualifiedName("a table name"));
  if (tokens.Accept("PARTITION"_kw)) {
    ASSIGN_OR_RETURN(analyze.partition, ParsePartitionSpec(tokens, PartitionKeys::kAlone));
  }
  RETURN_IF_ERROR(tokens.ExpectWords({"COMPUTE"_kw, "STATISTICS"_kw}));
  if (!tokens.Accept("FOR"_kw)) return Statement::Node(std::move(analyze));
  analyze.all_columns = tokens.Accept("ALL"_kw);
  RETURN_IF_ERROR(tokens.Expect("COLUMNS"_kw));
  if (analyze.all_columns) return Statement::Node(std::move(analyze));
  do {
    ASSIGN_OR_RETURN(Identifier column, tokens.ExpectName("a column name"));
    analyze.columns.push_back(std::move(column));
  } while (tokens.Accept(TokenKind::kComma));
  return Statement::Node(std::move(analyze));
}

}  // namespace millrace::sql
