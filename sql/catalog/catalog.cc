#include "sql/catalog/catalog.h"

#include <fmt/format.h>

#include <mutex>
#include <set>

#include "core/types/type_rules.h"
#include "proto/catalog.pb.h"
#include "sql/catalog/catalog_record.h"
#include "sql/error_codes.h"

namespace millrace::sql {
namespace {

struct Database {
  std::string comment;
  std::map<std::string, std::string> options;
  std::map<std::string, TablePtr> objects;
};

struct CatalogContent {
  std::map<std::string, std::string> options;
  std::map<std::string, Database> databases;
};

template <class Map>
std::vector<std::string> KeysOf(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

template <class Map>
Status Unknown(ErrorCode code, const char* what, const std::string& name, const Map& known) {
  const std::vector<std::string> names = KeysOf(known);
  const std::string close = ClosestName(name, names);
  return Status(code, fmt::format("Unknown {}: '{}'", what, name))
      .WithSuggestion(close.empty() ? fmt::format("known: {}", fmt::join(names, ", "))
                                    : fmt::format("did you mean '{}'?", close));
}

}  // namespace

std::string ObjectPath::ToString() const {
  return fmt::format("`{}`.`{}`.`{}`", catalog, database, name);
}

struct Catalog::Impl {
  using Content = std::map<std::string, CatalogContent>;

  CatalogStore* store = nullptr;
  mutable std::mutex mutex;
  Content content;                 // guarded by mutex
  std::set<ObjectPath> inherited;  // scratch copies: what Create may replace; guarded by mutex

  Status Load() {
    content[kDefaultCatalog].databases[kDefaultDatabase];
    if (store == nullptr) return Status::Ok();
    ASSIGN_OR_RETURN(const std::string bytes, store->Load());
    if (bytes.empty()) return Status::Ok();
    proto::CatalogRecord record;
    if (!record.ParseFromString(bytes) || record.version() != 1) {
      return Status(kCatalogStore, "The durable catalog cannot be read")
          .WithSuggestion(
              "restore catalog.pb in the data directory, or remove it to begin with an empty catalog");
    }
    content.clear();
    for (const auto& catalog : record.catalogs()) {
      CatalogContent& target = content[catalog.name()];
      target.options = {catalog.options().begin(), catalog.options().end()};
      for (const auto& database : catalog.databases()) {
        Database& entry = target.databases[database.name()];
        entry.comment = database.comment();
        entry.options = {database.options().begin(), database.options().end()};
        for (const auto& table : database.tables()) {
          ASSIGN_OR_RETURN(entry.objects[table.name()],
                           FromProto({catalog.name(), database.name(), table.name()}, table));
        }
      }
    }
    return Status::Ok();
  }

  Status Save(const Content& changed) const {
    if (store == nullptr) return Status::Ok();
    proto::CatalogRecord record;
    record.set_version(1);
    for (const auto& [catalog_name, catalog] : changed) {
      auto* catalog_entry = record.add_catalogs();
      catalog_entry->set_name(catalog_name);
      catalog_entry->mutable_options()->insert(catalog.options.begin(), catalog.options.end());
      for (const auto& [database_name, database] : catalog.databases) {
        auto* database_entry = catalog_entry->add_databases();
        database_entry->set_name(database_name);
        database_entry->set_comment(database.comment);
        database_entry->mutable_options()->insert(database.options.begin(), database.options.end());
        for (const auto& [name, table] : database.objects) ToProto(*table, database_entry->add_tables());
      }
    }
    return store->Save(record.SerializeAsString());
  }

  /// Changes a copy (tables are shared), saves it, then takes it.
  template <class Fn>
  Status Change(Fn&& fn) {
    std::lock_guard lock(mutex);
    Content changed = content;
    RETURN_IF_ERROR(fn(changed));
    RETURN_IF_ERROR(Save(changed));
    content = std::move(changed);
    return Status::Ok();
  }

