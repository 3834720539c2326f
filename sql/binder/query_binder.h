#pragma once

#include <map>
#include <string>
#include <vector>

#include "sql/ast/query.h"
#include "sql/binder/binder.h"
#include "sql/binder/scope.h"
#include "sql/plan/plan_node.h"

namespace millrace::sql {

/// What a FROM clause, or a part of it, is: a plan, and what names mean over its columns.
struct FromItem {
  PlanPtr plan;
  Scope scope;
};

/// A table or view named in the text of a query, for its expansion.
struct TableUse {
  SourcePlace place;
  ObjectPath path;
};

/// Binds queries to logical plans. One binder serves all queries of a job, so that tables, views and WITH
/// queries that are used twice become one shared node. Single-owner.
class QueryBinder {
 public:
  explicit QueryBinder(const BindEnvironment& environment) : environment_(environment) {}

  Result<PlanPtr> BindQuery(const Query& query);
  Result<FromItem> BindTableReference(const TableReference& reference);
  /// A table's scan (changelog normalised), or a view's query; `hints` change the options of this use.
  Result<PlanPtr> BindTable(const TablePtr& table, const std::vector<Hint>& hints, const SourcePlace& place);

  const BindEnvironment& environment() const { return environment_; }
  /// Tables and views named in the queries bound so far, outside of views.
  const std::vector<TableUse>& table_uses() const { return table_uses_; }
  bool IsUpdating(const PlanPtr& plan) { return traits_.Updating(plan); }
  /// The session's time zone.
  std::string TimeZone() const;

 private:
  Result<PlanPtr> BindBody(const Query& query);
  Result<PlanPtr> BindValues(const Values& values, const SourcePlace& place);
  Result<PlanPtr> BindNamedTable(const QualifiedName& name, const std::vector<Hint>& hints,
                                 const SourcePlace& place);
  Result<PlanPtr> BindView(const TableDefinition& view, const SourcePlace& place);
  Status BindCommonTables(const WithClause& with);
  // set_operation_binder.cc
  Result<PlanPtr> BindSetOperation(const SetOperation& operation);
  // join_binder.cc
  Result<FromItem> BindJoin(const Join& join, const SourcePlace& place);

  struct BoundCommonTable {
    std::string name;
    PlanPtr plan;
  };

  const BindEnvironment& environment_;
  std::vector<BoundCommonTable> common_tables_;  // innermost last
  std::map<std::string, PlanPtr> tables_;        // by path and hints
  std::vector<TableUse> table_uses_;
  PlanTraits traits_;
  int view_depth_ = 0;
};

/// The plan with its columns renamed; `names` are as many as the columns, or an error at `place`.
Result<PlanPtr> RenameColumns(PlanPtr plan, const std::vector<Identifier>& names, const SourcePlace& place);

/// SELECT: select_binder.cc.
Result<PlanPtr> BindSelect(QueryBinder& binder, const Select& select);
/// TUMBLE, HOP, CUMULATE in FROM: window_table_binder.cc.
Result<PlanPtr> BindWindowTable(QueryBinder& binder, const FunctionCall& call, const SourcePlace& place);
/// The window of GROUP BY TUMBLE(ts, ...) and the like, over `input`.
Result<PlanWindow> BindGroupWindow(QueryBinder& binder, const std::string& function,
                                   const std::vector<BoundExprPtr>& arguments, const PlanNode& input,
                                   const SourcePlace& place);
/// All names, types and options of a table that is read: scan_binder.cc.
Result<std::shared_ptr<const ScanTable>> BindScanTable(const TableDefinition& table,
                                                       const std::vector<Hint>& hints,
                                                       const BindEnvironment& environment,
                                                       const SourcePlace& place);
/// One row of one column that nothing reads: FROM where there is none.
PlanPtr OneRow();
/// Groups `input` by columns: per window when the columns hold the start and the end of one. Output: the keys
/// in order, then the results.
Result<PlanPtr> MakeAggregate(QueryBinder& binder, PlanPtr input, const std::vector<uint32_t>& keys,
                              std::vector<PlanAggregate> calls, const SourcePlace& place);
/// SELECT DISTINCT and UNION: every row once.
Result<PlanPtr> MakeDistinct(QueryBinder& binder, PlanPtr input, const SourcePlace& place);

/// An INSERT's sink over its query: insert_binder.cc.
Result<PlanPtr> BindInsert(QueryBinder& binder, const Insert& insert);

/// The columns of a table over its declared ones: table_columns.cc.
Scope PhysicalScope(std::span<const TableColumn> columns);

/// kNotSupportedYet, kInvalidExpression ... when the session's option has a value that cannot be used.
Result<int64_t> DurationOption(const BindEnvironment& environment, const std::string& key,
                               int64_t otherwise_ms);
std::string TextOption(const BindEnvironment& environment, const std::string& key,
                       const std::string& otherwise);

}  // namespace millrace::sql
