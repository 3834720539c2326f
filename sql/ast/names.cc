#include "sql/ast/statement.h"

namespace millrace::sql {

const char* TimeUnitName(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kNanosecond:
      return "NANOSECOND";
    case TimeUnit::kMicrosecond:
      return "MICROSECOND";
    case TimeUnit::kMillisecond:
      return "MILLISECOND";
    case TimeUnit::kSecond:
      return "SECOND";
    case TimeUnit::kMinute:
      return "MINUTE";
    case TimeUnit::kHour:
      return "HOUR";
    case TimeUnit::kDay:
      return "DAY";
    case TimeUnit::kWeek:
      return "WEEK";
    case TimeUnit::kMonth:
      return "MONTH";
    case TimeUnit::kQuarter:
      return "QUARTER";
    case TimeUnit::kYear:
      return "YEAR";
    case TimeUnit::kDecade:
      return "DECADE";
    case TimeUnit::kCentury:
      return "CENTURY";
    case TimeUnit::kMillennium:
      return "MILLENNIUM";
    case TimeUnit::kEpoch:
      return "EPOCH";
    case TimeUnit::kDayOfWeek:
      return "DOW";
    case TimeUnit::kDayOfYear:
      return "DOY";
    case TimeUnit::kIsoDayOfWeek:
      return "ISODOW";
    case TimeUnit::kIsoYear:
      return "ISOYEAR";
  }
  return "";
}

const char* BinaryOperatorText(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kOr:
      return "OR";
    case BinaryOperator::kAnd:
      return "AND";
    case BinaryOperator::kEqual:
      return "=";
    case BinaryOperator::kNotEqual:
      return "<>";
    case BinaryOperator::kLess:
      return "<";
    case BinaryOperator::kLessOrEqual:
      return "<=";
    case BinaryOperator::kGreater:
      return ">";
    case BinaryOperator::kGreaterOrEqual:
      return ">=";
    case BinaryOperator::kIsDistinctFrom:
      return "IS DISTINCT FROM";
    case BinaryOperator::kIsNotDistinctFrom:
      return "IS NOT DISTINCT FROM";
    case BinaryOperator::kAdd:
      return "+";
    case BinaryOperator::kSubtract:
      return "-";
    case BinaryOperator::kMultiply:
      return "*";
    case BinaryOperator::kDivide:
      return "/";
    case BinaryOperator::kModulo:
      return "%";
    case BinaryOperator::kConcat:
      return "||";
    case BinaryOperator::kOverlaps:
      return "OVERLAPS";
    case BinaryOperator::kContains:
      return "CONTAINS";
    case BinaryOperator::kPeriodEquals:
      return "EQUALS";
    case BinaryOperator::kPrecedes:
      return "PRECEDES";
    case BinaryOperator::kSucceeds:
      return "SUCCEEDS";
    case BinaryOperator::kImmediatelyPrecedes:
      return "IMMEDIATELY PRECEDES";
    case BinaryOperator::kImmediatelySucceeds:
      return "IMMEDIATELY SUCCEEDS";
    case BinaryOperator::kMemberOf:
      return "MEMBER OF";
    case BinaryOperator::kNotMemberOf:
      return "NOT MEMBER OF";
    case BinaryOperator::kSubmultisetOf:
      return "SUBMULTISET OF";
    case BinaryOperator::kNotSubmultisetOf:
      return "NOT SUBMULTISET OF";
    case BinaryOperator::kMultisetUnion:
      return "MULTISET UNION DISTINCT";
    case BinaryOperator::kMultisetUnionAll:
      return "MULTISET UNION ALL";
    case BinaryOperator::kMultisetIntersect:
      return "MULTISET INTERSECT DISTINCT";
    case BinaryOperator::kMultisetIntersectAll:
      return "MULTISET INTERSECT ALL";
    case BinaryOperator::kMultisetExcept:
      return "MULTISET EXCEPT DISTINCT";
    case BinaryOperator::kMultisetExceptAll:
      return "MULTISET EXCEPT ALL";
  }
  return "";
}

const char* ObjectKindName(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kTable:
      return "TABLE";
    case ObjectKind::kView:
      return "VIEW";
    case ObjectKind::kMaterializedTable:
      return "MATERIALIZED TABLE";
    case ObjectKind::kModel:
      return "MODEL";
    case ObjectKind::kFunction:
      return "FUNCTION";
    case ObjectKind::kDatabase:
      return "DATABASE";
    case ObjectKind::kCatalog:
      return "CATALOG";
  }
  return "";
}