  static Result<Database*> FindDatabase(Content& content, const std::string& catalog,
                                        const std::string& database) {
    auto found = content.find(catalog);
    if (found == content.end()) return Unknown(kUnknownCatalog, "catalog", catalog, content);
    auto entry = found->second.databases.find(database);
    if (entry == found->second.databases.end()) {
      return Unknown(kUnknownDatabase, "database", database, found->second.databases);
    }
    return &entry->second;
  }
};

std::unique_ptr<Catalog> Catalog::MakeScratch() const {
  std::unique_ptr<Catalog> scratch(new Catalog());
  std::lock_guard lock(impl_->mutex);
  scratch->impl_->content = impl_->content;
  for (const auto& [catalog, content] : impl_->content) {
    for (const auto& [database, entry] : content.databases) {
      for (const auto& [name, table] : entry.objects) scratch->impl_->inherited.insert(table->path);
    }
  }
  return scratch;
}

Catalog::Catalog() : impl_(std::make_unique<Impl>()) {
}
Catalog::~Catalog() = default;

Result<std::unique_ptr<Catalog>> Catalog::Open(CatalogStore* store) {
  std::unique_ptr<Catalog> catalog(new Catalog());
  catalog->impl_->store = store;
  RETURN_IF_ERROR(catalog->impl_->Load());
  return catalog;
}

std::vector<std::string> Catalog::ListCatalogs() const {
  std::lock_guard lock(impl_->mutex);
  return KeysOf(impl_->content);
}

Result<std::vector<std::string>> Catalog::ListDatabases(const std::string& catalog) const {
  std::lock_guard lock(impl_->mutex);
  auto found = impl_->content.find(catalog);
  if (found == impl_->content.end()) return Unknown(kUnknownCatalog, "catalog", catalog, impl_->content);
  return KeysOf(found->second.databases);
}

Result<std::vector<std::string>> Catalog::ListObjects(const std::string& catalog,
                                                      const std::string& database) const {
  std::lock_guard lock(impl_->mutex);
  ASSIGN_OR_RETURN(const Database* entry, Impl::FindDatabase(impl_->content, catalog, database));
  return KeysOf(entry->objects);
}

bool Catalog::HasCatalog(const std::string& catalog) const {
  std::lock_guard lock(impl_->mutex);
  return impl_->content.count(catalog) > 0;
}

bool Catalog::HasDatabase(const std::string& catalog, const std::string& database) const {
  std::lock_guard lock(impl_->mutex);
  return Impl::FindDatabase(impl_->content, catalog, database).ok();
}

Status Catalog::CreateCatalog(const std::string& catalog, const std::map<std::string, std::string>& options) {
  return impl_->Change([&](Impl::Content& content) -> Status {
    auto [entry, inserted] = content.try_emplace(catalog);
    if (!inserted) return Status(kObjectExists, fmt::format("Catalog exists already: '{}'", catalog));
    entry->second.options = options;
    entry->second.databases["default"];
    return Status::Ok();
  });
}

Status Catalog::DropCatalog(const std::string& catalog) {
  return impl_->Change([&](Impl::Content& content) -> Status {
    if (content.erase(catalog) == 0) return Unknown(kUnknownCatalog, "catalog", catalog, content);
    return Status::Ok();
  });
}

Status Catalog::CreateDatabase(const std::string& catalog, const std::string& database,
                               const std::string& comment,
                               const std::map<std::string, std::string>& options) {
  return impl_->Change([&](Impl::Content& content) -> Status {
    auto found = content.find(catalog);
    if (found == content.end()) return Unknown(kUnknownCatalog, "catalog", catalog, content);
    auto [entry, inserted] = found->second.databases.try_emplace(database);
    if (!inserted) {
      return Status(kObjectExists, fmt::format("Database exists already: '{}'", database))
          .WithSuggestion("write CREATE DATABASE IF NOT EXISTS");
    }
    entry->second.comment = comment;
    entry->second.options = options;
    return Status::Ok();
  });
}

Status Catalog::DropDatabase(const std::string& catalog, const std::string& database, bool cascade) {
  return impl_->Change([&](Impl::Content& content) -> Status {
    ASSIGN_OR_RETURN(const Database* entry, Impl::FindDatabase(content, catalog, database));
    if (!entry->objects.empty() && !cascade) {
      return Status(kDatabaseNotEmpty,
                    fmt::format("Database '{}' holds {} tables and views", database, entry->objects.size()))
          .WithSuggestion("drop them first, or write DROP DATABASE ... CASCADE");
    }
    content[catalog].databases.erase(database);
    return Status::Ok();
  });
}

TablePtr Catalog::Find(const ObjectPath& path) const {
  std::lock_guard lock(impl_->mutex);
  auto entry = Impl::FindDatabase(impl_->content, path.catalog, path.database);
  if (!entry.ok()) return nullptr;
  auto found = (*entry)->objects.find(path.name);
  return found == (*entry)->objects.end() ? nullptr : found->second;
}

Status Catalog::Create(TablePtr table) {
  return impl_->Change([&](Impl::Content& content) -> Status {
    ASSIGN_OR_RETURN(Database * entry,
                     Impl::FindDatabase(content, table->path.catalog, table->path.database));
    if (impl_->inherited.erase(table->path) > 0) {
      entry->objects[table->path.name] = table;
      return Status::Ok();
    }
    if (!entry->objects.emplace(table->path.name, table).second) {
      return Status(kObjectExists,
                    fmt::format("There is a table or view of that name already: {}", table->path.ToString()))
          .WithSuggestion("drop it first, choose another name, or write IF NOT EXISTS");
    }
    return Status::Ok();
  });
}

Status Catalog::Replace(TablePtr table) {
  return impl_->Change([&](Impl::Content& content) -> Status {
    ASSIGN_OR_RETURN(Database * entry,
                     Impl::FindDatabase(content, table->path.catalog, table->path.database));
    entry->objects[table->path.name] = table;
    return Status::Ok();
  });
}

Status Catalog::Drop(const ObjectPath& path) {
  return impl_->Change([&](Impl::Content& content) -> Status {
    ASSIGN_OR_RETURN(Database * entry, Impl::FindDatabase(content, path.catalog, path.database));
    if (entry->objects.erase(path.name) == 0)
      return Unknown(kUnknownTable, "table or view", path.name, entry->objects);
    return Status::Ok();
  });
}

Status Catalog::Rename(const ObjectPath& from, const ObjectPath& to) {
  return impl_->Change([&](Impl::Content& content) -> Status {
    ASSIGN_OR_RETURN(Database * source, Impl::FindDatabase(content, from.catalog, from.database));
    auto node = source->objects.extract(from.name);
    if (!node) return Unknown(kUnknownTable, "table or view", from.name, source->objects);
    ASSIGN_OR_RETURN(Database * target, Impl::FindDatabase(content, to.catalog, to.database));
    auto renamed = std::make_shared<TableDefinition>(*node.mapped());
    renamed->path = to;
    if (!target->objects.emplace(to.name, std::move(renamed)).second) {
      return Status(kObjectExists,
                    fmt::format("There is a table or view of that name already: {}", to.ToString()));
    }
    return Status::Ok();
  });
}

}  // namespace millrace::sql
