#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sql/ast/expression.h"
#include "sql/plan/plan_node.h"

namespace millrace::sql {

/// A column that names can mean.
struct ScopeColumn {
  std::string name;
  BoundExprPtr expr;        // over the row of the whole FROM clause
  bool unqualified = true;  // false: only as alias.name (columns that USING has merged)
};

/// A table, alias or derived table of FROM.
struct ScopeRelation {
  std::vector<std::string> path;  // {alias} or {catalog, database, table}; empty: columns merged by USING
  std::vector<ScopeColumn> columns;
};

/// What names mean in one SELECT: the relations of its FROM clause.
class Scope {
 public:
  Scope() = default;
  /// One relation with the columns of a plan node.
  Scope(std::vector<std::string> path, const PlanColumns& columns);

  const std::vector<ScopeRelation>& relations() const { return relations_; }
  /// The columns of `*`, in order.
  const std::vector<ScopeColumn>& star() const { return star_; }
  /// The columns of `path.*`; null when there is no such relation.
  const ScopeRelation* FindRelation(const std::vector<Identifier>& path) const;

  /// The expression a dotted name means: column, relation.column, column.field, ... Errors kUnknownColumn
  /// (with a suggestion), kAmbiguousColumn.
  Result<BoundExprPtr> Resolve(const QualifiedName& name) const;
  /// Whether an unqualified column of that name is there (once or more often).
  size_t CountColumns(const std::string& name) const;
  Result<BoundExprPtr> ResolveColumn(const Identifier& name) const;

  /// The scope of a join: the relations of both sides; those of the right side are columns behind
  /// `left_width`.
  static Scope Join(const Scope& left, const Scope& right, uint32_t left_width);
  /// Makes `merged` columns of USING: unqualified names mean them, and they come first in `*`.
  void Merge(std::vector<ScopeColumn> merged);
  /// Gives every column reference the type it has in the joined row (outer joins make columns nullable).
  void SetTypes(const PlanColumns& columns);
  /// Adds columns of the row that no name means but the given ones (legacy group windows).
  void Add(ScopeRelation relation) { relations_.push_back(std::move(relation)); }

 private:
  std::optional<BoundExprPtr> TryRelation(const QualifiedName& name, size_t num_path_parts,
                                          Status* error) const;

  std::vector<ScopeRelation> relations_;
  std::vector<ScopeColumn> star_;
};

/// The field of a ROW; kUnknownColumn when it has no such field.
Result<BoundExprPtr> AccessField(const BoundExprPtr& record, const Identifier& field);

}  // namespace millrace::sql
