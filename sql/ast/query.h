#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "sql/ast/expression.h"
#include "sql/ast/match_recognize.h"

namespace millrace::sql {

enum class HintKind : uint8_t { kNoArguments, kProperties, kNames, kLiterals };

/// One hint of /*+ OPTIONS('k' = 'v'), BROADCAST(t) */. Only the list that `kind` names is set.
struct Hint {
  Identifier name;
  HintKind kind = HintKind::kNoArguments;
  std::vector<Property> properties;
  std::vector<QualifiedName> names;
  std::vector<StringValue> literals;
};

/// AS t (a, b).
struct TableAlias {
  Identifier name;
  std::vector<Identifier> columns;  // empty when not renamed
};

struct NamedTable {
  QualifiedName name;
  std::vector<Hint> hints;
};

/// (query), also with LATERAL.
struct DerivedTable {
  QueryPtr query;
  bool lateral = false;
};

enum class JoinKind : uint8_t { kInner, kLeft, kRight, kFull, kCross, kComma };

/// `on` and `using_columns` exclude each other; both are empty for kCross, kComma and natural joins.
struct Join {
  JoinKind kind = JoinKind::kInner;
  bool natural = false;
  TableReferencePtr left;
  TableReferencePtr right;
  ExpressionPtr on;
  std::vector<Identifier> using_columns;
};

/// TABLE(f(...)), LATERAL TABLE(f(...)), or f(...) alone. `call` holds a FunctionCall. Window functions
/// (TUMBLE, HOP, CUMULATE, SESSION) come as any other function, with TableArgument and Descriptor arguments.
struct TableFunction {
  ExpressionPtr call;
  bool lateral = false;
  bool table_keyword = false;
};

struct Unnest {
  std::vector<ExpressionPtr> collections;
  bool with_ordinality = false;
  bool lateral = false;
};

/// TABLESAMPLE SYSTEM | BERNOULLI (percentage) [REPEATABLE (seed)]; the numbers as written.
struct TableSample {
  bool bernoulli = false;
  std::string percentage;
  std::optional<std::string> repeatable_seed;
};

/// What stands in FROM, with what may follow it.
struct TableReference {
  using Node = std::variant<NamedTable, DerivedTable, Join, TableFunction, Unnest, MatchRecognize>;
  Node node;
  ExpressionPtr system_time;  // of FOR SYSTEM_TIME AS OF; may be null
  std::optional<TableSample> sample;
  std::optional<TableAlias> alias;
  SourcePlace place;

  TableReference(Node node_value, SourcePlace place_value);
  ~TableReference();

  template <class T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
  template <class T>
  T* As() {
    return std::get_if<T>(&node);
  }
};

struct SelectItem {
  ExpressionPtr expression;  // a Star for `*` and `t.*`
  std::optional<Identifier> alias;
  SourcePlace place;
};

enum class GroupItemKind : uint8_t { kExpression, kSet, kRollup, kCube, kGroupingSets };

/// An element of GROUP BY. kExpression has one expression; kSet is (a, b) or () inside of the others; the
/// others have items.
struct GroupItem {
  GroupItemKind kind = GroupItemKind::kExpression;
  std::vector<ExpressionPtr> expressions;
  std::vector<GroupItem> items;
  SourcePlace place;
};

struct GroupBy {
  SetQuantifier quantifier = SetQuantifier::kNone;
  std::vector<GroupItem> items;
  SourcePlace place;
};

/// WINDOW name AS (...).
struct NamedWindow {
  Identifier name;
  WindowSpecification specification;
};

struct Select {
  std::vector<Hint> hints;
  SetQuantifier quantifier = SetQuantifier::kNone;
  std::vector<SelectItem> items;
  TableReferencePtr from;  // null for SELECT without FROM
  ExpressionPtr where;     // may be null
  std::optional<GroupBy> group_by;
  ExpressionPtr having;  // may be null
  std::vector<NamedWindow> windows;
  ExpressionPtr qualify;  // may be null
  SourcePlace place;
};

/// VALUES (1, 'a'), (2, 'b'); a row of one value may stand without parentheses.
struct Values {
  std::vector<std::vector<ExpressionPtr>> rows;
};

/// TABLE t.
struct ExplicitTable {
  QualifiedName name;
};

enum class SetOperator : uint8_t { kUnion, kIntersect, kExcept };

struct SetOperation {
  SetOperator op = SetOperator::kUnion;
  bool all = false;
  QueryPtr left;
  QueryPtr right;
  SourcePlace op_place;
};

/// name (columns) AS (query) of WITH.
struct CommonTable {
  Identifier name;
  std::vector<Identifier> columns;
  QueryPtr query;
};

struct WithClause {
  bool recursive = false;
  std::vector<CommonTable> tables;
  SourcePlace place;
};

/// A query expression. A parenthesised query with its own WITH, ORDER BY or limits that has further such
/// clauses behind its parenthesis is a Query whose body is that QueryPtr. `limit` holds FETCH as well; LIMIT
/// ALL is no limit.
struct Query {
  using Body = std::variant<Select, Values, ExplicitTable, SetOperation, QueryPtr>;
  std::optional<WithClause> with;
  Body body;
  std::vector<OrderItem> order_by;
  ExpressionPtr limit;   // may be null
  ExpressionPtr offset;  // may be null
  SourcePlace place;

  Query(Body body_value, SourcePlace place_value);
  ~Query();

  template <class T>
  const T* As() const {
    return std::get_if<T>(&body);
  }
  template <class T>
  T* As() {
    return std::get_if<T>(&body);
  }
};

}  // namespace millrace::sql
