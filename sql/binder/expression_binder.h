#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sql/ast/expression.h"
#include "sql/binder/binder.h"
#include "sql/binder/scope.h"
#include "sql/plan/bound_expr.h"

namespace millrace::sql {

/// An aggregate call as written; its arguments are over the row of the FROM clause.
struct BoundAggregate {
  std::string function;
  std::vector<BoundExprPtr> arguments;
  bool distinct = false;
  BoundExprPtr filter;  // may be null
  DataType type;
};

/// GROUPING(a, b) or GROUPING_ID(a, b): which of the keys the row's grouping set leaves out, as bits.
struct BoundGrouping {
  std::vector<BoundExprPtr> arguments;
  SourcePlace place;
};

/// Where the aggregates of one SELECT are collected while its expressions are bound.
struct AggregateSink {
  bool grouped = false;  // a group is never empty
  std::vector<BoundAggregate> calls;
  std::vector<BoundGrouping> groupings;
};

/// A legacy group window (GROUP BY TUMBLE(ts, ...)) and the columns that its TUMBLE_START(...) and the like
/// mean.
struct GroupWindow {
  std::string function;  // TUMBLE, HOP
  std::vector<BoundExprPtr> arguments;
  BoundExprPtr start;
  BoundExprPtr end;
  BoundExprPtr time;
};

/// Gives expressions of the syntax tree their meaning within one scope. Lives while one clause is bound.
class ExpressionBinder {
 public:
  /// `clause` ("WHERE", "SELECT") is for messages. Without `aggregates`, aggregate calls are errors.
  ExpressionBinder(const Scope& scope, std::string clause, AggregateSink* aggregates = nullptr)
      : scope_(scope), clause_(std::move(clause)), aggregates_(aggregates) {}

  void SetGroupWindow(const GroupWindow* window) { group_window_ = window; }

  Result<BoundExprPtr> Bind(const Expression& expression);
  /// Also checks that it is BOOLEAN.
  Result<BoundExprPtr> BindPredicate(const Expression& expression);

 private:
  Result<std::vector<BoundExprPtr>> BindAll(const std::vector<ExpressionPtr>& expressions);
  Result<BoundExprPtr> Call(const std::string& function, std::vector<BoundExprPtr> arguments,
                            const SourcePlace& place);
  Result<BoundExprPtr> Not(bool negated, BoundExprPtr predicate, const SourcePlace& place);

  Result<BoundExprPtr> BindUnary(const UnaryExpression& node, const SourcePlace& place);
  Result<BoundExprPtr> BindBinary(const BinaryExpression& node, const SourcePlace& place);
  Result<BoundExprPtr> BindOverlaps(const BinaryExpression& node, const SourcePlace& place);
  Result<BoundExprPtr> BindIs(const IsPredicate& node, const SourcePlace& place);
  Result<BoundExprPtr> BindBetween(const BetweenPredicate& node, const SourcePlace& place);
  Result<BoundExprPtr> BindLike(const LikePredicate& node, const SourcePlace& place);
  Result<BoundExprPtr> BindIn(const InPredicate& node, const SourcePlace& place);
  Result<BoundExprPtr> BindCase(const CaseExpression& node, const SourcePlace& place);
  Result<BoundExprPtr> BindCast(const CastExpression& node, const SourcePlace& place);
  Result<BoundExprPtr> BindCollection(const CollectionConstructor& node, const SourcePlace& place);
  Result<BoundExprPtr> BindIntervalExpression(const IntervalExpression& node, const SourcePlace& place);
  Result<BoundExprPtr> BindIntervalDifference(const IntervalDifference& node, const SourcePlace& place);
  // call_binder.cc
  Result<BoundExprPtr> BindCall(const FunctionCall& node, const SourcePlace& place);
  Result<BoundExprPtr> BindArgument(const FunctionArgument& argument);
  Result<BoundExprPtr> BindGroupWindowProperty(const std::string& name, const FunctionCall& node,
                                               const SourcePlace& place);
  // aggregate_binder.cc
  Result<BoundExprPtr> BindAggregate(const std::string& name, const FunctionCall& node,
                                     const SourcePlace& place);
  Result<BoundExprPtr> BindGrouping(const FunctionCall& node, const SourcePlace& place);
  // json_binder.cc
  Result<BoundExprPtr> BindJson(const JsonFunction& node, const SourcePlace& place);
  Result<BoundExprPtr> BindJsonValue(const JsonFunction& node, const SourcePlace& place);
  Result<BoundExprPtr> BindJsonQuery(const JsonFunction& node, const SourcePlace& place);
  Result<BoundExprPtr> BindJsonConstructor(const JsonFunction& node, const SourcePlace& place);

  const Scope& scope_;
  std::string clause_;
  AggregateSink* aggregates_;
  const GroupWindow* group_window_ = nullptr;
  bool in_aggregate_ = false;
};

/// Whether a call of that upper-case name is an aggregate (also one that is not executable yet).
bool IsAggregateName(std::string_view name);
/// TUMBLE, HOP, SESSION: group windows when called in GROUP BY.
bool IsGroupWindowName(std::string_view name);
std::string UpperCaseName(std::string_view text);

/// A call of a registered function, typed. Errors have the place.
Result<BoundExprPtr> BindFunction(const std::string& function, std::vector<BoundExprPtr> arguments,
                                  const SourcePlace& place);

}  // namespace millrace::sql
