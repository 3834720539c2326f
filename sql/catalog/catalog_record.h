#pragma once

#include "core/status.h"
#include "sql/catalog/catalog.h"

namespace millrace::proto {
class TableEntry;
}  // namespace millrace::proto

namespace millrace::sql {

void ToProto(const TableDefinition& table, proto::TableEntry* out);
/// The table at `path`; kCatalogStore when a type cannot be read.
Result<TablePtr> FromProto(const ObjectPath& path, const proto::TableEntry& entry);

}  // namespace millrace::sql
