#pragma once

#include <memory>
#include <string_view>

#include "core/status.h"
#include "sql/ast/statement.h"
#include "sql/binder/binder.h"
#include "sql/catalog/catalog.h"

namespace millrace::sql {

/// Turns the columns, constraints, watermark and options of CREATE TABLE and ALTER TABLE into a
/// TableDefinition, and checks it as a whole. Build once, then Finish once.
class TableBuilder {
 public:
  TableBuilder(ObjectPath path, const BindEnvironment& environment);
  /// Goes on from an existing table (ALTER TABLE).
  TableBuilder(const TableDefinition& table, const BindEnvironment& environment);

  /// Takes over what LIKE includes; before AddSchema.
  Status AddLike(const TableDefinition& source, const LikeClause& like);
  /// Adds columns, constraints and the watermark.
  Status AddSchema(const TableSchema& schema);
  /// ALTER TABLE MODIFY: replaces columns, the key and the watermark that are there.
  Status ModifySchema(const TableSchema& schema);
  Status AddOptions(const std::vector<Property>& options);
  Status SetPartitionKeys(const std::vector<Identifier>& keys);
  /// CREATE TABLE AS: the columns of the query.
  Status AddQueryColumns(const std::vector<DescribedColumn>& columns, const SourcePlace& place);

  Status DropColumn(const QualifiedName& name);
  Status RenameColumn(const QualifiedName& from, const QualifiedName& to);
  Status DropPrimaryKey(const SourcePlace& place);
  Status DropWatermark(const SourcePlace& place);

  TableDefinition& table() { return *table_; }

  /// Resolves computed columns and the watermark, checks the key; kInvalidTableDefinition, kUnknownColumn,
  /// ...
  Result<TablePtr> Finish();

 private:
  Result<TableColumn> MakeColumn(const ColumnDefinition& definition) const;
  Status InsertColumn(TableColumn column, const ColumnDefinition& definition);
  Status SetPrimaryKey(const TableConstraint& constraint);
  Status SetWatermark(const WatermarkDefinition& watermark);
  Result<size_t> FindColumn(const std::string& name, const SourcePlace& place) const;
  Status CheckUnused(const std::string& column, const SourcePlace& place, const char* what) const;
  Status ResolveComputedColumns();

  std::shared_ptr<TableDefinition> table_;
  const BindEnvironment& environment_;
  SourcePlace key_place_;
};

}  // namespace millrace::sql
