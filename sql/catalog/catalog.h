#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/status.h"
#include "core/types/data_type.h"

namespace millrace::sql {

/// "catalog.database.object".
struct ObjectPath {
  std::string catalog;
  std::string database;
  std::string name;
  std::string ToString() const;  // `a`.`b`.`c`
  friend auto operator<=>(const ObjectPath&, const ObjectPath&) = default;
};

/// One column as declared. Expressions are kept as the text the user wrote; the binder parses them again.
struct TableColumn {
  enum class Kind : uint8_t { kPhysical, kComputed, kMetadata };
  Kind kind = Kind::kPhysical;
  std::string name;
  DataType type;             // kComputed: as resolved at creation
  std::string expression;    // kComputed
  std::string metadata_key;  // kMetadata: FROM, or the name
  bool is_virtual = false;   // kMetadata VIRTUAL
  std::string comment;
};

struct TableWatermark {
  std::string column;      // dotted for nested fields
  std::string expression;  // text
};

/// A table, or a view (then `view_query` is set and only names, types and comments of the columns matter).
/// Immutable once in the catalog.
struct TableDefinition {
  ObjectPath path;
  std::vector<TableColumn> columns;
  std::optional<TableWatermark> watermark;
  std::vector<std::string> primary_key;
  std::string primary_key_name;
  std::vector<std::string> partition_keys;
  std::map<std::string, std::string> options;  // "connector" included
  std::string comment;
  bool temporary = false;
  std::optional<std::string> view_query;  // expanded text
  std::optional<std::string> view_original_query;
};
using TablePtr = std::shared_ptr<const TableDefinition>;

/// Where the catalog survives: the server writes one file, `run` nothing.
class CatalogStore {
 public:
  virtual ~CatalogStore() = default;
  virtual Result<std::string> Load() = 0;  // "" at first
  virtual Status Save(const std::string& bytes) = 0;
};

/// Catalogs, databases, tables and views. Thread-safe. Durable when it has a store: every change is saved
/// before the call returns, or nothing is changed.
class Catalog {
 public:
  static constexpr const char* kDefaultCatalog = "default_catalog";
  static constexpr const char* kDefaultDatabase = "default_database";

  /// With the default catalog and database. `store` may be null; it outlives the catalog.
  static Result<std::unique_ptr<Catalog>> Open(CatalogStore* store);
  ~Catalog();

  /// A copy in memory for one script: what it creates may take the place of an inherited table or view, and
  /// nothing reaches this catalog.
  std::unique_ptr<Catalog> MakeScratch() const;

  std::vector<std::string> ListCatalogs() const;
  Result<std::vector<std::string>> ListDatabases(const std::string& catalog) const;
  Result<std::vector<std::string>> ListObjects(const std::string& catalog, const std::string& database) const;
  bool HasCatalog(const std::string& catalog) const;
  bool HasDatabase(const std::string& catalog, const std::string& database) const;
  Status CreateCatalog(const std::string& catalog, const std::map<std::string, std::string>& options);
  Status DropCatalog(const std::string& catalog);
  Status CreateDatabase(const std::string& catalog, const std::string& database, const std::string& comment,
                        const std::map<std::string, std::string>& options);
  /// Not empty and not `cascade`: an error.
  Status DropDatabase(const std::string& catalog, const std::string& database, bool cascade);
  TablePtr Find(const ObjectPath& path) const;  // null when there is none
  Status Create(TablePtr table);                // an error when the path is taken
  Status Replace(TablePtr table);
  Status Drop(const ObjectPath& path);
  Status Rename(const ObjectPath& from, const ObjectPath& to);

 private:
  Catalog();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::sql
