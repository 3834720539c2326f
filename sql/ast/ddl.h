#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/ast/table_definition.h"

namespace millrace::sql {

enum class ObjectKind : uint8_t { kTable, kView, kMaterializedTable, kModel, kFunction, kDatabase, kCatalog };

/// "TABLE", "MATERIALIZED TABLE", ...
const char* ObjectKindName(ObjectKind kind);

/// CREATE [OR REPLACE] [TEMPORARY] VIEW name (columns) COMMENT '..' AS query. The text of the query is the
/// range query->place of the source.
struct CreateView {
  bool temporary = false;
  bool or_replace = false;
  bool if_not_exists = false;
  QualifiedName name;
  std::vector<Identifier> columns;
  std::optional<StringValue> comment;
  QueryPtr query;
};

struct CreateCatalog {
  bool if_not_exists = false;
  QualifiedName name;
  std::optional<StringValue> comment;
  std::vector<Property> options;
};

struct CreateDatabase {
  bool if_not_exists = false;
  QualifiedName name;
  std::optional<StringValue> comment;
  std::vector<Property> options;
};

/// USING JAR 'path'; `type` is JAR, FILE or ARCHIVE in upper case.
struct FunctionResource {
  std::string type;
  StringValue path;
};

/// CREATE [TEMPORARY [SYSTEM]] FUNCTION name AS 'class' [LANGUAGE JAVA] [USING JAR '..', ...] [WITH (...)].
struct CreateFunction {
  bool temporary = false;
  bool system = false;
  bool if_not_exists = false;
  QualifiedName name;
  StringValue class_name;
  std::string language;  // JAVA, SCALA, SQL, PYTHON; empty when not written
  std::vector<FunctionResource> resources;
  std::vector<Property> options;
};

/// CREATE MODEL name INPUT (columns) OUTPUT (columns) COMMENT '..' WITH (...) [AS query].
struct CreateModel {
  bool temporary = false;
  bool if_not_exists = false;
  QualifiedName name;
  std::vector<ColumnDefinition> input;
  std::vector<ColumnDefinition> output;
  std::optional<StringValue> comment;
  std::vector<Property> options;
  QueryPtr query;  // may be null
};

/// DROP [TEMPORARY [SYSTEM]] kind [IF EXISTS] name [RESTRICT | CASCADE].
struct DropObject {
  ObjectKind kind = ObjectKind::kTable;
  bool temporary = false;
  bool system = false;
  bool if_exists = false;
  QualifiedName name;
  bool cascade = false;
};

/// key = literal of PARTITION (...). ANALYZE TABLE may name the key alone.
struct PartitionValue {
  Identifier key;
  ExpressionPtr value;  // a Literal, or one under a minus sign; may be null
};
using PartitionSpec = std::vector<PartitionValue>;

struct RenameObject {
  QualifiedName new_name;
};
struct RenameColumn {
  QualifiedName column;
  QualifiedName new_name;
};
struct SetOptions {
  std::vector<Property> options;
};
struct ResetOptions {
  std::vector<StringValue> keys;
};
/// ADD (...) or MODIFY (...), also with one element without parentheses.
struct ChangeSchema {
  bool modify = false;
  TableSchema schema;
};
struct ChangeDistribution {
  bool modify = false;
  Distribution distribution;
};
struct DropColumns {
  std::vector<QualifiedName> columns;
};
struct DropConstraint {
  std::optional<Identifier> name;  // absent: DROP PRIMARY KEY
};
struct DropWatermark {};
struct DropDistribution {};
struct AddPartitions {
  struct Partition {
    PartitionSpec spec;
    std::vector<Property> options;
  };
  bool if_not_exists = false;
  std::vector<Partition> partitions;
};
struct DropPartitions {
  bool if_exists = false;
  std::vector<PartitionSpec> partitions;
};
struct SetComment {
  StringValue comment;
};
/// ALTER VIEW v AS query, ALTER MATERIALIZED TABLE t AS query.
struct ChangeQuery {
  QueryPtr query;
};
struct ChangeFunction {
  StringValue class_name;
  std::string language;
};
struct SuspendRefresh {};
struct ResumeRefresh {
  std::vector<Property> options;
};
struct RefreshPartition {
  PartitionSpec partition;  // empty: the whole table
};
struct SetFreshness {
  ExpressionPtr freshness;
};
struct SetRefreshMode {
  RefreshMode mode = RefreshMode::kFull;
};

using AlterAction =
    std::variant<RenameObject, RenameColumn, SetOptions, ResetOptions, ChangeSchema, ChangeDistribution,
                 DropColumns, DropConstraint, DropWatermark, DropDistribution, AddPartitions, DropPartitions,
                 SetComment, ChangeQuery, ChangeFunction, SuspendRefresh, ResumeRefresh, RefreshPartition,
                 SetFreshness, SetRefreshMode>;

/// ALTER kind [IF EXISTS] name action.
struct AlterObject {
  ObjectKind kind = ObjectKind::kTable;
  bool temporary = false;  // functions
  bool system = false;     // functions
  bool if_exists = false;
  QualifiedName name;
  AlterAction action;
  SourcePlace action_place;
};

}  // namespace millrace::sql
