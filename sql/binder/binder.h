#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/descriptor/descriptor.h"
#include "core/expr/expr.h"
#include "core/status.h"
#include "core/types/schema.h"
#include "sql/ast/statement.h"
#include "sql/catalog/catalog.h"

namespace millrace::proto {
class JobGraph;
}  // namespace millrace::proto

namespace millrace::sql {

/// Finds what a name of one to three parts means in a session: temporary objects first, then the current
/// catalog and database.
class TableResolver {
 public:
  virtual ~TableResolver() = default;
  /// Never null. kUnknownTable, kUnknownDatabase or kUnknownCatalog, with the name's place and "did you
  /// mean".
  virtual Result<TablePtr> Resolve(const QualifiedName& name) const = 0;
};

/// What binding needs to know of its surroundings. Borrowed; all of it must outlive the call.
struct BindEnvironment {
  const TableResolver* tables = nullptr;
  const DescriptorCatalog* descriptors = nullptr;
  /// SET options by Flink's names. Read: table.local-time-zone, pipeline.name, parallelism.default,
  /// table.exec.resource.default-parallelism, pipeline.max-parallelism, table.exec.state.ttl,
  /// table.exec.source.idle-timeout, table.exec.sink.upsert-materialize, table.optimizer.*.
  const std::map<std::string, std::string>* configuration = nullptr;
  int64_t now_micros = 0;  // CURRENT_TIMESTAMP of bounded queries
  uint32_t default_parallelism = 1;
};

enum class TimeAttribute : uint8_t { kNone, kRowtime, kProctime };

/// A column as DESCRIBE shows it.
struct DescribedColumn {
  std::string name;
  DataType type;
  TimeAttribute time_attribute = TimeAttribute::kNone;
  /// "TIMESTAMP(3) *ROWTIME*"; without NOT NULL, which DESCRIBE shows apart.
  std::string TypeText() const;
};

/// A view as CREATE VIEW needs it.
struct DescribedView {
  std::vector<DescribedColumn> columns;
  /// The query's text with every table and view named in full, so that its meaning no longer depends on the
  /// session.
  std::string expanded_query;
};

/// A job that is ready to be validated and run.
struct PlannedJob {
  std::shared_ptr<const proto::JobGraph> graph;
  SchemaPtr schema;       // queries: of the rows
  bool updating = false;  // queries: rows may be retracted
  bool bounded = false;   // all sources end by themselves
};

// Every error below carries its place relative to the text that the syntax tree was parsed from.

/// The type as written, with Flink's default precisions. Types the engine has not (RAW, VARIANT,
/// user-defined): kNotSupportedYet.
Result<DataType> ResolveType(const TypeNode& type);

/// The columns and types of a table (watermark, computed and metadata columns resolved) or of a view (its
/// query bound again).
Result<std::vector<DescribedColumn>> DescribeTable(const TableDefinition& table,
                                                   const BindEnvironment& environment);

/// The columns of a query: for CREATE TABLE AS and DESCRIBE.
Result<std::vector<DescribedColumn>> DescribeQuery(const Query& query, const BindEnvironment& environment);

/// Binds CREATE VIEW's query. `text` is what `query` was parsed from; `names` rename the columns when not
/// empty.
Result<DescribedView> DescribeView(const Query& query, std::string_view text,
                                   std::span<const Identifier> names, const BindEnvironment& environment);

/// The type of a computed column over the table's other columns (physical and metadata; not other computed
/// ones).
Result<DataType> BindComputedColumn(const Expression& expression, std::span<const TableColumn> columns,
                                    const BindEnvironment& environment);

/// Checks a watermark: the column exists (top level; also a computed one) and is TIMESTAMP(p <= 3) or
/// TIMESTAMP_LTZ(p <= 3), as must be the expression over the table's columns. kInvalidTimeAttribute,
/// kUnknownColumn.
Status CheckWatermark(const WatermarkDefinition& watermark, std::span<const TableColumn> columns,
                      const BindEnvironment& environment);

/// Plans SELECT, VALUES, TABLE or WITH: the rows arrive at one collect operator (of query 1; the caller may
/// renumber).
Result<PlannedJob> PlanQuery(const Query& query, const BindEnvironment& environment);

/// Plans an INSERT, or all INSERTs of a statement set as one job with shared parts planned once.
Result<PlannedJob> PlanInserts(std::span<const Insert* const> inserts, const BindEnvironment& environment);

/// EXPLAIN's text: the logical plan, the optimised plan with changelog modes, and the job graph.
Result<std::string> ExplainQuery(const Query& query, const BindEnvironment& environment);
Result<std::string> ExplainInserts(std::span<const Insert* const> inserts,
                                   const BindEnvironment& environment);

}  // namespace millrace::sql
