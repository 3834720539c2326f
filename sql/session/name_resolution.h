#pragma once

#include <map>
#include <string>

#include "core/status.h"
#include "sql/binder/binder.h"
#include "sql/catalog/catalog.h"

namespace millrace::sql {

/// What names mean in one session: its current catalog and database, its temporary objects, and the shared
/// catalog.
class NameResolution final : public TableResolver {
 public:
  explicit NameResolution(Catalog& catalog) : catalog_(catalog) {}

  /// Temporary objects hide permanent ones.
  Result<TablePtr> Resolve(const QualifiedName& name) const override;
  /// The same; nullptr when there is nothing of that name.
  TablePtr Find(const ObjectPath& path) const;
  /// The full path of a name of one to three parts; it need not exist, its database must.
  Result<ObjectPath> PathOf(const QualifiedName& name) const;

  Status UseCatalog(const QualifiedName& name);
  Status UseDatabase(const QualifiedName& name);
  const std::string& current_catalog() const { return current_catalog_; }
  const std::string& current_database() const { return current_database_; }

  Catalog& catalog() { return catalog_; }
  std::map<ObjectPath, TablePtr>& temporary() { return temporary_; }
  const std::map<ObjectPath, TablePtr>& temporary() const { return temporary_; }

  /// Tables and views of a database by name, temporary ones included.
  Result<std::map<std::string, TablePtr>> ObjectsOf(const std::string& catalog,
                                                    const std::string& database) const;

 private:
  Catalog& catalog_;
  std::string current_catalog_ = Catalog::kDefaultCatalog;
  std::string current_database_ = Catalog::kDefaultDatabase;
  std::map<ObjectPath, TablePtr> temporary_;
};

}  // namespace millrace::sql
