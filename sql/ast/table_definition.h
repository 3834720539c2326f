#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sql/ast/query.h"

namespace millrace::sql {

enum class ColumnKind : uint8_t {
  kPhysical,  // name TYPE
  kMetadata,  // name TYPE METADATA [FROM 'key'] [VIRTUAL]
  kComputed,  // name AS expression
  kNameOnly,  // name alone: CREATE TABLE t (a, b) AS SELECT orders the columns
};

enum class ConstraintKind : uint8_t { kPrimaryKey, kUnique };

/// [CONSTRAINT name] PRIMARY KEY (columns) [NOT] ENFORCED. A constraint behind a column names that column.
struct TableConstraint {
  ConstraintKind kind = ConstraintKind::kPrimaryKey;
  std::optional<Identifier> name;
  std::vector<Identifier> columns;
  std::optional<bool> enforced;  // absent when not written
  SourcePlace place;
};

/// FIRST, or AFTER column: ALTER TABLE only.
struct ColumnPosition {
  bool first = false;
  std::optional<QualifiedName> after;
};

/// One column of a table definition; only the members that `kind` speaks of are set.
struct ColumnDefinition {
  ColumnKind kind = ColumnKind::kPhysical;
  QualifiedName name;        // one part, except in ALTER TABLE on a nested field
  TypePtr type;              // kPhysical, kMetadata
  ExpressionPtr expression;  // kComputed
  std::optional<StringValue> metadata_key;
  bool is_virtual = false;
  std::optional<TableConstraint> constraint;
  std::optional<StringValue> comment;
  std::optional<ColumnPosition> position;
  SourcePlace place;
};

/// WATERMARK FOR column AS expression.
struct WatermarkDefinition {
  QualifiedName column;
  ExpressionPtr expression;
  SourcePlace place;
};

/// What the parentheses of CREATE TABLE and ALTER TABLE ADD | MODIFY hold. A second watermark is a syntax
/// error.
struct TableSchema {
  std::vector<ColumnDefinition> columns;
  std::vector<TableConstraint> constraints;  // those behind a column included
  std::optional<WatermarkDefinition> watermark;
};

enum class DistributionKind : uint8_t { kUnknown, kHash, kRange };

/// DISTRIBUTED [BY [HASH | RANGE] (columns)] [INTO n BUCKETS].
struct Distribution {
  DistributionKind kind = DistributionKind::kUnknown;
  std::vector<Identifier> columns;
  std::optional<int> bucket_count;
  SourcePlace place;
};

enum class MergingStrategy : uint8_t { kIncluding, kExcluding, kOverwriting };
enum class LikeFeature : uint8_t {
  kAll,
  kConstraints,
  kDistribution,
  kGenerated,
  kMetadata,
  kOptions,
  kPartitions,
  kWatermarks,
};

struct LikeOption {
  MergingStrategy strategy = MergingStrategy::kIncluding;
  LikeFeature feature = LikeFeature::kAll;
  SourcePlace place;
};

/// LIKE table (INCLUDING ALL, ...).
struct LikeClause {
  QualifiedName table;
  std::vector<LikeOption> options;
};

/// CREATE TABLE, CREATE OR REPLACE TABLE, REPLACE TABLE; with LIKE or AS query.
struct CreateTable {
  bool temporary = false;
  bool create = true;    // false: REPLACE TABLE
  bool replace = false;  // [CREATE OR] REPLACE TABLE
  bool if_not_exists = false;
  QualifiedName name;
  TableSchema schema;
  std::optional<StringValue> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  std::vector<Property> options;
  std::optional<LikeClause> like;
  QueryPtr query;  // AS query; may be null
};

enum class RefreshMode : uint8_t { kUnspecified, kFull, kContinuous };

/// CREATE MATERIALIZED TABLE ... FRESHNESS = INTERVAL '..' unit REFRESH_MODE = FULL AS query.
struct CreateMaterializedTable {
  bool or_alter = false;
  bool if_not_exists = false;
  QualifiedName name;
  TableSchema schema;
  std::optional<StringValue> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  std::vector<Property> options;
  ExpressionPtr freshness;  // an IntervalLiteral; may be null
  RefreshMode refresh_mode = RefreshMode::kUnspecified;
  QueryPtr query;
};

}  // namespace millrace::sql