namespace {

struct StatementNamer {
  const char* operator()(const QueryStatement&) const { return "SELECT"; }
  const char* operator()(const Insert& node) const { return node.overwrite ? "INSERT OVERWRITE" : "INSERT"; }
  const char* operator()(const StatementSet&) const { return "STATEMENT SET"; }
  const char* operator()(const CreateTable& node) const {
    if (node.query) return node.replace ? "REPLACE TABLE AS" : "CREATE TABLE AS";
    return node.replace ? "REPLACE TABLE" : "CREATE TABLE";
  }
  const char* operator()(const CreateMaterializedTable&) const { return "CREATE MATERIALIZED TABLE"; }
  const char* operator()(const CreateView&) const { return "CREATE VIEW"; }
  const char* operator()(const CreateCatalog&) const { return "CREATE CATALOG"; }
  const char* operator()(const CreateDatabase&) const { return "CREATE DATABASE"; }
  const char* operator()(const CreateFunction&) const { return "CREATE FUNCTION"; }
  const char* operator()(const CreateModel&) const { return "CREATE MODEL"; }
  const char* operator()(const DropObject& node) const {
    switch (node.kind) {
      case ObjectKind::kTable:
        return "DROP TABLE";
      case ObjectKind::kView:
        return "DROP VIEW";
      case ObjectKind::kMaterializedTable:
        return "DROP MATERIALIZED TABLE";
      case ObjectKind::kModel:
        return "DROP MODEL";
      case ObjectKind::kFunction:
        return "DROP FUNCTION";
      case ObjectKind::kDatabase:
        return "DROP DATABASE";
      case ObjectKind::kCatalog:
        return "DROP CATALOG";
    }
    return "DROP";
  }
  const char* operator()(const AlterObject& node) const {
    switch (node.kind) {
      case ObjectKind::kTable:
        return "ALTER TABLE";
      case ObjectKind::kView:
        return "ALTER VIEW";
      case ObjectKind::kMaterializedTable:
        return "ALTER MATERIALIZED TABLE";
      case ObjectKind::kModel:
        return "ALTER MODEL";
      case ObjectKind::kFunction:
        return "ALTER FUNCTION";
      case ObjectKind::kDatabase:
        return "ALTER DATABASE";
      case ObjectKind::kCatalog:
        return "ALTER CATALOG";
    }
    return "ALTER";
  }
  const char* operator()(const Explain&) const { return "EXPLAIN"; }
  const char* operator()(const Describe& node) const {
    switch (node.kind) {
      case DescribeKind::kTable:
        return "DESCRIBE";
      case DescribeKind::kDatabase:
        return "DESCRIBE DATABASE";
      case DescribeKind::kCatalog:
        return "DESCRIBE CATALOG";
      case DescribeKind::kFunction:
        return "DESCRIBE FUNCTION";
      case DescribeKind::kModel:
        return "DESCRIBE MODEL";
      case DescribeKind::kJob:
        return "DESCRIBE JOB";
    }
    return "DESCRIBE";
  }
  const char* operator()(const Show& node) const { return ShowKindName(node.kind); }
  const char* operator()(const Use& node) const {
    switch (node.kind) {
      case UseKind::kDatabase:
        return "USE";
      case UseKind::kCatalog:
        return "USE CATALOG";
      case UseKind::kModules:
        return "USE MODULES";
    }
    return "USE";
  }
  const char* operator()(const SetCommand&) const { return "SET"; }
  const char* operator()(const ResetCommand&) const { return "RESET"; }
  const char* operator()(const LoadModule&) const { return "LOAD MODULE"; }
  const char* operator()(const UnloadModule&) const { return "UNLOAD MODULE"; }
  const char* operator()(const JarCommand& node) const { return node.remove ? "REMOVE JAR" : "ADD JAR"; }
  const char* operator()(const StopJob&) const { return "STOP JOB"; }
  const char* operator()(const CallProcedure&) const { return "CALL"; }
  const char* operator()(const TruncateTable&) const { return "TRUNCATE TABLE"; }
  const char* operator()(const DeleteFrom&) const { return "DELETE"; }
  const char* operator()(const Update&) const { return "UPDATE"; }
  const char* operator()(const AnalyzeTable&) const { return "ANALYZE TABLE"; }
  const char* operator()(const ExecutePlan&) const { return "EXECUTE PLAN"; }
  const char* operator()(const CompilePlan& node) const {
    return node.execute ? "COMPILE AND EXECUTE PLAN" : "COMPILE PLAN";
  }
};

}  // namespace

const char* ShowKindName(ShowKind kind) {
  switch (kind) {
    case ShowKind::kCatalogs:
      return "SHOW CATALOGS";
    case ShowKind::kCurrentCatalog:
      return "SHOW CURRENT CATALOG";
    case ShowKind::kDatabases:
      return "SHOW DATABASES";
    case ShowKind::kCurrentDatabase:
      return "SHOW CURRENT DATABASE";
    case ShowKind::kTables:
      return "SHOW TABLES";
    case ShowKind::kViews:
      return "SHOW VIEWS";
    case ShowKind::kMaterializedTables:
      return "SHOW MATERIALIZED TABLES";
    case ShowKind::kColumns:
      return "SHOW COLUMNS";
    case ShowKind::kFunctions:
      return "SHOW FUNCTIONS";
    case ShowKind::kUserFunctions:
      return "SHOW USER FUNCTIONS";
    case ShowKind::kProcedures:
      return "SHOW PROCEDURES";
    case ShowKind::kModels:
      return "SHOW MODELS";
    case ShowKind::kModules:
      return "SHOW MODULES";
    case ShowKind::kFullModules:
      return "SHOW FULL MODULES";
    case ShowKind::kPartitions:
      return "SHOW PARTITIONS";
    case ShowKind::kJars:
      return "SHOW JARS";
    case ShowKind::kJobs:
      return "SHOW JOBS";
    case ShowKind::kCreateTable:
      return "SHOW CREATE TABLE";
    case ShowKind::kCreateView:
      return "SHOW CREATE VIEW";
    case ShowKind::kCreateMaterializedTable:
      return "SHOW CREATE MATERIALIZED TABLE";
    case ShowKind::kCreateModel:
      return "SHOW CREATE MODEL";
    case ShowKind::kCreateCatalog:
      return "SHOW CREATE CATALOG";
  }
  return "SHOW";
}

const char* StatementName(const Statement& statement) {
  return std::visit(StatementNamer{}, statement.node);
}

}  // namespace millrace::sql
