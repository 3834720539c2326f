#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/aggregate/aggregate_function.h"
#include "core/expr/function_registry.h"
#include "core/types/type_rules.h"
#include "sql/error_codes.h"
#include "sql/session/statement_runner.h"

namespace millrace::sql {
namespace {

/// SQL LIKE: % is any text, _ any character (a byte here: names are compared as written), \ escapes.
bool MatchesLike(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    for (size_t skip = 0; skip <= text.size(); ++skip) {
      if (MatchesLike(text.substr(skip), pattern.substr(1))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern[0] == '\\' && pattern.size() > 1) {
    return text[0] == pattern[1] && MatchesLike(text.substr(1), pattern.substr(2));
  }
  return (pattern[0] == '_' || pattern[0] == text[0]) && MatchesLike(text.substr(1), pattern.substr(1));
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool Selected(const std::string& name, const std::optional<ShowLike>& like) {
  if (!like) return true;
  const bool matches = like->ignore_case ? MatchesLike(Lower(name), Lower(like->pattern.text))
                                         : MatchesLike(name, like->pattern.text);
  return matches != like->negated;
}

Outcome Names(const char* column, const std::vector<std::string>& names,
              const std::optional<ShowLike>& like) {
  RowsBuilder rows({{column, DataType::String()}});
  for (const std::string& name : names) {
    if (Selected(name, like)) rows.Text(name).EndRow();
  }
  return rows.Finish();
}

Result<Outcome> ShowObjects(const Show& show, SessionState& session, bool views_only) {
  std::string catalog = session.names.current_catalog();
  std::string database = session.names.current_database();
  if (show.name) {
    if (show.name->parts.size() > 1) catalog = show.name->parts[0].text;
    database = show.name->last();
  }
  const auto objects = session.names.ObjectsOf(catalog, database);
  if (!objects.ok()) return objects.status().WithPlace(show.name ? show.name->place : SourcePlace{});
  std::vector<std::string> names;
  for (const auto& [name, table] : *objects) {
    if (!views_only || table->view_query) names.push_back(name);
  }
  return Names(views_only ? "view name" : "table name", names, show.like);
}

std::string QuoteText(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

std::string QuoteNames(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

/// The type as DDL text: STRING and BYTES are written out, as Flink does.
std::string SerializableType(const DataType& type) {
  std::string text = type.ToString();
  for (const auto& [shorthand, full] :
       {std::pair<std::string, std::string>{"STRING", "VARCHAR(2147483647)"},
        std::pair<std::string, std::string>{"BYTES", "VARBINARY(2147483647)"}}) {
    for (size_t at = text.find(shorthand); at != std::string::npos;
         at = text.find(shorthand, at + full.size())) {
      text.replace(at, shorthand.size(), full);
    }
  }
  return text;
}

std::string ColumnText(const TableColumn& column) {
  std::string text = fmt::format("  `{}` ", column.name);
  switch (column.kind) {
    case TableColumn::Kind::kPhysical:
      text += SerializableType(column.type);
      break;
    case TableColumn::Kind::kComputed:
      text += "AS " + column.expression;
      break;
    case TableColumn::Kind::kMetadata:
      text += SerializableType(column.type) + " METADATA";
      if (column.metadata_key != column.name) text += " FROM " + QuoteText(column.metadata_key);
      if (column.is_virtual) text += " VIRTUAL";
      break;
  }
  if (!column.comment.empty()) text += " COMMENT " + QuoteText(column.comment);
  return text;
}

std::string CreateTableText(const TableDefinition& table) {
  std::string text =
      fmt::format("CREATE {}TABLE {} (\n", table.temporary ? "TEMPORARY " : "", table.path.ToString());
  std::vector<std::string> lines;
  for (const TableColumn& column : table.columns) lines.push_back(ColumnText(column));
  if (table.watermark) {
    lines.push_back(
        fmt::format("  WATERMARK FOR `{}` AS {}", table.watermark->column, table.watermark->expression));
  }
  if (!table.primary_key.empty()) {
    lines.push_back(fmt::format("  CONSTRAINT `{}` PRIMARY KEY ({}) NOT ENFORCED", table.primary_key_name,
                                QuoteNames(table.primary_key)));
  }
  text += fmt::format("{}\n)\n", fmt::join(lines, ",\n"));
  if (!table.comment.empty()) text += fmt::format("COMMENT {}\n", QuoteText(table.comment));
  if (!table.partition_keys.empty())
    text += fmt::format("PARTITIONED BY ({})\n", QuoteNames(table.partition_keys));
  std::vector<std::string> options;
  for (const auto& [key, value] : table.options) {
    options.push_back(fmt::format("  {} = {}", QuoteText(key), QuoteText(value)));
  }
  return text + fmt::format("WITH (\n{}\n)\n", fmt::join(options, ",\n"));
}

std::string CreateViewText(const TableDefinition& view) {
  std::vector<std::string> columns;
  for (const TableColumn& column : view.columns) columns.push_back(fmt::format("  `{}`", column.name));
  return fmt::format("CREATE {}VIEW {} (\n{}\n)\n{}AS {}\n", view.temporary ? "TEMPORARY " : "",
                     view.path.ToString(), fmt::join(columns, ",\n"),
                     view.comment.empty() ? "" : fmt::format("COMMENT {}\n", QuoteText(view.comment)),
                     *view.view_query);
}

Result<Outcome> ShowCreate(const Show& show, SessionState& session, bool is_view) {
  ASSIGN_OR_RETURN(const TablePtr table, session.names.Resolve(*show.name));
  if (table->view_query.has_value() != is_view) {
    return Status(kInvalidStatement,
                  fmt::format("{} is a {}", table->path.ToString(), is_view ? "table" : "view"))
        .WithPlace(show.name->place)
        .WithSuggestion(is_view ? "write SHOW CREATE TABLE" : "write SHOW CREATE VIEW");
  }
  RowsBuilder rows({{"result", DataType::String()}});
  rows.Text(is_view ? CreateViewText(*table) : CreateTableText(*table)).EndRow();
  return rows.Finish();
}

/// The rows of DESCRIBE and SHOW COLUMNS.
Result<Outcome> ColumnRows(const TableDefinition& table, const std::optional<ShowLike>& like,
                           const SessionState& session) {
  ASSIGN_OR_RETURN(const std::vector<DescribedColumn> columns, DescribeTable(table, session.environment()));
  bool has_comments = false;
  for (const TableColumn& column : table.columns) has_comments |= !column.comment.empty();
  std::vector<Field> fields = {{"name", DataType::String()},   {"type", DataType::String()},
                               {"null", DataType::Boolean()},  {"key", DataType::String()},
                               {"extras", DataType::String()}, {"watermark", DataType::String()}};
  if (has_comments) fields.push_back({"comment", DataType::String()});
  RowsBuilder rows(std::move(fields));
  const std::string key = fmt::format("PRI({})", fmt::join(table.primary_key, ", "));
  for (size_t i = 0; i < columns.size(); ++i) {
    const DescribedColumn& column = columns[i];
    if (!Selected(column.name, like)) continue;
    const TableColumn& declared = table.columns[i];
    rows.Text(column.name).Text(column.TypeText()).Boolean(column.type.nullable());
    const bool in_key =
        std::find(table.primary_key.begin(), table.primary_key.end(), column.name) != table.primary_key.end();
    in_key ? rows.Text(key) : rows.Null();
    if (declared.kind == TableColumn::Kind::kComputed) {
      rows.Text("AS " + declared.expression);
    } else if (declared.kind == TableColumn::Kind::kMetadata) {
      std::string extras = "METADATA";
      if (declared.metadata_key != declared.name) extras += " FROM " + QuoteText(declared.metadata_key);
      if (declared.is_virtual) extras += " VIRTUAL";
      rows.Text(extras);
    } else {
      rows.Null();
    }
    const bool has_watermark = table.watermark && table.watermark->column == column.name;
    has_watermark ? rows.Text(table.watermark->expression) : rows.Null();
    if (has_comments) declared.comment.empty() ? rows.Null() : rows.Text(declared.comment);
    rows.EndRow();
  }
  return rows.Finish();
}

}  // namespace

Result<Outcome> RunShow(const Show& statement, SessionState& session) {
  switch (statement.kind) {
    case ShowKind::kCatalogs:
      return Names("catalog name", session.names.catalog().ListCatalogs(), statement.like);
    case ShowKind::kCurrentCatalog:
      return Names("current catalog name", {session.names.current_catalog()}, {});
    case ShowKind::kDatabases: {
      const std::string catalog = statement.name ? statement.name->last() : session.names.current_catalog();
      const auto names = session.names.catalog().ListDatabases(catalog);
      if (!names.ok())
        return names.status().WithPlace(statement.name ? statement.name->place : SourcePlace{});
      return Names("database name", *names, statement.like);
    }
    case ShowKind::kCurrentDatabase:
      return Names("current database name", {session.names.current_database()}, {});
    case ShowKind::kTables:
      return ShowObjects(statement, session, false);
    case ShowKind::kViews:
      return ShowObjects(statement, session, true);
    case ShowKind::kFunctions: {
      std::vector<std::string> names = FunctionRegistry::BuiltIn().Names();
      const auto aggregates = AggregateRegistry::BuiltIn().Names();
      names.insert(names.end(), aggregates.begin(), aggregates.end());
      for (std::string& name : names) name = Lower(name);
      std::sort(names.begin(), names.end());
      return Names("function name", names, statement.like);
    }
    case ShowKind::kUserFunctions:
      return Names("function name", {}, statement.like);
    case ShowKind::kModules:
      return Names("module name", {"core"}, statement.like);
    case ShowKind::kJars:
      return Names("jar name", {}, statement.like);
    case ShowKind::kColumns: {
      ASSIGN_OR_RETURN(const TablePtr table, session.names.Resolve(*statement.name));
      return ColumnRows(*table, statement.like, session);
    }
    case ShowKind::kCreateTable:
      return ShowCreate(statement, session, false);
    case ShowKind::kCreateView:
      return ShowCreate(statement, session, true);
    case ShowKind::kJobs: {
      Outcome outcome;
      outcome.kind = Outcome::Kind::kJobCommand;
      outcome.job_command = Outcome::JobCommand{Outcome::JobCommand::Kind::kShowJobs, "", false, false};
      return outcome;
    }
    default:
      return Status(kNotSupportedYet, fmt::format("{} is not supported yet", ShowKindName(statement.kind)));
  }
}

Result<Outcome> RunDescribe(const Describe& statement, SessionState& session) {
  switch (statement.kind) {
    case DescribeKind::kTable: {
      ASSIGN_OR_RETURN(const TablePtr table, session.names.Resolve(statement.name));
      return ColumnRows(*table, {}, session);
    }
    case DescribeKind::kJob: {
      Outcome outcome;
      outcome.kind = Outcome::Kind::kJobCommand;
      outcome.job_command =
          Outcome::JobCommand{Outcome::JobCommand::Kind::kDescribeJob, statement.job_id.text, false, false};
      return outcome;
    }
    default:
      return Status(kNotSupportedYet, "DESCRIBE of this kind of object is not supported yet")
          .WithPlace(statement.name.place);
  }
}

Result<Outcome> RunSet(const SetCommand& statement, SessionState& session) {
  if (statement.property) {
    const Options option = {{statement.property->key.text, statement.property->value.text}};
    if (session.known_options != nullptr) {
      RETURN_IF_ERROR(
          ValidateOptions("SET", *session.known_options, option).WithPlace(statement.property->key.place));
    }
    session.configuration[statement.property->key.text] = statement.property->value.text;
    return Done("Option set");
  }
  RowsBuilder rows({{"key", DataType::String()}, {"value", DataType::String()}});
  for (const auto& [key, value] : session.configuration) rows.Text(key).Text(value).EndRow();
  return rows.Finish();
}

Result<Outcome> RunReset(const ResetCommand& statement, SessionState& session) {
  if (!statement.key) {
    session.configuration = session.initial_configuration;
    return Done("All options reset");
  }
  auto initial = session.initial_configuration.find(statement.key->text);
  if (initial == session.initial_configuration.end()) {
    session.configuration.erase(statement.key->text);
  } else {
    session.configuration[statement.key->text] = initial->second;
  }
  return Done("Option reset");
}

}  // namespace millrace::sql
