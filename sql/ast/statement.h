#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sql/ast/ddl.h"

namespace millrace::sql {

struct Statement;
using StatementPtr = std::unique_ptr<Statement>;

/// SELECT, VALUES, TABLE t, WITH ...; `execute` when written EXECUTE SELECT.
struct QueryStatement {
  bool execute = false;
  QueryPtr query;
};

/// INSERT INTO | OVERWRITE target [PARTITION (...)] [(columns)] query.
struct Insert {
  bool execute = false;
  bool overwrite = false;
  bool upsert = false;  // UPSERT INTO: parsed, never executable in Flink
  QualifiedName target;
  std::vector<Hint> hints;
  PartitionSpec partition;
  std::vector<QualifiedName> columns;
  QueryPtr query;
};

/// EXECUTE STATEMENT SET BEGIN ...; END, or BEGIN STATEMENT SET; ...; END. Every member is an Insert.
struct StatementSet {
  std::vector<StatementPtr> statements;
};

/// EXECUTE PLAN 'path'.
struct ExecutePlan {
  StringValue path;
};

/// COMPILE [AND EXECUTE] PLAN 'path' [IF NOT EXISTS] FOR statement, which is an Insert or a StatementSet.
struct CompilePlan {
  bool execute = false;
  bool if_not_exists = false;
  StringValue path;
  StatementPtr statement;
};

enum class ExplainDetail : uint8_t { kEstimatedCost, kChangelogMode, kJsonExecutionPlan, kPlanAdvice };

/// EXPLAIN [PLAN FOR | details] statement.
struct Explain {
  std::vector<ExplainDetail> details;
  StatementPtr statement;
};

enum class DescribeKind : uint8_t { kTable, kDatabase, kCatalog, kFunction, kModel, kJob };

/// DESCRIBE | DESC [kind] [EXTENDED] name. kTable covers views. A job has its id in `job_id`.
struct Describe {
  DescribeKind kind = DescribeKind::kTable;
  bool extended = false;
  QualifiedName name;
  StringValue job_id;
};

enum class ShowKind : uint8_t {
  kCatalogs,
  kCurrentCatalog,
  kDatabases,
  kCurrentDatabase,
  kTables,
  kViews,
  kMaterializedTables,
  kColumns,
  kFunctions,
  kUserFunctions,
  kProcedures,
  kModels,
  kModules,
  kFullModules,
  kPartitions,
  kJars,
  kJobs,
  kCreateTable,
  kCreateView,
  kCreateMaterializedTable,
  kCreateModel,
  kCreateCatalog,
};

/// "SHOW TABLES", "SHOW CREATE VIEW", ...
const char* ShowKindName(ShowKind kind);

/// [NOT] LIKE | ILIKE 'pattern'.
struct ShowLike {
  bool negated = false;
  bool ignore_case = false;
  StringValue pattern;
};

/// SHOW kind [FROM | IN name] [like]; the kCreate... kinds and kPartitions hold their object in `name`.
struct Show {
  ShowKind kind = ShowKind::kTables;
  std::optional<QualifiedName> name;
  PartitionSpec partition;  // kPartitions
  std::optional<ShowLike> like;
};

enum class UseKind : uint8_t { kDatabase, kCatalog, kModules };

struct Use {
  UseKind kind = UseKind::kDatabase;
  QualifiedName name;               // kDatabase, kCatalog
  std::vector<Identifier> modules;  // kModules
};

/// SET 'key' = 'value', SET key = value; SET alone lists the options and has no property.
struct SetCommand {
  std::optional<Property> property;
};

/// RESET 'key', or RESET alone.
struct ResetCommand {
  std::optional<StringValue> key;
};

struct LoadModule {
  Identifier name;
  std::vector<Property> options;
};

struct UnloadModule {
  Identifier name;
};

/// ADD JAR 'path', REMOVE JAR 'path'.
struct JarCommand {
  bool remove = false;
  StringValue path;
};

/// STOP JOB 'id' [WITH SAVEPOINT [WITH DRAIN]].
struct StopJob {
  StringValue job_id;
  bool with_savepoint = false;
  bool with_drain = false;
};

/// CALL procedure(args); `call` holds a FunctionCall.
struct CallProcedure {
  ExpressionPtr call;
};

struct TruncateTable {
  QualifiedName name;
};

struct DeleteFrom {
  QualifiedName table;
  std::optional<Identifier> alias;
  ExpressionPtr where;  // may be null
};

struct Assignment {
  QualifiedName column;
  ExpressionPtr value;
};

struct Update {
  QualifiedName table;
  std::optional<Identifier> alias;
  std::vector<Assignment> assignments;
  ExpressionPtr where;  // may be null
};

/// ANALYZE TABLE t [PARTITION (...)] COMPUTE STATISTICS [FOR COLUMNS a, b | FOR ALL COLUMNS].
struct AnalyzeTable {
  QualifiedName name;
  PartitionSpec partition;
  std::vector<Identifier> columns;
  bool all_columns = false;
};

/// One statement; `place` covers its text without the semicolon.
struct Statement {
  using Node = std::variant<QueryStatement, Insert, StatementSet, CreateTable, CreateMaterializedTable,
                            CreateView, CreateCatalog, CreateDatabase, CreateFunction, CreateModel,
                            DropObject, AlterObject, Explain, Describe, Show, Use, SetCommand, ResetCommand,
                            LoadModule, UnloadModule, JarCommand, StopJob, CallProcedure, TruncateTable,
                            DeleteFrom, Update, AnalyzeTable, ExecutePlan, CompilePlan>;
  Node node;
  SourcePlace place;

  Statement(Node node_value, SourcePlace place_value);
  ~Statement();

  template <class T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
  template <class T>
  T* As() {
    return std::get_if<T>(&node);
  }
};

/// "CREATE TABLE", "SHOW", ...: what to call the statement in messages.
const char* StatementName(const Statement& statement);

}  // namespace millrace::sql
