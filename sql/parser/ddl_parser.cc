#include "sql/parser/ddl_parser.h"

#include "sql/lexer/error_codes.h"
#include "sql/parser/query_parser.h"
#include "sql/parser/table_definition_parser.h"

namespace millrace::sql {
namespace {

/// What stands between CREATE and the kind of object.
struct CreatePrefix {
  bool or_replace = false;
  bool or_alter = false;
  bool temporary = false;
  bool system = false;
  SourcePlace place;
};

Status NotHere(const char* what, const SourcePlace& place) {
  return Status(kSyntaxError, std::string(what) + " is not possible with this kind of object")
      .WithPlace(place);
}

bool ParseIfNotExists(TokenStream& tokens) {
  return tokens.AcceptWords({"IF"_kw, "NOT"_kw, "EXISTS"_kw});
}

bool ParseIfExists(TokenStream& tokens) {
  return tokens.AcceptWords({"IF"_kw, "EXISTS"_kw});
}

/// [COMMENT] [DISTRIBUTED ...] [PARTITIONED BY (...)] [WITH (...)]; T is a table of either kind.
template <class Table>
Status ParseTableClauses(TokenStream& tokens, Table& table) {
  ASSIGN_OR_RETURN(table.comment, ParseOptionalComment(tokens));
  if (tokens.Accept("DISTRIBUTED"_kw)) {
    ASSIGN_OR_RETURN(table.distribution, ParseDistribution(tokens));
  }
  if (tokens.Accept("PARTITIONED"_kw)) {
    RETURN_IF_ERROR(tokens.Expect("BY"_kw));
    ASSIGN_OR_RETURN(table.partitioned_by, tokens.ExpectNameList("a column name"));
  }
  ASSIGN_OR_RETURN(table.options, ParseOptionalWith(tokens));
  return Status::Ok();
}

/// Columns without a type have a meaning only where a query gives the types.
Status CheckColumnTypes(const CreateTable& table) {
  if (table.query != nullptr) return Status::Ok();
  for (const ColumnDefinition& column : table.schema.columns) {
    if (column.kind != ColumnKind::kNameOnly) continue;
    return Status(kSyntaxError, "column has no type: " + column.name.last())
        .WithPlace(column.place)
        .WithSuggestion("write a data type behind its name");
  }
  return Status::Ok();
}

Result<Statement::Node> ParseCreateTable(TokenStream& tokens, const CreatePrefix& prefix, bool create) {
  CreateTable table;
  table.temporary = prefix.temporary;
  table.create = create;
  table.replace = prefix.or_replace || !create;
  RETURN_IF_ERROR(tokens.Expect("TABLE"_kw));
  table.if_not_exists = ParseIfNotExists(tokens);
  ASSIGN_OR_RETURN(table.name, tokens.ExpectQualifiedName("a table name"));
  if (tokens.At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(table.schema, ParseTableSchema(tokens, ColumnContext::kCreate));
  }
  RETURN_IF_ERROR(ParseTableClauses(tokens, table));
  if (tokens.Accept("LIKE"_kw)) {
    ASSIGN_OR_RETURN(table.like, ParseLikeClause(tokens));
  } else if (tokens.Accept("AS"_kw)) {
    ASSIGN_OR_RETURN(table.query, ParseQuery(tokens));
  } else if (table.replace) {
    return tokens.Unexpected();
  }
  RETURN_IF_ERROR(CheckColumnTypes(table));
  return Statement::Node(std::move(table));
}

Result<Statement::Node> ParseCreateMaterializedTable(TokenStream& tokens, const CreatePrefix& prefix) {
  CreateMaterializedTable table;
  table.or_alter = prefix.or_alter;
  RETURN_IF_ERROR(tokens.ExpectWords({"MATERIALIZED"_kw, "TABLE"_kw}));
  table.if_not_exists = ParseIfNotExists(tokens);
  ASSIGN_OR_RETURN(table.name, tokens.ExpectQualifiedName("a table name"));
  if (tokens.At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(table.schema, ParseTableSchema(tokens, ColumnContext::kCreate));
  }
  RETURN_IF_ERROR(ParseTableClauses(tokens, table));
  if (tokens.Accept("FRESHNESS"_kw)) {
    ASSIGN_OR_RETURN(table.freshness, ParseFreshness(tokens));
  }
  if (tokens.Accept("REFRESH_MODE"_kw)) {
    ASSIGN_OR_RETURN(table.refresh_mode, ParseRefreshMode(tokens));
  }
  RETURN_IF_ERROR(tokens.Expect("AS"_kw));
  ASSIGN_OR_RETURN(table.query, ParseQuery(tokens));
  return Statement::Node(std::move(table));
}

Result<Statement::Node> ParseCreateView(TokenStream& tokens, const CreatePrefix& prefix) {
  CreateView view;
  view.temporary = prefix.temporary;
  view.or_replace = prefix.or_replace;
  RETURN_IF_ERROR(tokens.Expect("VIEW"_kw));
  view.if_not_exists = ParseIfNotExists(tokens);
  ASSIGN_OR_RETURN(view.name, tokens.ExpectQualifiedName("a view name"));
  if (tokens.At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(view.columns, tokens.ExpectNameList("a column name"));
  }
  ASSIGN_OR_RETURN(view.comment, ParseOptionalComment(tokens));
  RETURN_IF_ERROR(tokens.Expect("AS"_kw));
  ASSIGN_OR_RETURN(view.query, ParseQuery(tokens));
  return Statement::Node(std::move(view));
}

/// CREATE CATALOG and CREATE DATABASE have one form.
template <class Object>
Result<Statement::Node> ParseCreateNamespace(TokenStream& tokens, const char* what) {
  Object object;
  tokens.Take();
  object.if_not_exists = ParseIfNotExists(tokens);
  ASSIGN_OR_RETURN(object.name, tokens.ExpectQualifiedName(what));
  ASSIGN_OR_RETURN(object.comment, ParseOptionalComment(tokens));
  ASSIGN_OR_RETURN(object.options, ParseOptionalWith(tokens));
  return Statement::Node(std::move(object));
}

/// USING JAR 'path', FILE 'path', ...
Status ParseResources(TokenStream& tokens, CreateFunction& function) {
  do {
    FunctionResource resource;
    for (Keyword keyword : {"JAR"_kw, "FILE"_kw, "ARCHIVE"_kw}) {
      if (!tokens.At(keyword)) continue;
      resource.type = KeywordText(keyword);
      break;
    }
    if (resource.type.empty()) return tokens.Unexpected();
    tokens.Take();
    ASSIGN_OR_RETURN(resource.path, tokens.ExpectString("a path in quotes"));
    function.resources.push_back(std::move(resource));
  } while (tokens.Accept(TokenKind::kComma));
  return Status::Ok();
}

Result<Statement::Node> ParseCreateFunction(TokenStream& tokens, const CreatePrefix& prefix) {
  CreateFunction function;
  function.temporary = prefix.temporary;
  function.system = prefix.system;
  RETURN_IF_ERROR(tokens.Expect("FUNCTION"_kw));
  function.if_not_exists = ParseIfNotExists(tokens);
  ASSIGN_OR_RETURN(function.name, tokens.ExpectQualifiedName("a function name"));
  if (function.system && !function.name.is_simple()) {
    return Status(kSyntaxError, "a system function belongs to no catalog or database")
        .WithPlace(function.name.place);
  }
  RETURN_IF_ERROR(tokens.Expect("AS"_kw));
  ASSIGN_OR_RETURN(function.class_name, tokens.ExpectString("a class name in quotes"));
  ASSIGN_OR_RETURN(function.language, ParseOptionalLanguage(tokens));
  if (tokens.Accept("USING"_kw)) RETURN_IF_ERROR(ParseResources(tokens, function));
  ASSIGN_OR_RETURN(function.options, ParseOptionalWith(tokens));
  return Statement::Node(std::move(function));
}

/// INPUT (...) or OUTPUT (...) of a model.
Result<std::vector<ColumnDefinition>> ParseModelColumns(TokenStream& tokens) {
  const SourcePlace start = tokens.Here();
  ASSIGN_OR_RETURN(TableSchema schema, ParseTableSchema(tokens, ColumnContext::kCreate));
  if (!schema.constraints.empty() || schema.watermark) {
    return Status(kSyntaxError, "the columns of a model have no constraints and no watermark")
        .WithPlace(start);
  }
  return std::move(schema.columns);
}

Result<Statement::Node> ParseCreateModel(TokenStream& tokens, const CreatePrefix& prefix) {
  CreateModel model;
  model.temporary = prefix.temporary;
  RETURN_IF_ERROR(tokens.Expect("MODEL"_kw));
  model.if_not_exists = ParseIfNotExists(tokens);
  ASSIGN_OR_RETURN(model.name, tokens.ExpectQualifiedName("a model name"));
  if (tokens.Accept("INPUT"_kw)) {
    ASSIGN_OR_RETURN(model.input, ParseModelColumns(tokens));
  }
  if (tokens.Accept("OUTPUT"_kw)) {
    ASSIGN_OR_RETURN(model.output, ParseModelColumns(tokens));
  }
  ASSIGN_OR_RETURN(model.comment, ParseOptionalComment(tokens));
  ASSIGN_OR_RETURN(model.options, ParseOptionalWith(tokens));
  if (tokens.Accept("AS"_kw)) {
    ASSIGN_OR_RETURN(model.query, ParseQuery(tokens));
  }
  return Statement::Node(std::move(model));
}

/// Which prefixes go with which kind of object.
Status CheckPrefix(const CreatePrefix& prefix, ObjectKind kind) {
  const bool can_replace = kind == ObjectKind::kTable || kind == ObjectKind::kView;
  const bool can_be_temporary = can_replace || kind == ObjectKind::kFunction || kind == ObjectKind::kModel;
  if (prefix.or_replace && !can_replace) return NotHere("OR REPLACE", prefix.place);
  if (prefix.or_alter && kind != ObjectKind::kMaterializedTable) return NotHere("OR ALTER", prefix.place);
  if (prefix.temporary && !can_be_temporary) return NotHere("TEMPORARY", prefix.place);
  if (prefix.system && kind != ObjectKind::kFunction) return NotHere("SYSTEM", prefix.place);
  if (prefix.or_replace && prefix.temporary && kind == ObjectKind::kTable) {
    return NotHere("OR REPLACE TEMPORARY", prefix.place);
  }
  return Status::Ok();
}

std::optional<ObjectKind> PeekObjectKind(TokenStream& tokens) {
  if (tokens.At("TABLE"_kw)) return ObjectKind::kTable;
  if (tokens.At("VIEW"_kw)) return ObjectKind::kView;
  if (tokens.At("MATERIALIZED"_kw)) return ObjectKind::kMaterializedTable;
  if (tokens.At("MODEL"_kw)) return ObjectKind::kModel;
  if (tokens.At("FUNCTION"_kw)) return ObjectKind::kFunction;
  if (tokens.At("DATABASE"_kw)) return ObjectKind::kDatabase;
  if (tokens.At("CATALOG"_kw)) return ObjectKind::kCatalog;
  return std::nullopt;
}

}  // namespace

Result<ObjectKind> ParseObjectKind(TokenStream& tokens) {
  const auto kind = PeekObjectKind(tokens);
  if (!kind) return tokens.Unexpected();
  tokens.Take();
  if (*kind == ObjectKind::kMaterializedTable) RETURN_IF_ERROR(tokens.Expect("TABLE"_kw));
  return *kind;
}

Result<std::string> ParseOptionalLanguage(TokenStream& tokens) {
  if (!tokens.Accept("LANGUAGE"_kw)) return std::string();
  for (Keyword keyword : {"JAVA"_kw, "SCALA"_kw, "SQL"_kw, "PYTHON"_kw}) {
    if (tokens.Accept(keyword)) return std::string(KeywordText(keyword));
  }
  return tokens.Unexpected();
}

Result<Statement::Node> ParseCreate(TokenStream& tokens) {
  CreatePrefix prefix;
  tokens.Take();
  prefix.place = tokens.Here();
  if (tokens.Accept("OR"_kw)) {
    prefix.or_alter = tokens.Accept("ALTER"_kw);
    prefix.or_replace = !prefix.or_alter;
    if (prefix.or_replace) RETURN_IF_ERROR(tokens.Expect("REPLACE"_kw));
  }
  prefix.temporary = tokens.Accept("TEMPORARY"_kw);
  prefix.system = prefix.temporary && tokens.Accept("SYSTEM"_kw);
  const auto kind = PeekObjectKind(tokens);
  if (!kind) return tokens.Unexpected();
  RETURN_IF_ERROR(CheckPrefix(prefix, *kind));
  switch (*kind) {
    case ObjectKind::kTable:
      return ParseCreateTable(tokens, prefix, true);
    case ObjectKind::kView:
      return ParseCreateView(tokens, prefix);
    case ObjectKind::kMaterializedTable:
      return ParseCreateMaterializedTable(tokens, prefix);
    case ObjectKind::kModel:
      return ParseCreateModel(tokens, prefix);
    case ObjectKind::kFunction:
      return ParseCreateFunction(tokens, prefix);
    case ObjectKind::kDatabase:
      return ParseCreateNamespace<CreateDatabase>(tokens, "a database name");
    case ObjectKind::kCatalog:
      return ParseCreateNamespace<CreateCatalog>(tokens, "a catalog name");
  }
  return tokens.Unexpected();
}

Result<Statement::Node> ParseReplace(TokenStream& tokens) {
  tokens.Take();
  return ParseCreateTable(tokens, CreatePrefix{}, false);
}

Result<Statement::Node> ParseDrop(TokenStream& tokens) {
  DropObject drop;
  tokens.Take();
  CreatePrefix prefix;
  prefix.place = tokens.Here();
  drop.temporary = prefix.temporary = tokens.Accept("TEMPORARY"_kw);
  drop.system = prefix.system = drop.temporary && tokens.Accept("SYSTEM"_kw);
  ASSIGN_OR_RETURN(drop.kind, ParseObjectKind(tokens));
  RETURN_IF_ERROR(CheckPrefix(prefix, drop.kind));
  drop.if_exists = ParseIfExists(tokens);
  ASSIGN_OR_RETURN(drop.name, tokens.ExpectQualifiedName("a name"));
  if (drop.kind == ObjectKind::kDatabase) {
    drop.cascade = tokens.Accept("CASCADE"_kw);
    if (!drop.cascade) tokens.Accept("RESTRICT"_kw);
  }
  return Statement::Node(std::move(drop));
}

}  // namespace millrace::sql
