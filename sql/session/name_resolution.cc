#include "sql/session/name_resolution.h"

#include <fmt/format.h>

#include "core/types/type_rules.h"
#include "sql/error_codes.h"

namespace millrace::sql {

Result<ObjectPath> NameResolution::PathOf(const QualifiedName& name) const {
  if (name.parts.size() > 3) {
    return Status(kUnknownTable, "A name has at most three parts: catalog, database, table")
        .WithPlace(name.place);
  }
  ObjectPath path{current_catalog_, current_database_, name.last()};
  if (name.parts.size() >= 2) path.database = name.parts[name.parts.size() - 2].text;
  if (name.parts.size() == 3) path.catalog = name.parts[0].text;
  const auto databases = catalog_.ListDatabases(path.catalog);
  if (!databases.ok()) return databases.status().WithPlace(name.parts[0].place);
  if (!catalog_.HasDatabase(path.catalog, path.database)) {
    const std::string close = ClosestName(path.database, *databases);
    return Status(kUnknownDatabase, fmt::format("Unknown database: '{}'", path.database))
        .WithPlace(name.place)
        .WithSuggestion(close.empty() ? fmt::format("databases: {}", fmt::join(*databases, ", "))
                                      : fmt::format("did you mean '{}'?", close));
  }
  return path;
}

TablePtr NameResolution::Find(const ObjectPath& path) const {
  auto found = temporary_.find(path);
  return found != temporary_.end() ? found->second : catalog_.Find(path);
}

Result<TablePtr> NameResolution::Resolve(const QualifiedName& name) const {
  ASSIGN_OR_RETURN(const ObjectPath path, PathOf(name));
  if (TablePtr table = Find(path)) return table;
  std::vector<std::string> names;
  ASSIGN_OR_RETURN(const auto objects, ObjectsOf(path.catalog, path.database));
  for (const auto& [known, table] : objects) names.push_back(known);
  const std::string close = ClosestName(path.name, names);
  return Status(kUnknownTable, fmt::format("Unknown table or view: '{}'", path.name))
      .WithPlace(name.place)
      .WithSuggestion(close.empty() ? "SHOW TABLES lists what there is"
                                    : fmt::format("did you mean '{}'?", close));
}

Status NameResolution::UseCatalog(const QualifiedName& name) {
  const auto databases = catalog_.ListDatabases(name.last());
  if (!databases.ok()) return databases.status().WithPlace(name.place);
  current_catalog_ = name.last();
  current_database_ = name.last() == Catalog::kDefaultCatalog || databases->empty()
                          ? Catalog::kDefaultDatabase
                          : databases->front();
  return Status::Ok();
}

Status NameResolution::UseDatabase(const QualifiedName& name) {
  const std::string catalog = name.parts.size() > 1 ? name.parts[0].text : current_catalog_;
  QualifiedName path = name;
  path.parts = {{.text = catalog, .place = name.place}, name.parts.back(), {.text = "", .place = name.place}};
  RETURN_IF_ERROR(PathOf(path).status());
  current_catalog_ = catalog;
  current_database_ = name.last();
  return Status::Ok();
}

Result<std::map<std::string, TablePtr>> NameResolution::ObjectsOf(const std::string& catalog,
                                                                  const std::string& database) const {
  std::map<std::string, TablePtr> objects;
  ASSIGN_OR_RETURN(const auto names, catalog_.ListObjects(catalog, database));
  for (const std::string& name : names) {
    if (TablePtr table = catalog_.Find({catalog, database, name})) objects[name] = table;
  }
  for (const auto& [path, table] : temporary_) {
    if (path.catalog == catalog && path.database == database) objects[path.name] = table;
  }
  return objects;
}

}  // namespace millrace::sql
