#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sql/ast/identifier.h"
#include "sql/ast/type.h"
#include "sql/ast/window.h"

namespace millrace::sql {

struct Query;
using QueryPtr = std::unique_ptr<Query>;

enum class LiteralKind : uint8_t {
  kNull,
  kBoolean,
  kUnknown,
  kInteger,  // 42: digits only, of any length
  kDecimal,  // 1.50 (exact)
  kDouble,   // 1.5E3 (approximate)
  kString,   // 'it''s' as it's
  kBinary,   // X'0aFF' as 0aFF
  kDate,
  kTime,
  kTimestamp,
  kTimestampLtz,  // DATE '2026-01-01' as 2026-01-01
};

/// A constant, kept as text so that no digit is lost. A sign is never part of it: see UnaryOperator.
struct Literal {
  LiteralKind kind = LiteralKind::kNull;
  std::string text;  // "true" or "false" for kBoolean; empty for kNull and kUnknown
};

/// INTERVAL '1 12' DAY TO HOUR. `negative` is the sign outside of the quotes.
struct IntervalLiteral {
  std::string text;
  bool negative = false;
  IntervalQualifier qualifier;
};

/// INTERVAL (expr) DAY, where the amount is not a literal.
struct IntervalExpression {
  ExpressionPtr amount;
  IntervalQualifier qualifier;
};

/// (left - right) DAY: the difference of two times as an interval.
struct IntervalDifference {
  ExpressionPtr left;
  ExpressionPtr right;
  IntervalQualifier qualifier;
};

/// A name that may be a column, table.column, column.field and so on; the binder decides.
struct ColumnReference {
  QualifiedName name;
};

/// `*` or `t.*`; also the argument of COUNT(*).
struct Star {
  std::vector<Identifier> qualifier;
};

/// kFinal and kRunning occur in MATCH_RECOGNIZE only.
enum class UnaryOperator : uint8_t { kNegate, kPlus, kNot, kFinal, kRunning };

struct UnaryExpression {
  UnaryOperator op = UnaryOperator::kNegate;
  ExpressionPtr operand;
};

enum class BinaryOperator : uint8_t {
  kOr,
  kAnd,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kIsDistinctFrom,
  kIsNotDistinctFrom,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kConcat,
  kOverlaps,
  kContains,
  kPeriodEquals,
  kPrecedes,
  kSucceeds,
  kImmediatelyPrecedes,
  kImmediatelySucceeds,
  kMemberOf,
  kNotMemberOf,
  kSubmultisetOf,
  kNotSubmultisetOf,
  kMultisetUnion,
  kMultisetUnionAll,
  kMultisetIntersect,
  kMultisetIntersectAll,
  kMultisetExcept,
  kMultisetExceptAll,
};

/// "AND", "<>", "||", ... as SQL spells it.
const char* BinaryOperatorText(BinaryOperator op);

struct BinaryExpression {
  BinaryOperator op = BinaryOperator::kEqual;
  ExpressionPtr left;
  ExpressionPtr right;
  SourcePlace op_place;
};

enum class IsKind : uint8_t {
  kNull,
  kTrue,
  kFalse,
  kUnknown,
  kASet,
  kEmpty,
  kJson,
  kJsonValue,
  kJsonObject,
  kJsonArray,
  kJsonScalar,
  kNormalized,
};

/// operand IS [NOT] NULL | TRUE | JSON OBJECT | ...
struct IsPredicate {
  IsKind kind = IsKind::kNull;
  bool negated = false;
  ExpressionPtr operand;
};

struct BetweenPredicate {
  bool negated = false;
  bool symmetric = false;
  ExpressionPtr operand;
  ExpressionPtr low;
  ExpressionPtr high;
};

enum class LikeKind : uint8_t { kLike, kSimilarTo, kILike, kRLike };

struct LikePredicate {
  LikeKind kind = LikeKind::kLike;
  bool negated = false;
  ExpressionPtr operand;
  ExpressionPtr pattern;
  ExpressionPtr escape;  // may be null
};

/// operand [NOT] IN (list) or IN (query): exactly one of `list` and `query` is set.
struct InPredicate {
  bool negated = false;
  ExpressionPtr operand;
  std::vector<ExpressionPtr> list;
  QueryPtr query;
};

/// EXISTS (query), or UNIQUE (query).
struct ExistsPredicate {
  bool unique = false;
  QueryPtr query;
};

/// operand <op> ANY | SOME | ALL (list or query); `op` is a comparison.
struct QuantifiedComparison {
  BinaryOperator op = BinaryOperator::kEqual;
  bool all = false;
  ExpressionPtr operand;
  std::vector<ExpressionPtr> list;
  QueryPtr query;
};

struct WhenClause {
  ExpressionPtr condition;  // a value to compare with when the CASE has an operand
  ExpressionPtr result;
  std::vector<ExpressionPtr> further_values;  // of WHEN a, b, c: the branch is taken when any of them matches
};

struct CaseExpression {
  ExpressionPtr operand;  // null for the searched form
  std::vector<WhenClause> whens;
  ExpressionPtr else_result;  // may be null
};

struct CastExpression {
  bool try_cast = false;
  ExpressionPtr operand;
  TypePtr type;
};

enum class SetQuantifier : uint8_t { kNone, kAll, kDistinct };
enum class NullTreatment : uint8_t { kNone, kRespect, kIgnore };

struct FunctionArgument {
  std::optional<Identifier> name;  // of a named argument: name => value
  ExpressionPtr value;
};

/// name(args). Special forms with keywords between their arguments are calls too, with a SymbolArgument or a
/// TimeUnitArgument where the keyword has meaning:
///   EXTRACT(u FROM x)             EXTRACT(unit, x)
///   FLOOR(x TO u), CEIL(x TO u)   FLOOR(x, unit)
///   TIMESTAMPADD(u, n, x)         TIMESTAMPADD(unit, n, x), TIMESTAMPDIFF alike
///   TRIM([BOTH] [y] [FROM] x)     TRIM(symbol BOTH | LEADING | TRAILING, y or ' ', x)
///   POSITION(x IN y [FROM n])     POSITION(x, y[, n])
///   OVERLAY(x PLACING y FROM m [FOR n])  OVERLAY(x, y, m[, n])
///   SUBSTRING(x FROM m [FOR n])   SUBSTRING(x, m[, n])
///   CONVERT / TRANSLATE(x USING c)       CONVERT(x, symbol c)
/// Names of special forms are in upper case, those of all other functions as the user wrote them.
struct FunctionCall {
  QualifiedName name;
  bool special_form = false;  // written (and unparsed) with keywords, see above
  bool parentheses = true;    // false for CURRENT_DATE and other niladic functions
  SetQuantifier quantifier = SetQuantifier::kNone;
  std::vector<FunctionArgument> arguments;
  std::vector<OrderItem> order_by;  // ARRAY_AGG(x ORDER BY y)
  NullTreatment null_treatment = NullTreatment::kNone;
  std::vector<OrderItem> within_group;        // LISTAGG(x) WITHIN GROUP (ORDER BY y)
  ExpressionPtr filter;                       // may be null
  std::unique_ptr<WindowSpecification> over;  // may be null
};

/// A time unit keyword in argument position.
struct TimeUnitArgument {
  TimeUnit unit = TimeUnit::kDay;
};

/// Another keyword in argument position, in upper case: BOTH, DEFAULT, a character set name.
struct SymbolArgument {
  std::string text;
};

/// TABLE t or (query) as an argument of a table function, with PARTITION BY and ORDER BY when written.
struct TableArgument {
  QueryPtr query;
  std::vector<ExpressionPtr> partition_by;
  std::vector<OrderItem> order_by;
};

/// MODEL m as an argument of ML_PREDICT.
struct ModelArgument {
  QualifiedName name;
};

/// DESCRIPTOR(ts, other).
struct Descriptor {
  std::vector<Identifier> columns;
};

enum class JsonFunctionKind : uint8_t { kExists, kValue, kQuery, kObject, kArray, kObjectAgg, kArrayAgg };
enum class JsonBehavior : uint8_t {
  kUnspecified,
  kError,
  kNull,
  kDefault,
  kTrue,
  kFalse,
  kUnknown,
  kEmptyArray,
  kEmptyObject
};
enum class JsonWrapper : uint8_t { kUnspecified, kWithout, kWithConditional, kWithUnconditional };
enum class JsonNullClause : uint8_t { kUnspecified, kNullOnNull, kAbsentOnNull };

/// What follows ON EMPTY / ON ERROR; `value` is set for kDefault only.
struct JsonClause {
  JsonBehavior behavior = JsonBehavior::kUnspecified;
  ExpressionPtr value;
};

/// One KEY k VALUE v [FORMAT JSON] of JSON_OBJECT, or an element of JSON_ARRAY (key is null).
struct JsonEntry {
  ExpressionPtr key;
  ExpressionPtr value;
  bool format_json = false;
};

/// JSON_EXISTS, JSON_VALUE, JSON_QUERY (input, path) and the constructors JSON_OBJECT, JSON_ARRAY and their
/// aggregates (entries).
struct JsonFunction {
  JsonFunctionKind kind = JsonFunctionKind::kValue;
  ExpressionPtr input;
  ExpressionPtr path;
  std::vector<std::pair<ExpressionPtr, Identifier>> passing;
  TypePtr returning;  // may be null
  JsonClause on_empty;
  JsonClause on_error;
  JsonWrapper wrapper = JsonWrapper::kUnspecified;
  bool array_keyword = false;       // WITH WRAPPER was written WITH ARRAY WRAPPER
  std::optional<bool> keep_quotes;  // KEEP QUOTES / OMIT QUOTES
  std::vector<JsonEntry> entries;
  JsonNullClause null_clause = JsonNullClause::kUnspecified;
  std::vector<OrderItem> order_by;            // JSON_ARRAYAGG(x ORDER BY y)
  ExpressionPtr filter;                       // aggregates; may be null
  std::unique_ptr<WindowSpecification> over;  // aggregates; may be null
};

/// ROW(a, b), or (a, b) when `explicit_row` is false.
struct RowConstructor {
  bool explicit_row = false;
  std::vector<ExpressionPtr> items;
};

enum class CollectionKind : uint8_t { kArray, kMap, kMultiset };

/// ARRAY[a, b], MAP[k, v, ...] (keys and values in turn), MULTISET[a], or ARRAY(query) and the like.
struct CollectionConstructor {
  CollectionKind kind = CollectionKind::kArray;
  std::vector<ExpressionPtr> items;
  QueryPtr query;  // null for a list
};

/// collection[index].
struct ItemAccess {
  ExpressionPtr collection;
  ExpressionPtr index;
};

/// record.field where record is not a plain name: f(x).a, m['k'].b, (r).c.
struct FieldAccess {
  ExpressionPtr record;
  Identifier field;
};

/// (SELECT ...) as a value.
struct ScalarSubquery {
  QueryPtr query;
};

/// A node of the expression tree with the range of the source text it covers. Trees are at most
/// kExpressionDepthMax (sql/parser/limits.h) levels deep, so recursion over them is safe.
struct Expression {
  using Node = std::variant<Literal, IntervalLiteral, IntervalExpression, ColumnReference, Star,
                            UnaryExpression, BinaryExpression, IsPredicate, BetweenPredicate, LikePredicate,
                            InPredicate, ExistsPredicate, QuantifiedComparison, CaseExpression,
                            CastExpression, FunctionCall, TimeUnitArgument, SymbolArgument, TableArgument,
                            ModelArgument, Descriptor, JsonFunction, RowConstructor, CollectionConstructor,
                            ItemAccess, FieldAccess, ScalarSubquery, IntervalDifference>;
  Node node;
  SourcePlace place;

  Expression(Node node_value, SourcePlace place_value);
  ~Expression();

  template <class T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
  template <class T>
  T* As() {
    return std::get_if<T>(&node);
  }
};

}  // namespace millrace::sql
