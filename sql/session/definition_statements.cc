#include <fmt/format.h>

#include <algorithm>

#include "sql/error_codes.h"
#include "sql/session/statement_runner.h"
#include "sql/session/table_builder.h"

namespace millrace::sql {
namespace {

std::map<std::string, std::string> ToMap(const std::vector<Property>& properties) {
  std::map<std::string, std::string> map;
  for (const Property& property : properties) map[property.key.text] = property.value.text;
  return map;
}

/// Puts a table or view where its statement says; `replace` takes the place of one that is there.
Status Store(TablePtr table, bool replace, const SourcePlace& place, SessionState& session) {
  if (table->temporary) {
    auto [entry, inserted] = session.names.temporary().try_emplace(table->path, table);
    if (inserted) return Status::Ok();
    if (!replace) {
      return Status(kObjectExists, fmt::format("There is a temporary table or view of that name already: {}",
                                               table->path.ToString()))
          .WithPlace(place);
    }
    entry->second = std::move(table);
    return Status::Ok();
  }
  Catalog& catalog = session.names.catalog();
  return (replace ? catalog.Replace(std::move(table)) : catalog.Create(std::move(table))).WithPlace(place);
}

bool Exists(const ObjectPath& path, bool temporary, const SessionState& session, Catalog& catalog) {
  return temporary ? session.names.temporary().count(path) > 0 : catalog.Find(path) != nullptr;
}

Status DropTableOrView(const DropObject& statement, SessionState& session) {
  ASSIGN_OR_RETURN(const ObjectPath path, session.names.PathOf(statement.name));
  const bool wants_view = statement.kind == ObjectKind::kView;
  auto temporary = session.names.temporary().find(path);
  const bool is_temporary = temporary != session.names.temporary().end();
  const TablePtr permanent = session.names.catalog().Find(path);
  if (is_temporary && !statement.temporary && permanent == nullptr) {
    return Status(kInvalidStatement, fmt::format("{} is temporary", path.ToString()))
        .WithPlace(statement.name.place)
        .WithSuggestion(fmt::format("write DROP TEMPORARY {}", ObjectKindName(statement.kind)));
  }
  if (is_temporary && !statement.temporary) {
    return Status(kInvalidStatement, fmt::format("A temporary object hides {}", path.ToString()))
        .WithPlace(statement.name.place)
        .WithSuggestion(fmt::format("drop it first with DROP TEMPORARY {}", ObjectKindName(statement.kind)));
  }
  const TablePtr object = statement.temporary ? (is_temporary ? temporary->second : nullptr) : permanent;
  if (object == nullptr) {
    if (statement.if_exists) return Status::Ok();
    if (!statement.temporary) {
      const auto unknown = session.names.Resolve(statement.name);
      if (!unknown.ok()) return unknown.status();
    }
    return Status(kUnknownTable, fmt::format("Unknown temporary table or view: '{}'", path.name))
        .WithPlace(statement.name.place);
  }
  if (object->view_query.has_value() != wants_view) {
    return Status(kInvalidStatement,
                  fmt::format("{} is a {}", path.ToString(), wants_view ? "table" : "view"))
        .WithPlace(statement.name.place)
        .WithSuggestion(wants_view ? "write DROP TABLE" : "write DROP VIEW");
  }
  if (statement.temporary) {
    session.names.temporary().erase(path);
    return Status::Ok();
  }
  return session.names.catalog().Drop(path);
}

Result<Outcome> AlterTable(const AlterObject& statement, const TablePtr& table, SessionState& session) {
  const BindEnvironment environment = session.environment();
  TableBuilder builder(*table, environment);
  const SourcePlace& place = statement.action_place;
  const auto& action = statement.action;
  if (const auto* set = std::get_if<SetOptions>(&action)) {
    RETURN_IF_ERROR(builder.AddOptions(set->options));
  } else if (const auto* reset = std::get_if<ResetOptions>(&action)) {
    for (const StringValue& key : reset->keys) builder.table().options.erase(key.text);
  } else if (const auto* change = std::get_if<ChangeSchema>(&action)) {
    RETURN_IF_ERROR(change->modify ? builder.ModifySchema(change->schema)
                                   : builder.AddSchema(change->schema));
  } else if (const auto* drop = std::get_if<DropColumns>(&action)) {
    for (const QualifiedName& column : drop->columns) RETURN_IF_ERROR(builder.DropColumn(column));
  } else if (const auto* rename = std::get_if<RenameColumn>(&action)) {
    RETURN_IF_ERROR(builder.RenameColumn(rename->column, rename->new_name));
  } else if (std::holds_alternative<DropConstraint>(action)) {
    RETURN_IF_ERROR(builder.DropPrimaryKey(place));
  } else if (std::holds_alternative<DropWatermark>(action)) {
    RETURN_IF_ERROR(builder.DropWatermark(place));
  } else if (const auto* comment = std::get_if<SetComment>(&action)) {
    builder.table().comment = comment->comment.text;
  } else {
    return Status(kNotSupportedYet, "This form of ALTER TABLE is not supported yet").WithPlace(place);
  }
  ASSIGN_OR_RETURN(const TablePtr changed, builder.Finish());
  RETURN_IF_ERROR(Store(changed, true, statement.name.place, session));
  return Done("Table altered");
}

Result<Outcome> AlterView(const AlterObject& statement, const TablePtr& view, StatementText text,
                          SessionState& session) {
  const auto* change = std::get_if<ChangeQuery>(&statement.action);
  if (change == nullptr) {
    return Status(kNotSupportedYet, "This form of ALTER VIEW is not supported yet")
        .WithPlace(statement.action_place);
  }
  ASSIGN_OR_RETURN(const DescribedView described,
                   DescribeView(*change->query, text.text, {}, session.environment()));
  auto changed = std::make_shared<TableDefinition>(*view);
  changed->columns.clear();
  for (const DescribedColumn& column : described.columns) {
    changed->columns.push_back({.name = column.name, .type = column.type});
  }
  changed->view_query = described.expanded_query;
  changed->view_original_query = std::string(text.Range(change->query->place));
  RETURN_IF_ERROR(Store(std::move(changed), true, statement.name.place, session));
  return Done("View altered");
}

}  // namespace

Result<Outcome> RunCreateTable(CreateTable& statement, SessionState& session) {
  ASSIGN_OR_RETURN(const ObjectPath path, session.names.PathOf(statement.name));
  const BindEnvironment environment = session.environment();
  if (statement.replace && !statement.create && session.names.Find(path) == nullptr) {
    return session.names.Resolve(statement.name).status();
  }
  if (statement.if_not_exists && Exists(path, statement.temporary, session, session.names.catalog())) {
    return Done("Table exists already, nothing was done");
  }
  if (statement.distribution) {
    return Status(kNotSupportedYet, "DISTRIBUTED BY is not supported yet")
        .WithPlace(statement.distribution->place);
  }
  TableBuilder builder(path, environment);
  if (statement.like) {
    ASSIGN_OR_RETURN(const TablePtr source, session.names.Resolve(statement.like->table));
    RETURN_IF_ERROR(builder.AddLike(*source, *statement.like));
  }
  if (statement.query) {
    ASSIGN_OR_RETURN(const auto columns, DescribeQuery(*statement.query, environment));
    RETURN_IF_ERROR(builder.AddQueryColumns(columns, statement.query->place));
  }
  RETURN_IF_ERROR(builder.AddSchema(statement.schema));
  RETURN_IF_ERROR(builder.AddOptions(statement.options));
  RETURN_IF_ERROR(builder.SetPartitionKeys(statement.partitioned_by));
  if (statement.comment) builder.table().comment = statement.comment->text;
  builder.table().temporary = statement.temporary;
  if (builder.table().options.count("connector") == 0) {
    return Status(kInvalidTableDefinition, "Table has no connector")
        .WithPlace(statement.name.place)
        .WithSuggestion("add WITH ('connector' = 'kafka', ...)");
  }
  ASSIGN_OR_RETURN(const TablePtr table, builder.Finish());
  RETURN_IF_ERROR(Store(table, statement.replace, statement.name.place, session));
  if (!statement.query) return Done("Table created");

  Insert insert;
  insert.target = statement.name;
  insert.query = std::move(statement.query);
  const Insert* const inserts[] = {&insert};
  auto job = PlanInserts(inserts, session.environment());
  if (!job.ok()) {  // CREATE TABLE AS is one step: without its job there is no table
    DropObject drop;
    drop.temporary = table->temporary;
    drop.name = statement.name;
    (void)DropTableOrView(drop, session);
    return job.status();
  }
  Outcome outcome;
  outcome.kind = Outcome::Kind::kInsert;
  outcome.graph = job->graph;
  outcome.bounded = job->bounded;
  return outcome;
}

Result<Outcome> RunCreateView(const CreateView& statement, StatementText text, SessionState& session) {
  ASSIGN_OR_RETURN(const ObjectPath path, session.names.PathOf(statement.name));
  if (statement.if_not_exists && Exists(path, statement.temporary, session, session.names.catalog())) {
    return Done("View exists already, nothing was done");
  }
  ASSIGN_OR_RETURN(const DescribedView described,
                   DescribeView(*statement.query, text.text, statement.columns, session.environment()));
  auto view = std::make_shared<TableDefinition>();
  view->path = path;
  view->temporary = statement.temporary;
  for (const DescribedColumn& column : described.columns) {
    view->columns.push_back({.name = column.name, .type = column.type});
  }
  view->view_query = described.expanded_query;
  view->view_original_query = std::string(text.Range(statement.query->place));
  if (statement.comment) view->comment = statement.comment->text;
  RETURN_IF_ERROR(Store(std::move(view), statement.or_replace, statement.name.place, session));
  return Done("View created");
}

Result<Outcome> RunCreateDatabase(const CreateDatabase& statement, SessionState& session) {
  const std::string catalog =
      statement.name.parts.size() > 1 ? statement.name.parts[0].text : session.names.current_catalog();
  if (statement.if_not_exists && session.names.catalog().HasDatabase(catalog, statement.name.last())) {
    return Done("Database exists already, nothing was done");
  }
  RETURN_IF_ERROR(session.names.catalog()
                      .CreateDatabase(catalog, statement.name.last(),
                                      statement.comment ? statement.comment->text : "",
                                      ToMap(statement.options))
                      .WithPlace(statement.name.place));
  return Done("Database created");
}

Result<Outcome> RunCreateCatalog(const CreateCatalog& statement, SessionState& session) {
  const auto options = ToMap(statement.options);
  auto type = options.find("type");
  if (type == options.end() || type->second != "generic_in_memory") {
    return Status(kNotSupportedYet, fmt::format("Catalogs of this type are not supported yet: '{}'",
                                                type == options.end() ? "" : type->second))
        .WithPlace(statement.name.place)
        .WithSuggestion(
            "write 'type' = 'generic_in_memory': such a catalog is kept in the server's data directory");
  }
  if (statement.if_not_exists && session.names.catalog().HasCatalog(statement.name.last())) {
    return Done("Catalog exists already, nothing was done");
  }
  RETURN_IF_ERROR(
      session.names.catalog().CreateCatalog(statement.name.last(), options).WithPlace(statement.name.place));
  return Done("Catalog created");
}

Result<Outcome> RunDrop(const DropObject& statement, SessionState& session) {
  switch (statement.kind) {
    case ObjectKind::kTable:
    case ObjectKind::kView:
      RETURN_IF_ERROR(DropTableOrView(statement, session));
      return Done(statement.kind == ObjectKind::kTable ? "Table dropped" : "View dropped");
    case ObjectKind::kDatabase: {
      const std::string catalog =
          statement.name.parts.size() > 1 ? statement.name.parts[0].text : session.names.current_catalog();
      if (statement.if_exists && !session.names.catalog().HasDatabase(catalog, statement.name.last())) {
        return Done("There is no such database, nothing was done");
      }
      if (catalog == session.names.current_catalog() &&
          statement.name.last() == session.names.current_database()) {
        return Status(kInvalidStatement, "The current database cannot be dropped")
            .WithPlace(statement.name.place)
            .WithSuggestion("USE another database first");
      }
      RETURN_IF_ERROR(session.names.catalog()
                          .DropDatabase(catalog, statement.name.last(), statement.cascade)
                          .WithPlace(statement.name.place));
      return Done("Database dropped");
    }
    case ObjectKind::kCatalog:
      if (statement.if_exists && !session.names.catalog().HasCatalog(statement.name.last())) {
        return Done("There is no such catalog, nothing was done");
      }
      if (statement.name.last() == session.names.current_catalog()) {
        return Status(kInvalidStatement, "The current catalog cannot be dropped")
            .WithPlace(statement.name.place)
            .WithSuggestion("USE CATALOG another first");
      }
      RETURN_IF_ERROR(
          session.names.catalog().DropCatalog(statement.name.last()).WithPlace(statement.name.place));
      return Done("Catalog dropped");
    default:
      return Status(kNotSupportedYet,
                    fmt::format("DROP {} is not supported yet", ObjectKindName(statement.kind)))
          .WithPlace(statement.name.place);
  }
}

Result<Outcome> RunAlter(const AlterObject& statement, StatementText text, SessionState& session) {
  if (statement.kind != ObjectKind::kTable && statement.kind != ObjectKind::kView) {
    return Status(kNotSupportedYet,
                  fmt::format("ALTER {} is not supported yet", ObjectKindName(statement.kind)))
        .WithPlace(statement.name.place);
  }
  ASSIGN_OR_RETURN(const ObjectPath path, session.names.PathOf(statement.name));
  const TablePtr object = session.names.Find(path);
  if (object == nullptr) {
    if (statement.if_exists) return Done("There is nothing of that name, nothing was done");
    return session.names.Resolve(statement.name).status();
  }
  const bool is_view = object->view_query.has_value();
  if (is_view != (statement.kind == ObjectKind::kView)) {
    return Status(kInvalidStatement, fmt::format("{} is a {}", path.ToString(), is_view ? "view" : "table"))
        .WithPlace(statement.name.place);
  }
  if (const auto* rename = std::get_if<RenameObject>(&statement.action)) {
    ASSIGN_OR_RETURN(const ObjectPath target, session.names.PathOf(rename->new_name));
    if (object->temporary) {
      auto renamed = std::make_shared<TableDefinition>(*object);
      renamed->path = target;
      RETURN_IF_ERROR(Store(std::move(renamed), false, rename->new_name.place, session));
      session.names.temporary().erase(path);
    } else {
      RETURN_IF_ERROR(session.names.catalog().Rename(path, target).WithPlace(rename->new_name.place));
    }
    return Done("Renamed");
  }
  return is_view ? AlterView(statement, object, text, session) : AlterTable(statement, object, session);
}

}  // namespace millrace::sql
